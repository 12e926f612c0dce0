"""Meshes made finer, checked and taken apart."""
