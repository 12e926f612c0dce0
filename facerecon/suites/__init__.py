"""Suites: people whose shape is known, photos of them, and how near the fitted heads come to the truth."""

from facerecon.core.registry import Registry

SUITES = Registry(
    "suite",
    {
        "ict": "facerecon.suites.ict:IctSuite",
        "james": "facerecon.suites.james:JamesSuite",
        "anny": "facerecon.suites.own:AnnySuite",
    },
)
"""Those that compare with the truth; `consistency` compares fits with each other."""
