"""Bringing point clouds and surfaces together: rigid and non-rigid registration."""
