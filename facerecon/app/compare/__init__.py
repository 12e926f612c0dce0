"""What the Compare page asks, measures and shows."""
