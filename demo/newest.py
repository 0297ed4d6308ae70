"""Keeps one waiting question a page: the newest replaces an older one that still waits.

Otherwise a visitor who moves a slider while many people ask would wait for every answer on the way,
and so would everybody else. Programs may ask many questions at once, and each is answered.
"""

from __future__ import annotations

from typing import Any

import gradio as gr
from gradio.server_messages import ProcessCompletedMessage

# The ``elem_id`` of the component that holds the answer.
ANSWER_ID = "answer"


def keep_newest(queue: Any, concurrency_id: str) -> None:
    """Makes a Gradio queue drop questions that a newer one of the same page replaces.

    Args:
        queue: The queue that ``Blocks.queue`` made.
        concurrency_id: Of the events that are questions.
    """
    gradios = queue.push

    async def push(body: Any, request: Any, username: str | None) -> Any:
        pushed = await gradios(body=body, request=request, username=username)
        newest = queue.event_ids_to_events.get(pushed[1]) if pushed[0] else None
        if newest is not None and newest.concurrency_id == concurrency_id:
            # There is no await here, so no other task sees the list half changed.
            _take_place(queue, queue.event_queue_per_concurrency_id[concurrency_id].queue, newest)
        return pushed

    queue.push = push


def _take_place(queue: Any, waiting: list[Any], newest: Any) -> None:
    older = [each for each in waiting if each is not newest and _is_covered(each, newest)]
    if not older or newest not in waiting:
        return
    waiting.remove(newest)
    waiting.insert(waiting.index(older[0]), newest)
    for event in older:
        waiting.remove(event)
        queue.event_ids_to_events.pop(event._id, None)
        queue.send_message(event, _nothing_changes(event))


def _is_covered(older: Any, newer: Any) -> bool:
    """Says whether a newer event of a page shows everything that an older one would."""
    if older.session_hash != newer.session_hash:
        return False
    if "public" in (older.fn.api_visibility, newer.fn.api_visibility):
        return False
    shown = {component._id for component in older.fn.outputs}
    has_answer = any(component.elem_id == ANSWER_ID for component in older.fn.outputs)
    return has_answer and shown <= {component._id for component in newer.fn.outputs}


def _nothing_changes(event: Any) -> ProcessCompletedMessage:
    output = {
        "data": [gr.skip() for _ in event.fn.outputs],
        "is_generating": False,
        "duration": 0.0,
        "average_duration": 0.0,
        "render_config": None,
        "changed_state_ids": [],
    }
    return ProcessCompletedMessage(output=output, success=True)
