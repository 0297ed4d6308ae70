from __future__ import annotations

import os
from pathlib import Path

import pytest

from pinacoteca.files import written_whole


def test_a_share_that_refuses_chmod_takes_the_file_with_the_rights_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chmod", refused)
    with written_whole(tmp_path / "table.csv") as path:
        path.write_text("whole")

    assert (tmp_path / "table.csv").read_text() == "whole"
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]


def test_writing_a_file_does_not_touch_the_umask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Two threads that set it to 0 and back at the same time could leave it at 0.
    monkeypatch.setattr(os, "umask", None)

    with written_whole(tmp_path / "table.csv") as path:
        path.write_text("whole")

    assert (tmp_path / "table.csv").stat().st_mode & 0o002 == 0
