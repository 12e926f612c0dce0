"""Measures the package: each module prints a table."""
