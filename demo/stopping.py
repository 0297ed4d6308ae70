"""The end of a page: nobody new is let in, who is being answered gets it, all in 5 s."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from guarded import GuardedBlocks

# For answers that are being made, and then for their delivery.
ANSWER_SECONDS = 3.0
DELIVERY_SECONDS = 0.7
# Open pages hold connections that would never end.
CONNECTION_SECONDS = 1


def stop(page: GuardedBlocks) -> None:
    """Stops a page that is served, once what is under way has ended or its time is over."""
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
