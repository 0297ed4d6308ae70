"""Tabs that stay open longer than their picture or their server exists."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import lost
import pytest
from asking import query_source
from lost import LostPictureError, without_lost
from page_events import shower
from painting_input import PaintingInput
from texts import TEXTS
from visitor import Page

from pinacoteca.retriever import PaintingRetriever

MOVE = """(() => { const slider = document.querySelector('input[type=range]');
Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(slider, 0.8);
for (const kind of ['input', 'change']) slider.dispatchEvent(new Event(kind, {bubbles: true}));
slider.dispatchEvent(new PointerEvent('pointerup', {bubbles: true})); })()"""
SETTINGS: tuple[Any, ...] = ("cosine", 0.15, [], [], None, None, 5, False, False, "")


def test_a_lost_picture_is_known_by_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploads = tmp_path / "pinacoteca-now"
    uploads.mkdir()
    (uploads / "there.jpg").touch()
    monkeypatch.setattr(lost, "get_upload_folder", lambda: str(uploads))
    easel = PaintingInput()
    for path, kind in (
        (uploads / "there.jpg", None),
        (uploads / "gone.jpg", "lost:hour"),
        (tmp_path / "pinacoteca-before" / "ab" / "mine.jpg", "lost:anew"),
        (Path("/etc/passwd"), None),
        ("a\0b", None),
    ):
        values, found = without_lost([easel, "other"], [{"path": str(path)}, "kept"])
        assert found.get(0) == kind
        assert values[1] == "kept"
        assert (values[0] is None) == (kind is not None)
    assert without_lost([easel], [None]) == ([None], {})


@pytest.mark.parametrize("language", ["en", "ro"])
def test_the_answer_says_in_both_languages_what_became_of_the_picture(
    model_folder: Path, gallery: Path, language: str
) -> None:
    retriever = PaintingRetriever.from_pretrained(model_folder, gallery)
    show = shower(lambda: retriever)
    texts = TEXTS[language]  # type: ignore[index]
    for kind, heading in (("anew", texts.lost_anew), ("hour", texts.lost_hour)):
        # Removed from the input, and as it was in the input.
        for hung, asked in ((None, f"lost:{kind}"), (f"lost:{kind}", "")):
            html = show(hung, asked, *SETTINGS, language)[0]
            assert f'data-lost="{kind}"' in html
            assert heading in html and texts.lost_hint in html
    with pytest.raises(LostPictureError, match="Drop your picture again"):
        query_source(retriever, "lost:anew", "")
    painting = query_source(retriever, "lost:anew", "painter_work-1")
    assert painting == retriever.collection.paintings[1]


def test_no_tab_holds_a_connection(page: str) -> None:
    components = httpx.get(f"{page}/config").json()["components"]

    # For each of these, Gradio would keep a stream open in every tab; a browser allows six.
    assert [each["type"] for each in components if each["type"] == "state"] == []


def test_a_picture_that_was_deleted_is_taken_off_and_the_page_goes_on(
    visit: Callable[..., Page],
    picture: Path,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    mine = tmp_path / "deleted-after-an-hour.jpg"
    mine.write_bytes(picture.read_bytes())
    page = visit()
    page.upload(mine)
    base = tmp_path_factory.getbasetemp()
    uploads = list(base.glob(f"page*/pinacoteca-*/*/{mine.name}"))
    assert uploads
    for upload in uploads:
        upload.unlink(missing_ok=True)

    page.run(MOVE)
    page.until(lambda: TEXTS["en"].lost_hour in page.text("#answer"), "what became of it")
    page.until(lambda: not page.all("#painting img"), "an empty easel")
    page.choose("#language", "ro")
    page.until(lambda: TEXTS["ro"].lost_hour in page.text("#answer"), "the same in Romanian")
    assert mine.name not in page.text("#answer")

    page.upload(picture)
    assert "Work 3" in page.text(".neighbours li:first-child")
