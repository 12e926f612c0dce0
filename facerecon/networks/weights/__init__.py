"""Reads weights as other programs store them: arrays by the names that the file gives them."""
