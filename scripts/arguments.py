"""The arguments that all commands on one environment share."""

from __future__ import annotations

import argparse


def environment_parser(prog: str, description: str | None) -> argparse.ArgumentParser:
    """Return a parser of `--env NAME [--target local|aws]`."""
    parser = argparse.ArgumentParser(prog=f"python -m {prog}", description=description)
    parser.add_argument("--env", required=True, metavar="NAME")
    parser.add_argument("--target", choices=("local", "aws"), help="default: the environment file's own")
    return parser


def parsed(parser: argparse.ArgumentParser, *, refused: int) -> argparse.Namespace:
    """Parse the command line; a wrong one ends with `refused`, where argparse's own 2 says something else."""
    try:
        return parser.parse_args()
    except SystemExit as end:
        raise SystemExit(refused if end.code else 0) from None
