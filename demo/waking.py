"""Wakes Gradio's queue when there is something to do; Gradio itself looks every millisecond.

A question then begins at once, and an idle page uses almost no processor time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from contextlib import suppress
from types import coroutine
from typing import Any

# The queue still looks this often, because nothing wakes it when the page stops.
LOOK_SECONDS = 0.2
# Gradio looks for changes of progress bars, too; this page has none.
PROGRESS_SECONDS = 5.0


def wake_at_once(queue: Any) -> None:
    """Makes a Gradio queue wait for questions instead of looking for them again and again.

    Args:
        queue: The queue that ``Blocks.queue`` made.
    """
    news = asyncio.Event()
    push, process_events, start_processing = (
        queue.push,
        queue.process_events,
        queue.start_processing,
    )

    async def pushed(*arguments: Any, **named: Any) -> Any:
        try:
            return await push(*arguments, **named)
        finally:
            news.set()

    async def processed(*arguments: Any, **named: Any) -> None:
        try:
            await process_events(*arguments, **named)
        finally:
            # The next question may begin.
            news.set()

    async def started() -> None:
        await _patiently(start_processing(), news)

    queue.push = pushed
    queue.process_events = processed
    queue.start_processing = started
    # ``asyncio.sleep(0)`` yields None instead of a future, which ``_patiently`` looks for.
    queue.sleep_when_free = 0
    queue.progress_update_sleep_when_free = PROGRESS_SECONDS


@coroutine
def _patiently(steps: Coroutine[Any, Any, None], news: asyncio.Event) -> Generator[Any, Any, None]:
    """Runs a coroutine, and waits for news wherever it calls ``asyncio.sleep(0)``."""
    try:
        while True:
            news.clear()
            awaited = steps.send(None)
            if awaited is None:
                yield from _wait(news).__await__()
            else:
                yield awaited
    except StopIteration:
        return
    finally:
        steps.close()


async def _wait(news: asyncio.Event) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(news.wait(), LOOK_SECONDS)
