"""A question begins when it comes, and nobody looks for one all the time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import gradio as gr
import pytest
import waking
from gradio.data_classes import PredictBodyInternal
from gradio.queueing import Queue

# In seconds; a busy machine takes its time.
PATIENCE = 120


class Page:
    """A page that answers one question at a time, each when it is told to."""

    def __init__(self) -> None:
        with gr.Blocks() as blocks:
            gr.Button().click(lambda: None)
        self.queue = blocks.queue()._queue
        self.begun: asyncio.Queue[str] = asyncio.Queue()
        self.may_end = asyncio.Event()
        # Gradio's own would want a server.
        self.queue.process_events = self._answer

    async def ask(self) -> str:
        body = PredictBodyInternal(fn_index=0, data=[])
        _, event, _ = await self.queue.push(body=body, request=None, username=None)
        return str(event)

    async def _answer(self, events: list[Any], *_: Any) -> None:
        await self.begun.put(events[0]._id)
        await self.may_end.wait()
        self.queue.event_queue_per_concurrency_id[events[0].concurrency_id].current_concurrency -= 1
        self.queue.active_jobs[self.queue.active_jobs.index(events)] = None


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, PATIENCE))


def test_a_question_begins_when_it_comes_and_the_next_when_it_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Nothing would begin in time if it had to be found by looking.
    monkeypatch.setattr(waking, "LOOK_SECONDS", 10 * PATIENCE)

    async def test() -> None:
        page = Page()
        waking.wake_at_once(page.queue)
        page.queue.start()
        await asyncio.sleep(0.1)

        first, second = await page.ask(), await page.ask()

        assert await page.begun.get() == first
        assert page.begun.empty()
        page.may_end.set()
        assert await page.begun.get() == second

    run(test())


def test_an_idle_queue_looks_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waking, "LOOK_SECONDS", 10 * PATIENCE)
    looks = 0
    length = Queue.__len__

    def counted(queue: Queue) -> int:
        nonlocal looks
        looks += 1
        return int(length(queue))

    monkeypatch.setattr(Queue, "__len__", counted)

    async def test() -> None:
        page = Page()
        waking.wake_at_once(page.queue)
        page.queue.start()
        await asyncio.sleep(0.5)

    run(test())

    assert looks == 1


def test_a_queue_that_is_closed_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waking, "LOOK_SECONDS", 0.01)

    async def test() -> None:
        page = Page()
        waking.wake_at_once(page.queue)
        working = asyncio.create_task(page.queue.start_processing())
        await asyncio.sleep(0.05)

        page.queue.close()

        await working

    run(test())
