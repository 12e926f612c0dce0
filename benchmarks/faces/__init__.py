"""Pictures of faces of which all is known, made from nothing but a number: what the stages are measured on."""

from benchmarks.faces.pictures import COVERS, SIZES, Picture, negative, picture
from benchmarks.faces.portraits import Portrait, jittered, portrait

__all__ = ["COVERS", "SIZES", "Picture", "Portrait", "jittered", "negative", "picture", "portrait"]
