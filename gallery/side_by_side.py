r"""Draws photographs of paintings with five neighbours by our model and by the report of 2022.

    python gallery/side_by_side.py --queries ../shared/data/queries \
        --images ../shared/data/pandorarom --model model --gallery gallery \
        --report-model runs/experiment-1/model --report runs/report-gallery --out runs/twenty.png

Takes twenty photographs evenly from the folder and draws a row for each: the photograph, our five
neighbours, the report's five (the outputs of its network, times 20, by Euclidean distance). Look at
the sheet to see why a neighbour is wrong, which figures do not show. Do not publish it: the
pictures belong to others. Takes a minute on two cores.
"""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pinacoteca.command_line import run
from pinacoteca.errors import DataError, ImageError
from pinacoteca.files import written_whole
from pinacoteca.folders import printable
from pinacoteca.images import open_image
from pinacoteca.picture_tree import find_pictures, picture_key, picture_paths
from pinacoteca.results import Neighbour, QueryResult
from pinacoteca.retriever import PaintingRetriever

DRAWN = 20
ANSWERS = 5


def answers(
    queries: Sequence[Path], ours: PaintingRetriever, report: PaintingRetriever
) -> Iterator[tuple[Path, QueryResult, QueryResult]]:
    """Yields each photograph with our answer and the report's."""
    for query in queries:
        picture = open_image(query)
        yield (
            query,
            ours.query(picture, k=ANSWERS),
            report.query(picture, k=ANSWERS, metric="euclidean", as_in_report=True),
        )


def chosen(directory: Path) -> list[Path]:
    """Returns twenty pictures of a folder, taken evenly, or all if there are fewer.

    Prints which files are left out; those that cannot be read are not replaced by others.

    Raises:
        DataError: The folder is missing or holds no picture.
    """
    found = find_pictures(directory)
    print("".join(f"{line}\n" for line in found.left_out), end="")
    files = sorted(found.paths.values())
    count = min(DRAWN, len(files))
    taken = [files[place * len(files) // count] for place in range(count)]
    readable = [file for file in taken if _is_readable(file, directory)]
    if not readable:
        raise DataError(f"{directory} holds no picture that can be read: name another folder.")
    return readable


def _is_readable(file: Path, directory: Path) -> bool:
    """Returns whether a picture can be read; prints its name if not."""
    try:
        open_image(file)
    except ImageError as error:
        print(f"Skipped {printable(str(file.relative_to(directory)))}: {error}")
        return False
    return True


def draw(
    rows: Sequence[tuple[Path, QueryResult, QueryResult]], pictures: dict[str, Path], path: Path
) -> None:
    """Draws a row for each photograph."""
    from matplotlib.figure import Figure

    columns = 1 + 2 * ANSWERS
    figure = Figure(figsize=(1.9 * columns, 2.3 * len(rows)), layout="constrained")
    grid = figure.subplots(len(rows), columns, squeeze=False)
    for line, (query, ours, report) in zip(grid, rows, strict=True):
        best = ours.movements[0]
        _show(line[0], query, f"{printable(query.stem)[:28]}\n{best.name} {best.probability:.0%}")
        for axes, neighbour in zip(line[1:], ours.neighbours + report.neighbours, strict=False):
            _show(axes, pictures.get(picture_key(neighbour.image_id)), _label(neighbour))
        for axes in line:
            axes.set_axis_off()
    with written_whole(path) as temporary:
        figure.savefig(temporary, dpi=60)


def _show(axes: Any, picture: Path | None, label: str) -> None:
    if picture is not None:
        axes.imshow(open_image(picture))
    axes.set_title(label, fontsize=8)


def _label(neighbour: Neighbour) -> str:
    title = textwrap.shorten(neighbour.title, 24)
    return f"{neighbour.artist[:22]}\n{title}\n{neighbour.style[:22]}"


def main() -> None:
    """Draws one sheet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--queries", type=Path, required=True, help="photographs of paintings")
    parser.add_argument("--images", type=Path, required=True, help="the gallery's pictures")
    parser.add_argument("--model", type=Path, required=True, help="the model of the gallery")
    parser.add_argument("--gallery", type=Path, required=True, help="what build.py wrote")
    parser.add_argument("--report-model", type=Path, required=True, help="the report's recipe")
    parser.add_argument("--report", type=Path, required=True, help="its gallery")
    parser.add_argument("--out", type=Path, required=True, help="the sheet, .png")
    arguments = parser.parse_args()

    queries = chosen(arguments.queries)
    pictures = dict(picture_paths(arguments.images))
    ours = PaintingRetriever.from_pretrained(arguments.model, arguments.gallery)
    report = PaintingRetriever.from_pretrained(arguments.report_model, arguments.report)
    draw(list(answers(queries, ours, report)), pictures, arguments.out)
    print(f"Drew {len(queries)} photographs into {arguments.out}")


if __name__ == "__main__":
    run(main)
