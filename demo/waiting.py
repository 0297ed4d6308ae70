"""Refuses questions that would wait too long for an answer.

Refusing must cost little, and the sender must know when to ask again; otherwise a crowd keeps the
server busy with refusals.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from math import ceil
from typing import Any

# A sender who would wait longer is told when to come back instead.
LIMIT_SECONDS = 10.0
# The assumed time of an answer until one was measured.
FIRST_GUESS = 0.3
# The weight of the newest answer in the mean.
NEWEST = 0.1
# One answer counts as at most this many times the mean: when a whole class sends its pictures at
# the same moment, only the first answers are slow.
SLOWEST = 3.0
LONGEST_RETRY = 60.0
# An accepted picture keeps a place for its question for this long.
KEPT_SECONDS = 5.0


class Waiting:
    """Estimates how long a new question would wait, and when refused senders may come back.

    Args:
        at_once: How many questions are answered at the same time.
        clock: Seconds that never run backwards.
    """

    def __init__(self, at_once: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._at_once = at_once
        self._clock = clock
        # Seconds from one answer to the next while others wait.
        self._between = FIRST_GUESS / at_once
        # When the last answer was ready; None if no question was waiting then.
        self._last: float | None = None
        self._turn = 0.0
        self._ahead: Callable[[], int] = lambda: 0
        self._questions: frozenset[int | str] = frozenset()
        self._expected: deque[float] = deque()
        self._closed = False

    def watch(
        self, ahead: Callable[[], int], questions: frozenset[int | str] = frozenset()
    ) -> None:
        """Sets what counts the questions, and which events are questions.

        Args:
            ahead: Counts the questions that wait or are being answered.
            questions: The numbers of their events, and the names of their endpoints.
        """
        self._ahead = ahead
        self._questions = questions

    def is_question(self, event: object) -> bool:
        """Says whether an event or endpoint is a question; all others are answered at once."""
        return isinstance(event, int | str) and event in self._questions

    def note(self, seconds: float | None) -> None:
        """Records that an answer is ready, and how long it took; None if there was only an error.

        An error comes quickly and says nothing about how long the next answer takes.
        """
        now = self._clock()
        if seconds is not None:
            took = seconds / self._at_once if self._last is None else now - self._last
            self._between += NEWEST * (min(took, SLOWEST * self._between) - self._between)
            self._last = now
        # The question just answered is still counted.
        if self._ahead() <= self._at_once:
            self._last = None

    def expect(self) -> None:
        """Keeps a place for the question that follows a picture."""
        self._expected.append(self._clock() + KEPT_SECONDS)

    def let_in(self) -> None:
        """Records that a question came; it takes a kept place if there is one."""
        if self._expected:
            self._expected.popleft()

    def close(self) -> None:
        """Refuses all further questions."""
        self._closed = True

    @property
    def is_idle(self) -> bool:
        """Whether no question waits or is being answered."""
        return not self._ahead()

    @property
    def seconds(self) -> float:
        """How long a new question would wait for its turn."""
        return self._ahead() * self._between

    @property
    def is_full(self) -> bool:
        """Whether a new question must be refused."""
        return self._closed or self.seconds > LIMIT_SECONDS

    @property
    def is_full_for_pictures(self) -> bool:
        """Whether the question that follows a picture would be refused."""
        now = self._clock()
        while self._expected and self._expected[0] < now:
            self._expected.popleft()
        return self.is_full or self.seconds + len(self._expected) * self._between > LIMIT_SECONDS

    def retry_after(self) -> int:
        """Returns after how many seconds a refused sender may come back; each gets its own turn."""
        now = self._clock()
        room = now + max(self.seconds - LIMIT_SECONDS, 0.0)
        self._turn = max(self._turn, room) + self._between
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
        if waiting.is_question(body.fn_index):
            if waiting.is_full:
                # ``ToldWhen`` turns this into status 503 and a time to come back.
                return False, "", "queue_full"
            waiting.let_in()
        return await gradios(body=body, request=request, username=username)

    functions = {
        number: function
        for number, function in queue.blocks.fns.items()
        if function.concurrency_id == concurrency_id
    }
    names = {each.api_name for each in functions.values() if each.api_visibility == "public"}
    waiting.watch(ahead, frozenset(functions) | names)
    gradios = queue.push
    queue.push = push
