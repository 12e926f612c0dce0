"""Registers point clouds: finds the motion that brings one onto another (ICP and its family)."""

from facerecon.core.registry import Registry

METHODS = Registry(
    "registration method",
    {
        "point-to-plane": "facerecon.registration.point_to_plane:PointToPlane",
        "point-to-point": "facerecon.registration.point_to_point:PointToPoint",
        "symmetric": "facerecon.registration.symmetric:Symmetric",
        "generalised": "facerecon.registration.generalised:Generalised",
    },
)
"""Each is a `method.Method`: what it measures between partners, and the motion that makes it least."""

MATCHERS = Registry(
    "matching",
    {
        "nearest": "facerecon.registration.correspondence:NearestPoint",
        "normals": "facerecon.registration.correspondence:NearestWithNormal",
        "surface": "facerecon.registration.correspondence:NearestOnSurface",
    },
)
"""Each is a `correspondence.Matcher`: who is whose partner."""

KERNELS = Registry(
    "kernel",
    {
        "none": "facerecon.registration.kernels:LeastSquares",
        "huber": "facerecon.registration.kernels:Huber",
        "tukey": "facerecon.registration.kernels:Tukey",
        "geman-mcclure": "facerecon.registration.kernels:GemanMcClure",
    },
)
"""Each is a `kernels.Kernel`: how much a residual counts."""
