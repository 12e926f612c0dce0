"""The page of scans: files in, the way of the head onto the scan, and what it comes to."""
