"""The page Evaluate: whose head, on which scan, how far apart, and a report to take along."""
