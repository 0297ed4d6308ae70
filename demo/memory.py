"""What Gradio remembers of its visitors, kept small: a page may be up for months."""

from __future__ import annotations

from typing import Any

from gradio.utils import LRUCache

# Each session keeps a copy of the page, 0.2 MB. Whoever comes back after so many others have come
# has to ask again before the answer can be taken away as a file.
SESSIONS = 200
# Answers of so many sessions are kept until they are fetched; the queue is never that long.
MESSAGES = 200


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


def bound_memory(queue: Any) -> None:
    """Lets a queue of Gradio forget answers that nobody fetches; before the first one is there."""
    queue.pending_messages_per_session = _Messages(queue.pending_event_ids_session)


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
