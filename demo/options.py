"""The command line of the page, read before the slow imports."""

from __future__ import annotations

import argparse
import importlib.util
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pinacoteca.errors import DataError, PinacotecaError
from pinacoteca.milvus import checked_address

PICTURES_VARIABLE = "PINACOTECA_PICTURES"


class OptionsError(PinacotecaError):
    """Options that do not go together, or that need what is not there."""


@dataclass(frozen=True)
class Options:
    """What the page is started with.

    Attributes:
        model: Folder of the model, found by ``PaintingRetriever.from_pretrained``.
        gallery: Folder of the collection, found likewise.
        index: The address of a Milvus index of the collection; None compares row by row.
        pictures: A tree with the collection's pictures, or None.
        host: The address to listen on.
        port: The port to listen on; None takes the first free one from 7860.
        share: Whether to ask Gradio for a public link.
        auth_file: Names and passwords of those who may use the page; None lets everybody.
        offline: Whether pictures are never fetched.
        picture_host: Hosts beside WikiArt's that pictures of the table may be fetched from.
        mcp: Whether assistants may call the endpoints as tools (Model Context Protocol).
    """

    model: str = "model"
    gallery: str = "gallery"
    index: str | None = None
    pictures: Path | None = None
    host: str = "127.0.0.1"
    port: int | None = None
    share: bool = False
    auth_file: Path | None = None
    mcp: bool = False
    offline: bool = False
    picture_host: tuple[str, ...] = ()


def read_options(arguments: Sequence[str]) -> Options:
    """Reads the command line and the variable ``PINACOTECA_PICTURES``.

    Raises:
        DataError: The folder of pictures does not exist.
        SearchIndexError: The address of the index names neither a file nor a server.
        OptionsError: What an option needs is not there, or it does not go with another.
        SystemExit: An argument is not understood (status 2), or help was asked for (0).
    """
    parser = argparse.ArgumentParser(
        prog="demo/app.py",
        description="Serves the page: a painting's movement and the nearest Romanian paintings.",
    )
    parser.add_argument("--model", default=Options.model, help="model folder (default: model)")
    parser.add_argument(
        "--gallery", default=Options.gallery, help="collection folder (default: gallery)"
    )
    parser.add_argument(
        "--index",
        metavar="ADDRESS",
        help="Milvus index for a large collection: FILE.db or http://HOST:19530 (default: none)",
    )
    parser.add_argument(
        "--pictures",
        type=Path,
        default=os.environ.get(PICTURES_VARIABLE) or None,
        help=f"PandoraRom tree with the pictures (default: ${PICTURES_VARIABLE})",
    )
    parser.add_argument(
        "--offline", action="store_true", help="fetch no picture: the tree and earlier ones alone"
    )
    parser.add_argument(
        "--picture-host",
        action="append",
        default=[],
        metavar="HOST",
        help="fetch pictures that the collection's table has there too, not from WikiArt alone",
    )
    parser.add_argument("--host", default=Options.host, help="default: 127.0.0.1, this machine")
    parser.add_argument("--port", type=_port, help="default: the first free one from 7860")
    parser.add_argument("--share", action="store_true", help="ask Gradio for a public link")
    parser.add_argument(
        "--auth-file", type=Path, metavar="FILE", help="lines of name:password that may log in"
    )
    parser.add_argument(
        "--mcp", action="store_true", help="offer the query to assistants (needs gradio[mcp])"
    )
    values = vars(parser.parse_args(arguments))
    options = Options(**values | {"picture_host": tuple(values["picture_host"])})
    if options.index is not None:
        checked_address(options.index)
    if options.pictures is not None and not options.pictures.is_dir():
        raise DataError(
            f"There is no folder {options.pictures}: name the one that holds the pictures with "
            f"--pictures or ${PICTURES_VARIABLE}."
        )
    if options.mcp:
        _check_mcp(options)
    return options


def _check_mcp(options: Options) -> None:
    if options.auth_file is not None:
        raise OptionsError(
            "An assistant cannot log in, so --mcp would leave a door open beside --auth-file: "
            "leave one of the two out."
        )
    if importlib.util.find_spec("mcp") is None:
        raise OptionsError(
            "--mcp needs a package that is not installed: `pip install 'gradio[mcp]~=6.31.0'`."
        )


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 1 to 65535")
    return int(text)
