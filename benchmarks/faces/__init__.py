"""Pictures of faces with known boxes, made from nothing but a number: what the detectors are measured on."""

from benchmarks.faces.pictures import SIZES, Picture, negative, picture

__all__ = ["SIZES", "Picture", "negative", "picture"]
