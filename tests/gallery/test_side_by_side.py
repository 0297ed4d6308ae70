from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import side_by_side
from PIL import Image
from trees import write_picture

from pinacoteca.errors import DataError


def test_a_sheet_has_a_row_for_each_photograph(
    model_folder: Path,
    gallery: Path,
    tmp_path: Path,
    run_script: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(side_by_side, "DRAWN", 4)
    for place in range(5):
        write_picture(tmp_path / "queries" / f"{place:02}.jpg", place)

    run_script(
        *(side_by_side.main, "--queries", tmp_path / "queries", "--images", gallery / "pictures"),
        *("--model", model_folder, "--gallery", gallery),
        *("--report-model", model_folder, "--report", gallery, "--out", tmp_path / "sheet.png"),
    )

    with Image.open(tmp_path / "sheet.png") as sheet:
        # 2.3 inches a row, at 60 dots an inch.
        assert sheet.height == 4 * 138
        assert np.ptp(np.asarray(sheet.convert("L"))) > 200


def test_twenty_are_taken_evenly_and_an_empty_folder_is_refused(tmp_path: Path) -> None:
    for place in range(40):
        write_picture(tmp_path / "queries" / f"{place:02}.jpg", place)

    names = [path.stem for path in side_by_side.chosen(tmp_path / "queries")]

    assert names == [f"{place:02}" for place in range(0, 40, 2)]
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="holds no pictures"):
        side_by_side.chosen(tmp_path / "empty")


def test_a_photograph_that_cannot_be_read_is_named_and_left_out(
    model_folder: Path,
    gallery: Path,
    tmp_path: Path,
    run_script: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    queries = tmp_path / "queries"
    write_picture(queries / os.fsdecode(b"t\xe2rg.jpg"), 1)
    (queries / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0broken")
    (queries / "notes.txt").write_text("no picture")

    run_script(
        *(side_by_side.main, "--queries", queries, "--images", gallery / "pictures"),
        *("--model", model_folder, "--gallery", gallery),
        *("--report-model", model_folder, "--report", gallery, "--out", tmp_path / "sheet.png"),
    )

    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.height == 138
    printed = capsys.readouterr().out
    assert "Skipped broken.jpg: The picture is cut short" in printed
    assert "1 files that are no pictures: notes.txt" in printed
    (queries / os.fsdecode(b"t\xe2rg.jpg")).unlink()
    with pytest.raises(DataError, match="holds no picture that can be read"):
        side_by_side.chosen(queries)
