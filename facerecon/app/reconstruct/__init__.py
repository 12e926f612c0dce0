"""The page Reconstruct: the photos beside each other, which come and go, and how well the head fits each."""
