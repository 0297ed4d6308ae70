"""``pinacoteca query``: answers for pictures, as text, JSON or CSV."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from pinacoteca.answer_table import COLUMNS, answer_rows
from pinacoteca.errors import DataError, ImageError
from pinacoteca.folders import contents_of, printable
from pinacoteca.query_options import OPTIONS, Option, QueryOptions
from pinacoteca.results import QueryResult
from pinacoteca.retriever import PaintingRetriever
from pinacoteca.spreadsheets import defused

Answers = Iterator[tuple[str, QueryResult]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the command, with a flag for each query option."""
    parser.add_argument(
        "pictures", nargs="+", type=Path, metavar="PICTURE", help="a picture, or a folder of them"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print a line of JSON for each picture")
    form.add_argument("--csv", action="store_true", help="print one table of all pictures")
    parser.add_argument("--model", default="model", help="model folder (default: model)")
    parser.add_argument("--gallery", default="gallery", help="gallery folder (default: gallery)")
    parser.add_argument("--index", metavar="ADDRESS", help="Milvus index, as the page takes it")
    for option in OPTIONS:
        _add_option(parser, option)


def query(arguments: argparse.Namespace) -> None:
    """Prints the answers; names unreadable pictures on stderr and goes on with the others.

    Raises:
        DataError: A folder holds no picture, or some pictures could not be read.
        ImageError: The only picture cannot be read.
        OptionError: An option is out of range, or the gallery has no such artist or style.
    """
    options = QueryOptions.of(
        **{option.name: getattr(arguments, option.name) for option in OPTIONS}
    )
    paths = list(_pictures(arguments.pictures))
    retriever = PaintingRetriever.from_pretrained(
        arguments.model, arguments.gallery, arguments.index
    )
    # As on the page, a small gallery shows all its paintings.
    options = replace(options, count=min(options.count, len(retriever.collection)))
    failed: list[str] = []
    answers = _answers(retriever, paths, options, failed)
    if arguments.json:
        _print_json(answers)
    elif arguments.csv:
        _print_csv(answers)
    else:
        _print_text(answers)
    if failed:
        raise DataError(f"{len(failed)} of {len(paths)} pictures could not be read; see above.")


def _add_option(parser: argparse.ArgumentParser, option: Option) -> None:
    flag, default = "--" + option.name.replace("_", "-"), option.default
    # argparse would take a percent sign for a placeholder.
    about: dict[str, Any] = {"default": default, "help": option.says.replace("%", "%%")}
    if isinstance(default, bool):
        parser.add_argument(flag, action="store_true", help=about["help"])
    elif isinstance(default, tuple):
        about |= {"default": [], "help": f"{about['help']}; may be repeated"}
        parser.add_argument(flag, action="append", metavar="NAME", **about)
    elif option.choices:
        parser.add_argument(flag, choices=option.choices, **about)
    else:
        kind = int if default is None else type(default)
        parser.add_argument(flag, type=kind, metavar=kind.__name__.upper(), **about)


def _pictures(named: Sequence[Path]) -> Iterator[Path]:
    for path in named:
        if not path.is_dir():
            yield path
        elif pictures := contents_of(path).pictures:
            yield from pictures
        else:
            raise DataError(f"The folder {path} holds no pictures: name one that does.")


def _answers(
    retriever: PaintingRetriever, paths: Sequence[Path], options: QueryOptions, failed: list[str]
) -> Answers:
    """Yields each picture's name and answer; adds unreadable ones to ``failed``."""
    from tqdm import tqdm

    # A single picture needs no progress bar.
    bar = tqdm(paths, unit="picture", file=sys.stderr) if len(paths) > 1 else nullcontext(paths)
    with bar as shown:
        for path in shown:
            name = printable(str(path))
            try:
                yield name, retriever.query(path, options)
            except ImageError as error:
                if len(paths) == 1:
                    raise
                failed.append(name)
                print(f"{name}: {error}", file=sys.stderr)


def _print_json(answers: Answers) -> None:
    for name, result in answers:
        print(json.dumps({"picture": name, **result.to_dict()}, ensure_ascii=False), flush=True)


def _print_csv(answers: Answers) -> None:
    writer = csv.DictWriter(sys.stdout, ["picture", *COLUMNS], restval="", lineterminator="\n")
    writer.writeheader()
    for name, result in answers:
        writer.writerows({"picture": defused(name), **row} for row in answer_rows(result))


def _print_text(answers: Answers) -> None:
    for name, result in answers:
        named = {entry.movement for entry in result.movements if entry.in_set}
        likely = [
            f"{entry.name} {entry.probability:.0%}"
            for entry in result.movements
            if entry.movement in named or entry is result.movements[0]
        ]
        print(f"{name}: {', '.join(likely)}")
        if not result.looks_like_a_painting:
            print("  This does not look like a painting.")
        for each in result.neighbours:
            facts = ", ".join(str(fact) for fact in (each.artist, each.title, each.year) if fact)
            print(f"  {each.rank:3}  {each.distance:.3f}  {facts}", flush=True)
