from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr
import pytest
from gradio import state_holder
from gradio.queueing import Queue
from gradio.state_holder import StateHolder

# Gradio's own function, even if a page was built before and replaced it.
from memory import CopiedSession, SessionState, copy_sessions, count_nothing


class Counted(gr.Textbox):  # type: ignore[misc]
    is_template = True
    described = 0

    def get_config(self, *further: Any) -> dict[str, Any]:
        type(self).described += 1
        described: dict[str, Any] = super().get_config(*further)
        return described


@pytest.fixture
def page() -> gr.Blocks:
    with gr.Blocks() as page:
        with gr.Row():
            text = Counted("a", label="A")
            number = gr.Number(1)
        gr.State({"kept": 0})
        text.change(lambda value: value, text, number)
    return page


@pytest.fixture
def copied() -> Iterator[None]:
    copy_sessions()
    yield
    state_holder.SessionState = SessionState


def holder_of(page: gr.Blocks) -> StateHolder:
    holder = StateHolder()
    holder.set_blocks(page)
    return holder


def test_a_session_is_what_it_is_without_the_copy(page: gr.Blocks, copied: None) -> None:
    holder = holder_of(page)
    first, second = holder["first"], holder["second"]
    gradios = SessionState(page)

    assert isinstance(second, CopiedSession)
    assert vars(second).keys() == vars(gradios).keys()
    for session in (first, second):
        assert session.config_values == gradios.config_values
        assert session.blocks_config.blocks == gradios.blocks_config.blocks
        assert session.STATE_TTL_WHEN_CLOSED == gradios.STATE_TTL_WHEN_CLOSED
    assert list(second.components) == list(gradios.components)


def test_a_session_writes_into_its_own_copy(page: gr.Blocks, copied: None) -> None:
    holder = holder_of(page)
    first, second = holder["first"], holder["second"]
    number = next(each._id for each in page.blocks.values() if isinstance(each, Counted))
    state = next(each._id for each in page.blocks.values() if isinstance(each, gr.State))

    first._update_value_in_config(number, "b")
    first[state] = {"kept": 1}

    for other in (second, holder["third"]):
        assert other.config_values[number]["props"]["value"] == "a"
        assert other[state] == {"kept": 0}


def test_components_describe_themselves_for_the_first_session_alone(
    page: gr.Blocks, copied: None
) -> None:
    holder = holder_of(page)
    holder["first"]
    described = Counted.described

    for number in range(50):
        holder[f"visitor {number}"]

    assert Counted.described == described


def test_a_page_that_grew_is_described_anew(page: gr.Blocks, copied: None) -> None:
    holder_of(page)["first"]
    with page:
        added = gr.Textbox("more")

    assert added._id in holder_of(page)["second"].config_values


def test_no_statistics_are_made_of_answers(
    page: gr.Blocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def table(records: object) -> None:
        raise AssertionError(records)

    monkeypatch.setattr(Queue, "_get_df", staticmethod(table))
    page.queue()
    count_nothing(page._queue)
    page._queue.events_recorded = 1

    assert page._queue.compute_analytics_summary([{"function": "query"}]) == {"functions": {}}
    assert page._queue.ANALYTICS_MAX_EVENTS == 1
