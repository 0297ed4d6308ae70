from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from guarded import GuardedBlocks
from waiting import KEPT_SECONDS, LIMIT_SECONDS, Waiting, guard_queue


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def waiting_with(ahead: int, mean: float = 0.5) -> tuple[Waiting, Clock]:
    clock = Clock()
    waiting = Waiting(2, clock)
    for _ in range(200):
        waiting.note(mean)
    waiting.watch(lambda: ahead)
    return waiting, clock


@pytest.mark.parametrize(("ahead", "full"), [(0, False), (39, False), (41, True)])
def test_nobody_is_let_in_who_would_wait_too_long(ahead: int, full: bool) -> None:
    waiting, _ = waiting_with(ahead)

    assert waiting.seconds == pytest.approx(ahead * 0.25, rel=0.01)
    assert waiting.is_full == full == (waiting.seconds > LIMIT_SECONDS)


def test_a_slower_machine_lets_fewer_in() -> None:
    assert not waiting_with(30, mean=0.5)[0].is_full
    assert waiting_with(30, mean=1.0)[0].is_full


def test_what_counts_is_how_often_an_answer_is_ready_while_others_wait() -> None:
    waiting, clock = waiting_with(20, mean=0.5)

    # Each of two takes half a second by itself, but the machine has one core.
    for _ in range(200):
        clock.now += 0.5
        waiting.note(1.0)

    assert waiting.seconds == pytest.approx(20 * 0.5, rel=0.01)
    waiting.watch(lambda: 1)
    waiting.note(1.0)
    # The time in which nobody asks is nobody's wait.
    clock.now += 1000.0
    waiting.note(1.0)
    assert waiting.seconds == pytest.approx(0.5, rel=0.3)


def test_errors_do_not_make_answers_look_quicker() -> None:
    waiting, clock = waiting_with(41)
    waiting.note(0.5)
    for _ in range(100):
        clock.now += 0.001
        waiting.note(None)
    assert waiting.is_full
    # The time from one answer to the next still counts from the last answer.
    clock.now += 0.4
    waiting.note(1.0)
    assert waiting.seconds > 41 * 0.25
    # After the last of those who wait, nobody's time counts.
    waiting.watch(lambda: 1)
    waiting.note(None)
    clock.now += 1000.0
    waiting.note(0.5)
    assert waiting.seconds == pytest.approx(0.25, rel=0.3)


def test_refused_arguments_do_not_make_answers_look_quicker() -> None:
    with GuardedBlocks() as page:
        box = gr.Textbox()
        gr.Button().click(lambda count: count, box, box, concurrency_id="answers")
    page.answer_in_turn(2, "answers")
    assert page.waiting is not None
    between = page.waiting._between

    for _ in range(10):
        with pytest.raises(gr.Error, match="count is a whole number"):
            asyncio.run(page.process_api(0, ["many"]))

    assert page.waiting._between == between


def test_a_few_slow_answers_send_nobody_away() -> None:
    waiting, clock = waiting_with(100, mean=0.1)
    assert waiting.seconds == pytest.approx(5, rel=0.01)

    waiting.note(0.1)
    for _ in range(3):
        clock.now += 20.0
        waiting.note(20.0)

    assert not waiting.is_full


def takes_pictures(waiting: Waiting) -> bool:
    return not waiting.is_full_for_pictures


def test_a_picture_keeps_a_place_for_its_question() -> None:
    waiting, clock = waiting_with(30)
    assert takes_pictures(waiting)

    for _ in range(11):
        waiting.expect()

    # 41 would wait for more than ten seconds; whoever was expected is let in.
    assert not takes_pictures(waiting)
    assert not waiting.is_full
    waiting.let_in()
    assert takes_pictures(waiting)
    waiting.expect()
    assert not takes_pictures(waiting)
    # They may never ask.
    clock.now += KEPT_SECONDS + 0.1
    assert takes_pictures(waiting)


def test_those_who_are_refused_come_back_one_after_the_other() -> None:
    waiting, clock = waiting_with(80)

    # 20 s of work are waiting, so there is room in 10 s, and each query takes a quarter of a
    # second.
    seconds = [waiting.retry_after() for _ in range(100)]

    assert seconds[0] == 11
    assert seconds == sorted(seconds)
    assert 33 <= seconds[-1] <= 36
    clock.now = 1000.0
    assert waiting.retry_after() == 11
    assert waiting_with(10**6)[0].retry_after() == 60


def test_a_page_that_stops_lets_nobody_in() -> None:
    waiting, _ = waiting_with(0)

    waiting.close()

    assert waiting.is_full


def test_a_full_queue_refuses_questions_and_nothing_else() -> None:
    async def push(**_: Any) -> tuple[bool, str, str]:
        return True, "id", "success"

    events = SimpleNamespace(queue=[None] * 200, current_concurrency=2)
    functions = {
        0: SimpleNamespace(concurrency_id="answers", api_name="ask", api_visibility="public"),
        1: SimpleNamespace(concurrency_id="texts", api_name="say", api_visibility="public"),
        2: SimpleNamespace(concurrency_id="answers", api_name="show", api_visibility="private"),
    }
    queue = SimpleNamespace(
        push=push,
        event_queue_per_concurrency_id={"answers": events},
        blocks=SimpleNamespace(fns=functions),
    )
    waiting = Waiting(2)
    guard_queue(queue, waiting, "answers")

    def pushed(number: int | None) -> str:
        body = SimpleNamespace(fn_index=number)
        return str(asyncio.run(queue.push(body=body, request=None, username=None))[2])

    assert [pushed(0), pushed(1), pushed(None)] == ["queue_full", "success", "success"]
    asked: tuple[object, ...] = (0, 1, 2, "ask", "say", "show", None, [0], {})
    assert [each for each in asked if waiting.is_question(each)] == [0, 2, "ask"]
    events.queue = []
    assert pushed(0) == "success"


@pytest.mark.parametrize(("ahead", "idle"), [(0, True), (1, False)])
def test_a_page_is_idle_while_nobody_asks(ahead: int, idle: bool) -> None:
    assert waiting_with(ahead)[0].is_idle is idle
