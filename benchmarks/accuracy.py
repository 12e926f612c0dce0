"""How near fitted heads come to the truth: python -m benchmarks.accuracy [--data DIR] [--subjects N] [--json FILE].

Runs every suite of `facerecon benchmark` that can run and prints its tables: `ict` and `james` need data that are not
ours to ship (`--data DIR`, or folders in FACERECON_EVAL); `anny` and `consistency` need nothing.
"""

from __future__ import annotations

import sys

from facerecon.cli import main

if __name__ == "__main__":
    sys.exit(main(["benchmark", *sys.argv[1:]]))
