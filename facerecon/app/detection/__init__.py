"""What the Detection page asks, runs and shows."""
