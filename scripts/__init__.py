"""Makes the data files that the package brings along."""
