"""Limits what Gradio remembers of its visitors, because a page may run for months."""

from __future__ import annotations

import copy
from collections import OrderedDict
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from gradio import state_holder
from gradio.state_holder import SessionState

# Each session keeps a copy of the page, 0.2 MB. A visitor whose session was forgotten must ask
# again before saving the answer as a file.
SESSIONS = 200
# The number of sessions whose answers are kept until they are fetched, besides the sessions that
# wait for an answer.
MESSAGES = 200
# As long as Gradio keeps the state of a closed page.
CLOSED_SECONDS = 3600


class _Messages(OrderedDict[str, Any]):
    """The messages of each session; a session forgotten here is also removed from Gradio's lists.

    A session that waits for an answer is never forgotten: when Gradio sends it the expected wait,
    the missing session would be an error that stops the queue.
    """

    def __init__(self, queue: Any) -> None:
        super().__init__()
        self._queue = queue

    def __getitem__(self, session: str) -> Any:
        """Returns the messages of a session, and notes that it was used."""
        messages = super().__getitem__(session)
        self.move_to_end(session)
        return messages

    def __setitem__(self, session: str, messages: Any) -> None:
        """Adds a session, and forgets the one that was used longest ago."""
        super().__setitem__(session, messages)
        if len(self) > MESSAGES:
            oldest = next((each for each in self if not self._waits(each)), session)
            if oldest != session:
                del self[oldest]
                self._queue.pending_event_ids_session.pop(oldest, None)

    def _waits(self, session: str) -> bool:
        ids = self._queue.pending_event_ids_session.get(session, ())
        return any(event in self._queue.event_ids_to_events for event in ids)


class CopiedSession(SessionState):  # type: ignore[misc]
    """A session that copies the component descriptions of the page's first session.

    Gradio asks each component for its description when a session begins, and each call of a program
    is a session. This takes two thirds as long as the network.
    """

    _first: ClassVar[WeakKeyDictionary[Any, dict[int, dict[str, Any]]]] = WeakKeyDictionary()

    def __init__(self, blocks: Any) -> None:
        """Takes the page."""
        # Gradio never rebuilds a page in the same object; a page still being built is not cached.
        known = self._first.get(blocks)
        if known is None or known.keys() != blocks.blocks.keys():
            known = self._first[blocks] = SessionState(blocks).config_values
        self.blocks_config = copy.copy(blocks.default_config)
        self.state_data: dict[int, Any] = {}
        self._state_ttl: dict[int, Any] = {}
        self.is_closed = False
        self.STATE_TTL_WHEN_CLOSED = CLOSED_SECONDS
        # A session changes only the values in the properties of a description.
        self.config_values: dict[int, dict[str, Any]] = {
            number: {**described, "props": dict(described.get("props", {}))}
            for number, described in known.items()
        }


def copy_sessions() -> None:
    """Makes Gradio use ``CopiedSession`` for all sessions."""
    state_holder.SessionState = CopiedSession


def bound_memory(queue: Any) -> None:
    """Makes a Gradio queue forget answers that nobody fetches; call it before the first answer."""
    queue.pending_messages_per_session = _Messages(queue)


def count_nothing(queue: Any) -> None:
    """Stops the statistics of a Gradio queue, which nobody sees when monitoring is off.

    After each answer, Gradio would compute them with pandas over the last 10,000 answers.
    """
    queue.ANALYTICS_MAX_EVENTS = 1
    queue.compute_analytics_summary = lambda records: {"functions": {}}


def forget_session(blocks: Any, session: str | None) -> None:
    """Forgets what Gradio keeps of a program's session, unless it belongs to an open page.

    Args:
        blocks: The page.
        session: Gradio's name of the session, or None.
    """
    holder = getattr(blocks, "state_holder", None)
    if holder is None or session is None:
        return
    with holder.lock:
        state = holder.session_data.get(session)
        if state is not None and not state.state_data:
            holder.session_data.pop(session, None)
            holder.time_last_used.pop(session, None)
