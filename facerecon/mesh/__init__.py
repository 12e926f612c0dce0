"""Builds a mesh of a face in five ways, and makes any mesh finer, coarser, smoother, more even, and whole."""

from facerecon.core.registry import Registry

BUILDERS = Registry(
    "mesh builder",
    {
        "fitted": "facerecon.mesh.fitted:FittedHead",
        "delaunay": "facerecon.mesh.landmark_mask:LandmarkMask",
        "depth": "facerecon.mesh.depth_grid:DepthGrid",
        "poisson": "facerecon.mesh.poisson_cloud:PoissonCloud",
        "learned": "facerecon.mesh.learned_head:LearnedHead",
    },
)
"""Each is a `builder.MeshBuilder`."""
