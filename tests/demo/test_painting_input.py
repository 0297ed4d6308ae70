from __future__ import annotations

from pathlib import Path

import painting_input
import pytest
from painting_input import FILE_ROUTE, uploaded_path


def test_only_the_address_of_an_upload_has_a_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(painting_input, "get_upload_folder", lambda: str(tmp_path))
    upload = tmp_path / "picture.jpg"
    upload.touch()

    assert uploaded_path(f"http://page{FILE_ROUTE}{upload}") == str(upload)
    for address in ("", "http://page/", f"http://page{FILE_ROUTE}/etc/passwd", "http://[x"):
        assert uploaded_path(address) is None
