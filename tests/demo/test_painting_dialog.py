from __future__ import annotations

from pathlib import Path

import pytest
from asking import Question, ask
from elements import Elements
from galleries import painting
from painting_dialog import dialog_html, view_of
from texts import LANGUAGES

from pinacoteca.errors import CollectionError
from pinacoteca.query_options import QueryOptions
from pinacoteca.regions import Match
from pinacoteca.retriever import PaintingRetriever


@pytest.fixture(scope="module")
def retriever(model_folder: Path, gallery: Path) -> PaintingRetriever:
    return PaintingRetriever.from_pretrained(model_folder, gallery)


def test_regions_are_framed_and_said_in_words(retriever: PaintingRetriever, picture: Path) -> None:
    result = ask(retriever, Question(str(picture), options=QueryOptions(count=3)))
    assert result is not None
    view = view_of(retriever, result.neighbours[1].image_id, str(picture), result)
    assert view.neighbour == result.neighbours[1]
    assert view.matches == retriever.regions(picture, view.painting, view.neighbour.mirrored)

    page = Elements(dialog_html(view, "en"))

    frames = [span for span in page.of("span") if span.get("class") == "region"]
    assert [frame["data-place"] for frame in frames] == ["1", "2", "3"] * 2
    row, column = view.matches[0].query
    assert f"left: {25.0 * column}%; top: {25.0 * row}%" in str(frames[0]["style"])
    query, neighbour = page.of("img")
    assert str(query["src"]).startswith("data:image/jpeg;base64,")
    assert query["alt"] == "Your picture"
    assert neighbour["src"] == f"pictures/{view.painting.image_id}"
    assert page.text.count("in the second") == 3
    assert "closer than" in page.text


def test_a_cell_is_named_by_where_it_is(retriever: PaintingRetriever) -> None:
    other = painting(1)
    view = view_of(retriever, "painter_work-2", other, None)
    view = type(view)(view.painting, None, other, [Match((0, 0), (1, 3), 0.5)], False)

    english, romanian = (Elements(dialog_html(view, language)).text for language in LANGUAGES)

    assert "upper left in the first picture, middle right in the second" in english
    assert "sus în stânga în prima imagine, la mijloc în dreapta în a doua" in romanian


def test_a_view_leads_on(retriever: PaintingRetriever) -> None:
    page = Elements(dialog_html(view_of(retriever, "painter_work-6", None, None), "en"))

    buttons = page.of("button")
    assert [button.get("data-ask") for button in buttons] == [None, "painter_work-6", None]
    assert buttons[2]["data-artist"] == "other-painter"
    assert "data-close" in buttons[0]
    assert page.of("a")[0]["href"] == painting(6).page_url
    # Without a query there are no similar regions.
    assert len(page.of("img")) == 1 and "alike" not in page.text


def test_the_reports_way_has_no_regions(retriever: PaintingRetriever, picture: Path) -> None:
    result = ask(retriever, Question(str(picture), options=QueryOptions(as_in_report=True)))
    assert result is not None
    view = view_of(retriever, result.neighbours[0].image_id, str(picture), result)

    assert not view.matches
    assert "compares the network's outputs" in Elements(dialog_html(view, "en")).text


def test_an_upload_that_is_gone_leaves_the_painting(
    retriever: PaintingRetriever, tmp_path: Path
) -> None:
    view = view_of(retriever, "painter_work-2", str(tmp_path / "gone.jpg"), None)

    assert len(Elements(dialog_html(view, "en")).of("img")) == 1


def test_a_painting_that_the_collection_does_not_have_is_refused(
    retriever: PaintingRetriever,
) -> None:
    with pytest.raises(CollectionError):
        view_of(retriever, "<script>", None, None)
