"""The shell face of the package: finds the command, runs it, and turns every error into a line and a status.

Exit status: 0 done; 2 wrong use or unreadable input; 3 no face found; 4 an asset is missing and could not be had. Every
error is one line on the standard error stream.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import signal
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import NoReturn

import facerecon
from facerecon.commands import assets, benchmark, compare, detect, evaluate, measure, reconstruct, register
from facerecon.core.errors import FaceReconError, SettingsError

COMMANDS = (reconstruct, detect, measure, evaluate, compare, register, benchmark, assets)
WRONG_USE, INTERRUPTED, BROKEN_PIPE, OUR_FAULT = 2, 130, 141, 1


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        raise SettingsError(f"{message} (see {self.prog} --help)")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit status.

    Args:
        argv: the words after the program's name; None: those of the shell.
    """
    try:
        arguments = _parser().parse_args(argv)
        return arguments.run(arguments)
    except FaceReconError as error:
        return _fail(str(error), error.exit_status)
    except BrokenPipeError:
        # The reader of our output left. Python flushes again at its end, and must not fail then.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except KeyboardInterrupt:
        return _fail("Interrupted; nothing was written.", INTERRUPTED)
    except MemoryError:
        return _fail("There is not enough memory; try a smaller photo or texture.", WRONG_USE)
    except OSError as error:
        return _fail(str(error), WRONG_USE)


def run() -> NoReturn:
    """Runs `main` as a program of its own: quiet libraries, and a line instead of a traceback."""
    warnings.simplefilter("ignore")
    logging.getLogger("facerecon").addHandler(logging.NullHandler())
    sys.excepthook = _own_fault
    with contextlib.suppress(ValueError):  # not in the main thread
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    sys.exit(main())


def _own_fault(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Says in a line that this program itself is wrong, and where."""
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
    _fail(f"This is a fault of facerecon itself: {kind.__name__} at {place}: {error}", OUR_FAULT)


def _fail(message: str, status: int) -> int:
    """Writes one line to the standard error stream."""
    with contextlib.suppress(OSError, AttributeError):
        sys.stderr.write(f"facerecon: {' '.join(message.split())}\n")
        sys.stderr.flush()
    return status


def _parser() -> argparse.ArgumentParser:
    """Describes the commands."""
    parser = _Parser(prog="facerecon", description="Photos of a face become a textured, rigged 3D head.")
    parser.add_argument("--version", action="version", version=facerecon.__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    for command in COMMANDS:
        command.add(commands)
    return parser
