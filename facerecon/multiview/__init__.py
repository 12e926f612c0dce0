"""Dense evidence of several photos: where the skin of one lies in another tells the shape between the landmarks."""

from facerecon.multiview.dense import DenseSettings, dense_steps

__all__ = ["DenseSettings", "dense_steps"]
