from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from asking import Question, ask, options_of
from controls import artist_choices, century_choices, style_choices
from examples_strip import example_path, examples_html
from galleries import painting

from pinacoteca.errors import CollectionError, ImageError, OptionError
from pinacoteca.query_options import OPTIONS
from pinacoteca.retriever import PaintingRetriever


@pytest.fixture(scope="module")
def retriever(model_folder: Path, gallery: Path) -> PaintingRetriever:
    return PaintingRetriever.from_pretrained(model_folder, gallery)


def question(picture: str | None, painting: str = "", **settings: Any) -> Question:
    values = (settings.get(option.name, option.default) for option in OPTIONS)
    return Question(picture, painting, options_of(*values))


def found(retriever: PaintingRetriever, **settings: Any) -> list[str]:
    result = ask(retriever, question(None, "painter_work-3", **settings))
    assert result is not None
    return [neighbour.image_id for neighbour in result.neighbours]


def test_without_anything_to_ask_with_there_is_no_answer(retriever: PaintingRetriever) -> None:
    assert ask(retriever, question(None)) is None


def test_a_painting_comes_before_the_picture(retriever: PaintingRetriever, picture: Path) -> None:
    own, other = (
        ask(retriever, question(str(picture), painting)) for painting in ("", "painter_work-5")
    )

    assert own is not None and own.neighbours[0].image_id == "painter_work-3"
    assert other is not None
    assert "painter_work-5" not in [neighbour.image_id for neighbour in other.neighbours]


def test_settings_reach_the_search(retriever: PaintingRetriever) -> None:
    assert len(found(retriever)) == 5
    assert len(found(retriever, count=100)) == 7
    others = {"painter_work-6", "painter_work-7"}
    assert set(found(retriever, artists=["other-painter"])) == others
    assert set(found(retriever, styles=["Fauvism"])) == others
    assert set(found(retriever, first_year=1801, last_year=1900)) == others
    assert found(retriever, words="WORK 5") == ["painter_work-5"]
    assert len(found(retriever, one_per_artist=True)) == 2
    # An empty field of the page sends None for a year.
    assert len(found(retriever, first_year=0, last_year=0)) == 5


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"metric": "manhattan"}, "There is no distance 'manhattan': use cosine or euclidean"),
        ({"composition": 1.5}, "number from 0 to 1; got 1.5"),
        ({"composition": float("nan")}, "number from 0 to 1; got nan"),
        ({"count": 0}, "count is a whole number from 1 to 100; got 0"),
        ({"count": 101}, "count is a whole number from 1 to 100; got 101"),
        ({"artists": ["nobody"]}, "has no artist 'nobody': use an artist_slug"),
        ({"styles": ["Vorticism"]}, "has no style 'Vorticism'"),
        ({"words": "a" * 201}, "at most 200 characters"),
    ],
)
def test_a_setting_that_does_not_exist_gets_a_sentence(
    retriever: PaintingRetriever, setting: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(OptionError, match=sentence):
        ask(retriever, question(None, "painter_work-3", **setting))


def test_what_cannot_be_asked_with_gets_a_sentence(
    retriever: PaintingRetriever, tmp_path: Path
) -> None:
    with pytest.raises(CollectionError, match="has no painting"):
        ask(retriever, question(None, "../../etc/passwd"))
    (tmp_path / "letter.jpg").write_text("Dear museum,")
    with pytest.raises(ImageError):
        ask(retriever, question(str(tmp_path / "letter.jpg")))


def test_choices_come_from_the_table() -> None:
    paintings = [
        painting(1, artist="Zorn", artist_slug="zorn", year=1800, style=""),
        painting(2, artist="Ștefan", artist_slug="stefan", year=1801),
        painting(3, artist="Sava", artist_slug="sava", year=2001),
        painting(4, artist="Sava", artist_slug="sava", year=None),
    ]

    assert artist_choices(paintings, "en") == [
        ("Sava", "sava"),
        ("Ștefan", "stefan"),
        ("Zorn", "zorn"),
    ]
    assert style_choices(paintings, "en") == [("Cubism", "Cubism")]
    assert century_choices(paintings, "en") == [("18th", 18), ("19th", 19), ("21st", 21)]


def test_examples_are_known_by_name_alone() -> None:
    path = example_path("garden")

    assert path is not None and Path(path).is_file()
    assert example_path("../page") is None
    assert 'alt="Mere și o sticlă"' in examples_html("ro")
