"""The command ``pinacoteca``, also ``python -m pinacoteca``.

    pinacoteca query PICTURE ... [--json | --csv]   # pictures, or folders of them
    pinacoteca info                                 # what model and gallery hold
    pinacoteca serve [OPTION ...]                   # the page: demo/app.py
    pinacoteca build [OPTION ...]                   # a gallery: gallery/build.py

``serve`` and ``build`` run the scripts of the repository and take their options.
"""

from __future__ import annotations

import argparse
import runpy
import sys
from collections.abc import Sequence
from pathlib import Path

from pinacoteca import __version__
from pinacoteca.command_line import run
from pinacoteca.errors import DataError

REPOSITORY = Path(__file__).resolve().parent.parent
SCRIPTS = {"serve": "demo/app.py", "build": "gallery/build.py"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command.

    Args:
        arguments: The command's name and options; None reads those of the process.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0] in SCRIPTS:
        _run_script(SCRIPTS[words[0]], words[1:])
        return
    parsed = command_parser().parse_args(words)
    parsed.act(parsed)


def command_parser() -> argparse.ArgumentParser:
    """Returns the parser of the commands, from which shell completion is generated too."""
    # Imported late, because numpy is slow to import.
    from pinacoteca import info_command, query_command

    parser = argparse.ArgumentParser(
        prog="pinacoteca", description="Paintings: their movements and their nearest neighbours."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    query = commands.add_parser("query", help="name movements and find the nearest paintings")
    query_command.add_arguments(query)
    query.set_defaults(act=query_command.query)
    info = commands.add_parser("info", help="say what is in model and gallery")
    info_command.add_arguments(info)
    info.set_defaults(act=info_command.info)
    for name, script in SCRIPTS.items():
        commands.add_parser(name, help=f"run {script} of the repository", add_help=False)
    return parser


def _run_script(name: str, arguments: Sequence[str]) -> None:
    script = REPOSITORY / name
    if not script.is_file():
        raise DataError(
            f"There is no {script}: this command needs the whole repository. Install it from there "
            "with `pip install -e .`."
        )
    # Python does the same for a script, so that it can import the files beside it.
    sys.path.insert(0, str(script.parent))
    sys.argv = [str(script), *arguments]
    runpy.run_path(str(script), run_name="__main__")


def start() -> None:
    """Runs the command line and exits with its status."""
    run(main)


if __name__ == "__main__":
    start()
