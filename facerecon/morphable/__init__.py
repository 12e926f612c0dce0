"""Head models that bend (3DMM), and fitting them to landmarks."""

from facerecon.core.registry import Registry

HEADS = Registry(
    "head",
    {
        "anny": "facerecon.morphable.anny:AnnyHead",
        "ict": "facerecon.morphable.ict:IctHead",
        "canonical": "facerecon.morphable.canonical:CanonicalFace",
    },
)
STARTS = Registry(
    "start",
    {
        "mean": "facerecon.morphable.learned_start:MeanStart",
        "learned": "facerecon.morphable.learned_start:LearnedStart",
    },
)
"""What a fit to landmarks begins from, and what it expects."""
