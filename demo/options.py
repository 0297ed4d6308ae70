"""The command line of the page, read before the slow imports."""

from __future__ import annotations

import argparse
import importlib.util
import ipaddress
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pinacoteca.errors import DataError, PinacotecaError
from pinacoteca.milvus import checked_address

PICTURES_VARIABLE = "PINACOTECA_PICTURES"
# The usual variables of Gradio.
HOST_VARIABLE, PORT_VARIABLE = "GRADIO_SERVER_NAME", "GRADIO_SERVER_PORT"


class OptionsError(PinacotecaError):
    """Options contradict each other, or need something that is missing."""


@dataclass(frozen=True)
class Options:
    """The options that the page is started with.

    Attributes:
        model: Folder of the model, found by ``PaintingRetriever.from_pretrained``.
        gallery: Folder of the collection, found in the same way.
        index: The address of a Milvus index of the collection; None compares row by row.
        pictures: A folder with the collection's pictures, or None.
        host: The address to listen on.
        port: The port to listen on; None takes the first free one from 7860.
        share: Whether to ask Gradio for a public link.
        auth_file: Names and passwords of those who may use the page; None lets everybody.
        offline: Whether to fetch no pictures from the web.
        picture_host: Hosts besides WikiArt's from which pictures in the table may be fetched.
        mcp: Whether assistants may call the endpoints as tools (Model Context Protocol).
        allow_host: Names that the page answers to besides its own.
        allow_frame: Origins of the websites that may show the page in a frame.
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
    allow_host: tuple[str, ...] = ()
    allow_frame: tuple[str, ...] = ()
    offline: bool = False
    picture_host: tuple[str, ...] = ()


def read_options(arguments: Sequence[str]) -> Options:
    """Reads the command line, and environment variables for options that it leaves out.

    Raises:
        DataError: The folder of pictures does not exist.
        SearchIndexError: The address of the index names neither a file nor a server.
        OptionsError: Something that an option needs is missing, or two options contradict each
            other.
        SystemExit: An argument is not understood (status 2), or help was asked for (0).
    """
    parser = _parser()
    given = _with_port(vars(parser.parse_args(arguments)))
    for name in ("allow_host", "allow_frame", "picture_host"):
        given[name] = tuple(given[name])
    options = Options(**given)
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


def _parser() -> argparse.ArgumentParser:
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
        "--offline", action="store_true", help="fetch no pictures; use those on disk"
    )
    parser.add_argument(
        "--picture-host",
        action="append",
        default=[],
        metavar="HOST",
        help="a host besides WikiArt from which pictures in the table may be fetched",
    )
    _add_serving(parser)
    return parser


def _add_serving(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host",
        type=_host,
        default=os.environ.get(HOST_VARIABLE) or Options.host,
        help=f"default: ${HOST_VARIABLE}, or 127.0.0.1, this machine",
    )
    parser.add_argument(
        "--port", type=_port, help=f"default: ${PORT_VARIABLE}, or the first free one from 7860"
    )
    parser.add_argument("--share", action="store_true", help="ask Gradio for a public link")
    parser.add_argument(
        "--auth-file", type=Path, metavar="FILE", help="lines of name:password that may log in"
    )
    parser.add_argument(
        "--mcp", action="store_true", help="offer the query to assistants (needs gradio[mcp])"
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        type=_host_name,
        metavar="NAME",
        help="a name the page is reached by, as pinacoteca.museum.ro; may be repeated",
    )
    parser.add_argument(
        "--allow-frame",
        action="append",
        default=[],
        type=_origin,
        metavar="ORIGIN",
        help="a website that may show the page in a frame, as https://museum.ro",
    )


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


def _with_port(given: dict[str, Any]) -> dict[str, Any]:
    """Returns the options with the port of the variable, checked before Gradio reads it."""
    named = os.environ.get(PORT_VARIABLE)
    if named is None or named == "":
        os.environ.pop(PORT_VARIABLE, None)
        return given
    try:
        port = _port(named)
    except argparse.ArgumentTypeError as error:
        raise OptionsError(f"{PORT_VARIABLE}: {error}. Correct or unset it.") from None
    return given if given["port"] is not None else given | {"port": port}


def _host(text: str) -> str:
    """Returns an address in the form of Gradio: IPv6 in brackets, as in a browser."""
    bare = text.strip().removeprefix("[").removesuffix("]")
    try:
        version = ipaddress.ip_address(bare).version
    except ValueError:
        return text.strip()
    return f"[{bare}]" if version == 6 else bare


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 1 to 65535")
    return int(text)


def _host_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252})", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a name such as pinacoteca.museum.ro")
    return text.lower().rstrip(".")


def _origin(text: str) -> str:
    if not re.fullmatch(r"https?://[A-Za-z0-9][A-Za-z0-9.-]{0,252}(:[0-9]{1,5})?/?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not an address such as https://museum.ro")
    return text.lower().rstrip("/")
