"""Compares what the parts find with the truth."""
