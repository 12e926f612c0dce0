"""Scans and depth: files in, a clean cloud of one head out."""

from facerecon.scans.read import read_scan

__all__ = ["read_scan"]
