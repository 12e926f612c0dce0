"""What the Texture page shows: the square, and the head without its light and under another."""
