"""Runs the shell face of the package: `python -m facerecon`."""

from facerecon.cli import run

if __name__ == "__main__":
    run()
