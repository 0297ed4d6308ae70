from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from waiting import LIMIT_SECONDS, Waiting, guard_queue


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def waiting_with(ahead: int, mean: float = 0.5) -> tuple[Waiting, Clock]:
    clock = Clock()
    waiting = Waiting(2, clock)
    waiting.watch(lambda: ahead)
    for _ in range(200):
        waiting.note(mean)
    return waiting, clock


@pytest.mark.parametrize(("ahead", "full"), [(0, False), (39, False), (41, True)])
def test_nobody_is_let_in_who_would_wait_too_long(ahead: int, full: bool) -> None:
    waiting, _ = waiting_with(ahead)

    assert waiting.seconds == pytest.approx(ahead * 0.25, rel=0.01)
    assert waiting.is_full == full == (waiting.seconds > LIMIT_SECONDS)


def test_a_slower_machine_lets_fewer_in() -> None:
    assert not waiting_with(30, mean=0.5)[0].is_full
    assert waiting_with(30, mean=1.0)[0].is_full


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
        0: SimpleNamespace(concurrency_id="answers"),
        1: SimpleNamespace(concurrency_id="texts"),
    }
    queue = SimpleNamespace(
        push=push,
        event_queue_per_concurrency_id={"answers": events},
        blocks=SimpleNamespace(fns=functions),
    )
    guard_queue(queue, Waiting(2), "answers")

    def pushed(number: int | None) -> str:
        body = SimpleNamespace(fn_index=number)
        return str(asyncio.run(queue.push(body=body, request=None, username=None))[2])

    assert [pushed(0), pushed(1), pushed(None)] == ["queue_full", "success", "success"]
    events.queue = []
    assert pushed(0) == "success"
