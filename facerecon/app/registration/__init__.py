"""What the Registration page asks, runs and shows."""
