"""Bad arguments from programs get one sentence, never an empty error or a traceback."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import arguments
import gradio as gr
import httpx
import pytest
from arguments import RULES, ArgumentError, check_arguments
from guarded import LANGUAGE_ID, GuardedBlocks
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from texts import Language

NAMES = {
    "query": ("image", *list(RULES)[2:]),
    "query_painting": ("image_id", *list(RULES)[2:]),
}
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["", "cosine", "painter", "\0", "=1+1", "<b>", "/etc/passwd", "\u202e"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
FILE = st.fixed_dictionaries(
    {},
    optional={
        "path": ANYTHING | st.sampled_from(["/etc/passwd", "..", "http://127.0.0.1/", "a\0b"]),
        "url": ANYTHING,
        "meta": ANYTHING | st.just({"_type": "gradio.FileData"}),
        "size": ANYTHING,
    },
)
FEW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(NAMES)), st.lists(ANYTHING | FILE, max_size=13))
def test_the_check_accepts_or_says_why_not(endpoint: str, values: list[Any]) -> None:
    try:
        check_arguments(NAMES[endpoint], values)
    except ArgumentError as error:
        for sentence in (*error.sentence.values(), str(error)):
            assert sentence
            assert "{" not in sentence.replace(repr("{"), "")
            assert len(sentence) < 250


@pytest.mark.parametrize("name", list(RULES))
def test_every_rule_is_said_by_name_in_both_languages(name: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        check_arguments([name], [["x"] * 2000])

    english, romanian = caught.value.sentence["en"], caught.value.sentence["ro"]
    assert english != romanian
    if name not in ("image", "composition"):
        assert name in english or "year" in name
        assert name in romanian


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("first_year", [None, 0, 1900, 1900.0, -50], ["abc", "1900", True, 1900.5, 1e400, [1900]]),
        ("count", [1, 100, 5.0], [None, 0, 101, 1.5, "x", "5", True, float("nan")]),
        ("composition", [0, 1, 0.25], [None, -0.1, 1.1, float("nan"), "0.5", False]),
        ("image", [None, {"path": "x"}, {"url": "x"}], [[], "x", {}, {"path": 1}, {"path": ""}]),
        ("artists", [None, [], ["a"]], ["a", [1], [None], {"a": 1}, [["a"]]]),
        ("metric", ["cosine", "euclidean"], [None, "cos", ["cosine"], 1]),
        ("as_in_report", [True, False], [None, 0, 1, "true"]),
        ("words", [None, "", "sea"], [1, ["sea"], "x" * 201]),
        ("image_id", [None, "", "a"], [1, ["a"], "x" * 301]),
    ],
)
def test_what_is_good_and_what_is_bad(name: str, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        check_arguments([name], [value])
    for value in bad:
        with pytest.raises(ArgumentError):
            check_arguments([name], [value])


def ask(page: str, endpoint: str, data: Any, language: str = "en") -> dict[str, Any]:
    """Returns the error of a query, empty if it was answered."""
    address = f"{page}/gradio_api/call/{endpoint}"
    headers = {"Accept-Language": language, "Content-Type": "application/json"}
    posted = httpx.post(address, content=json.dumps({"data": data}), headers=headers)
    if posted.status_code != 200:
        assert posted.status_code in (400, 422), posted.text
        assert posted.json()["detail"]
        return {"error": str(posted.json()["detail"])}
    stream = httpx.get(f"{address}/{posted.json()['event_id']}", timeout=30).text
    kind, text = stream.strip().split("\n\n")[-1].split("\n")
    error: dict[str, Any] = json.loads(text.removeprefix("data: "))
    return error if kind == "event: error" else {}


@FEW
@given(st.sampled_from(sorted(NAMES)), st.lists(ANYTHING | FILE, max_size=13))
def test_an_endpoint_says_what_is_wrong(page: str, endpoint: str, values: list[Any]) -> None:
    error = ask(page, endpoint, values)

    assert "error" not in error or (isinstance(error["error"], str) and error["error"]), error


@pytest.mark.parametrize(
    ("setting", "english", "romanian"),
    [
        ({"first_year": "abc"}, "A year .* got 'abc'", "Un an .* am primit 'abc'"),
        ({"count": "x"}, "whole number from 1 to 100; got 'x'", "număr întreg de la 1 la 100"),
        ({"artists": ["nobody"]}, "has no artist 'nobody'", "nu are artistul 'nobody'"),
        ({"image_id": "nobody"}, "has no painting 'nobody'", "tablou"),
        ({"image_id": ""}, "Please send the image_id", "Trimite image_id"),
        ({"words": ["a"]}, "words is a text", "words e un text"),
    ],
)
def test_the_sentence_is_in_the_language_of_who_asks(
    page: str, setting: dict[str, Any], english: str, romanian: str
) -> None:
    whole = {"image_id": "painter_work-1", "metric": "cosine", "composition": 0.5}
    whole |= {"artists": [], "styles": [], "first_year": None, "last_year": None, "count": 5}
    whole |= {"one_per_artist": False, "as_in_report": False, "words": ""}
    values = list((whole | setting).values())

    assert ask(page, "query_painting", list(whole.values())) == {}
    for language, sentence in (("en", english), ("ro-RO,ro;q=0.9", romanian)):
        error = ask(page, "query_painting", values, language)["error"]
        assert re.search(sentence, error), error


@pytest.mark.parametrize(
    ("chosen", "language"), [("ro", "ro"), ("en", "en"), (["ro"], "en"), (None, "en")]
)
def test_the_language_of_the_page_counts_more_than_that_of_the_browser(
    chosen: Any, language: Language
) -> None:
    def fail(*_: Any) -> None:
        raise ArgumentError(arguments.FAILED)

    with GuardedBlocks() as page:
        inputs = [gr.Textbox(), gr.Radio(["en", "ro"], elem_id=LANGUAGE_ID)]
        gr.Button().click(fail, inputs, None, api_visibility="private")

    with pytest.raises(gr.Error) as caught:
        asyncio.run(page.process_api(0, ["x", chosen]))

    known = (arguments.FAILED[language], arguments.UNFIT[language])
    assert caught.value.message in known


@pytest.mark.parametrize(
    "image",
    [
        [],
        "x",
        5,
        {},
        {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}},
        {"path": "/etc/passwd"},
        {"path": ["a"], "meta": {"_type": "gradio.FileData"}},
        {"path": "x\0y", "meta": {"_type": "gradio.FileData"}},
        {"url": "data:image/png;base64,AAAA", "meta": {"_type": "gradio.FileData"}},
    ],
)
def test_an_image_that_is_no_upload(page: str, image: Any) -> None:
    error = ask(page, "query", [image], "ro")["error"]

    assert error in (arguments.RULES["image"].sentence["ro"], arguments.UNFIT["ro"])


def test_a_picture_elsewhere_on_the_server_is_not_opened(page: str, picture: Path) -> None:
    # With Gradio's mark of a file, without it, and with a mark of another kind.
    marks: tuple[Any, ...] = (
        {"meta": {"_type": "gradio.FileData"}},
        {},
        {"meta": None},
        {"meta": {}},
    )
    for mark in marks:
        for path in (picture, picture.parent / "nobody.jpg"):
            error = ask(page, "query", [{"path": str(path)} | mark])
            assert error["error"] in (
                arguments.RULES["image"].sentence["en"],
                arguments.UNFIT["en"],
            )


@pytest.mark.parametrize("inputs", [[], [None] * 40, [[]] * 40, [{"path": "/etc/passwd"}] * 40])
def test_events_of_the_page_answer_with_a_sentence_too(page: str, inputs: list[Any]) -> None:
    config = httpx.get(f"{page}/config").json()
    for number in [entry["id"] for entry in config["dependencies"]][:6]:
        body = {"data": inputs, "fn_index": number, "session_hash": f"s{number}", "trigger_id": 1}
        answer = httpx.post(f"{page}/gradio_api/queue/join", json=body)
        assert answer.status_code == 200
        address = f"{page}/gradio_api/queue/data"
        with httpx.stream("GET", address, params={"session_hash": f"s{number}"}) as stream:
            for line in stream.iter_lines():
                if "process_completed" in line:
                    message = json.loads(line.removeprefix("data: "))
                    if not message["success"]:
                        assert message["output"]["error"]
                    break


def test_the_log_has_no_traceback(page: str, page_log: Path) -> None:
    # Must be the last test of this module: all tests above used this page.
    assert "Traceback" not in page_log.read_text(encoding="utf-8")
