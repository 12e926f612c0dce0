"""What the Measure page asks, measures and shows."""
