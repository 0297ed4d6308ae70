"""Stops a page within 5 s: refuses new questions and finishes those being answered."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from guarded import GuardedBlocks

# The time to finish answers, and then to deliver them.
ANSWER_SECONDS = 3.0
DELIVERY_SECONDS = 0.7
# Open pages keep connections that never end by themselves.
CONNECTION_SECONDS = 1


def stop(page: GuardedBlocks) -> None:
    """Stops a served page when its current answers have ended or their time is over."""
    if page.waiting is not None:
        page.waiting.close()
    queue = page._queue
    _wait(lambda: _is_idle(queue), ANSWER_SECONDS)
    _wait(lambda: not any(queue.pending_event_ids_session.values()), DELIVERY_SECONDS)
    if page.server is not None:
        page.server.config.timeout_graceful_shutdown = CONNECTION_SECONDS
    page.close(verbose=False)


def _is_idle(queue: Any) -> bool:
    return len(queue) == 0 and not any(queue.active_jobs)


def _wait(done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        time.sleep(0.02)
