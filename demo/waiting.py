"""Refuses questions that would wait too long for an answer.

Refusing must cost little, and the sender must know when to ask again; otherwise a crowd keeps the
server busy with refusals.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from math import ceil
from typing import Any

# A sender who would wait longer is told when to come back instead.
LIMIT_SECONDS = 10.0
# The assumed time of an answer until one was measured.
FIRST_GUESS = 0.3
# The weight of the newest answer in the mean.
NEWEST = 0.1
LONGEST_RETRY = 60.0


class Waiting:
    """Estimates how long a new question would wait, and when refused senders may come back.

    Args:
        at_once: How many questions are answered at the same time.
        clock: Seconds that never run backwards.
    """

    def __init__(self, at_once: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._at_once = at_once
        self._clock = clock
        self._mean = FIRST_GUESS
        self._turn = 0.0
        self._ahead: Callable[[], int] = lambda: 0
        self._closed = False

    def watch(self, ahead: Callable[[], int]) -> None:
        """Sets the function that counts the questions that wait or are being answered."""
        self._ahead = ahead

    def note(self, seconds: float) -> None:
        """Records how long an answer took."""
        self._mean += NEWEST * (seconds - self._mean)

    def close(self) -> None:
        """Refuses all further questions."""
        self._closed = True

    @property
    def seconds(self) -> float:
        """How long a new question would wait for its turn."""
        return self._ahead() * self._mean / self._at_once

    @property
    def is_full(self) -> bool:
        """Whether a new question must be refused."""
        return self._closed or self.seconds > LIMIT_SECONDS

    def retry_after(self) -> int:
        """Returns after how many seconds a refused sender may come back; each gets its own turn."""
        now = self._clock()
        room = now + max(self.seconds - LIMIT_SECONDS, 0.0)
        self._turn = max(self._turn, room) + self._mean / self._at_once
        return max(1, ceil(min(self._turn - now, LONGEST_RETRY)))


def guard_queue(queue: Any, waiting: Waiting, concurrency_id: str) -> None:
    """Makes a Gradio queue refuse questions that would wait too long.

    Args:
        queue: The queue that ``Blocks.queue`` made.
        waiting: Decides which questions to refuse.
        concurrency_id: Of the events that are questions; the others are answered at once.
    """

    def ahead() -> int:
        events = queue.event_queue_per_concurrency_id.get(concurrency_id)
        return 0 if events is None else len(events.queue) + events.current_concurrency

    async def push(body: Any, request: Any, username: str | None) -> Any:
        function = queue.blocks.fns.get(body.fn_index)
        is_question = function is not None and function.concurrency_id == concurrency_id
        if is_question and waiting.is_full:
            # ``ToldWhen`` turns this into status 503 and a time to come back.
            return False, "", "queue_full"
        return await gradios(body=body, request=request, username=username)

    waiting.watch(ahead)
    gradios = queue.push
    queue.push = push
