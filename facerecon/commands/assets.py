"""`facerecon assets`: list, fetch and check the weights and data files."""

from __future__ import annotations

import argparse
import sys

from facerecon.assets import damaged, find, found, manifest
from facerecon.commands.preparation import fetch
from facerecon.core.errors import AssetError


def add(commands: argparse._SubParsersAction) -> None:
    """Describes the command; `list` is what it does without another word."""
    parser = commands.add_parser("assets", help="list, fetch or check the weights and data files")
    parser.set_defaults(run=_list)
    actions = parser.add_subparsers(metavar="ACTION", parser_class=type(parser))
    actions.add_parser("list", help="what there is, and where it lies").set_defaults(run=_list)
    get = actions.add_parser("get", help="fetch those named; without a name, those that every run needs")
    get.add_argument("names", nargs="*", metavar="NAME")
    get.set_defaults(run=_get)
    actions.add_parser("verify", help="check the content of those on this machine").set_defaults(run=_verify)


def _list(arguments: argparse.Namespace) -> int:
    """Prints a line an asset: name, bytes, licence, where it lies."""
    for asset in manifest().values():
        sys.stdout.write(f"{asset.name}\t{asset.size}\t{asset.licence}\t{found(asset) or 'not on this machine'}\n")
    return 0


def _get(arguments: argparse.Namespace) -> int:
    """Fetches assets and prints where they lie."""
    names = [find(name).name for name in arguments.names]
    failures = []
    for name in names or [asset.name for asset in manifest().values() if asset.default]:
        try:
            sys.stdout.write(f"{name}\t{fetch([name])[0]}\n")
        except AssetError as error:  # the others may still be had
            failures.append(error)
    sys.stdout.flush()
    if failures:
        others = f" So it is with {len(failures) - 1} more." if len(failures) > 1 else ""
        raise AssetError(f"{failures[0]}{others}")
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    """Checks every asset on this machine, without the network."""
    wrong = []
    for asset in manifest().values():
        spoilt = None if found(asset) else damaged(asset)
        state = f"damaged: {spoilt}" if spoilt else "right" if found(asset) else "not on this machine"
        sys.stdout.write(f"{asset.name}\t{state}\n")
        if spoilt or (asset.default and not found(asset)):
            wrong.append(asset.file)
    sys.stdout.flush()
    if wrong:
        raise AssetError(f"Missing or damaged: {', '.join(wrong)}; run: python -m facerecon assets get")
    return 0
