"""What Gradio remembers of its visitors, kept small: a page may be up for months."""

from __future__ import annotations

import copy
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from gradio import state_holder
from gradio.state_holder import SessionState
from gradio.utils import LRUCache

# Each session keeps a copy of the page, 0.2 MB. Whoever comes back after so many others have come
# has to ask again before the answer can be taken away as a file.
SESSIONS = 200
# Answers of so many sessions are kept until they are fetched; the queue is never that long.
MESSAGES = 200
# As Gradio keeps the state of a page that was closed.
CLOSED_SECONDS = 3600


class _Messages(LRUCache):  # type: ignore[misc]
    """The messages of each session; who is forgotten here is forgotten in ``ids``, too."""

    def __init__(self, ids: dict[str, set[str]]) -> None:
        super().__init__(MESSAGES)
        self._ids = ids

    def popitem(self, last: bool = True) -> tuple[str, Any]:
        """Forgets a session."""
        session, messages = super().popitem(last)
        self._ids.pop(session, None)
        return session, messages


class CopiedSession(SessionState):  # type: ignore[misc]
    """A session that copies what the first one of its page found out.

    Gradio asks each component of the page four times for its description when a session begins, and
    a program that is answered is a session: that takes longer than the network.
    """

    config_values: dict[int, dict[str, Any]]
    _first: ClassVar[WeakKeyDictionary[Any, dict[int, dict[str, Any]]]] = WeakKeyDictionary()

    def __init__(self, blocks: Any) -> None:
        """Takes the page."""
        # Gradio builds no page anew under the same object; one that still grows is not kept.
        known = self._first.get(blocks)
        if known is None or known.keys() != blocks.blocks.keys():
            super().__init__(blocks)
            known = self._first[blocks] = self.config_values
        else:
            self.blocks_config = copy.copy(blocks.default_config)
            self.state_data: dict[Any, Any] = {}
            self._state_ttl: dict[Any, Any] = {}
            self.is_closed = False
            self.STATE_TTL_WHEN_CLOSED = CLOSED_SECONDS
        # A session writes values among the properties, and changes nothing else of a description.
        self.config_values = {
            number: {**described, "props": dict(described.get("props", {}))}
            for number, described in known.items()
        }


def copy_sessions() -> None:
    """Lets all sessions of Gradio's pages begin as ``CopiedSession``."""
    state_holder.SessionState = CopiedSession


def bound_memory(queue: Any) -> None:
    """Lets a queue of Gradio forget answers that nobody fetches; before the first one is there."""
    queue.pending_messages_per_session = _Messages(queue.pending_event_ids_session)


def count_nothing(queue: Any) -> None:
    """Lets a queue of Gradio keep no statistics, which nobody sees where monitoring is off.

    It would make them anew, with pandas, after each answer of the last 10,000.
    """
    queue.ANALYTICS_MAX_EVENTS = 1
    queue.compute_analytics_summary = lambda records: {"functions": {}}


def forget_session(blocks: Any, session: str | None) -> None:
    """Forgets what Gradio keeps of a program that was answered, unless it is an open page.

    Args:
        blocks: The page.
        session: As Gradio names it, None for none.
    """
    holder = getattr(blocks, "state_holder", None)
    if holder is None or session is None:
        return
    with holder.lock:
        state = holder.session_data.get(session)
        if state is not None and not state.state_data:
            holder.session_data.pop(session, None)
            holder.time_last_used.pop(session, None)
