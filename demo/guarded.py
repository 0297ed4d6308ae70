"""Blocks that answer every error with one sentence and keep tracebacks out of the log."""

from __future__ import annotations

import inspect
import logging
import time
import traceback
from typing import Any

import gradio as gr
from arguments import FAILED, RULES, UNFIT, check_arguments, in_language, sentence_of
from memory import bound_memory, copy_sessions, count_nothing, forget_session
from newest import keep_newest
from texts import LANGUAGES, Language, preferred_language
from waiting import Waiting, guard_queue
from waking import wake_at_once

from pinacoteca.errors import PinacotecaError

# How often those who wait are told how far the queue has come.
STATUS_SECONDS = 2.0
# The ``elem_id`` of the component that chooses the language of the page.
LANGUAGE_ID = "language"

_log = logging.getLogger("pinacoteca.page")


class GuardedBlocks(gr.Blocks):  # type: ignore[misc]
    """Blocks that check what programs send and explain errors in the caller's language.

    Attributes:
        waiting: Measures how long answers take and decides who must come back later.
    """

    waiting: Waiting | None = None
    questions = ""

    def answer_in_turn(self, at_once: int, concurrency_id: str) -> None:
        """Starts the queue, in which questions wait for a limited time.

        Args:
            at_once: How many questions are answered at the same time.
            concurrency_id: Of the events that are questions.
        """
        # Gradio would tell everyone at each answer, and each answer would cost more in a crowd.
        self.queue(status_update_rate=STATUS_SECONDS)
        self.waiting = Waiting(at_once)
        self.questions = concurrency_id
        keep_newest(self._queue, concurrency_id)
        guard_queue(self._queue, self.waiting, concurrency_id)
        bound_memory(self._queue)
        count_nothing(self._queue)
        wake_at_once(self._queue)
        copy_sessions()

    async def process_api(self, block_fn: Any, inputs: Any, *further: Any, **named: Any) -> Any:
        """Answers one event as Gradio does, but every error gets a sentence."""
        function = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
        language = language_of(function, inputs, named.get("request"))
        started = time.monotonic()
        seconds: float | None = None
        try:
            names = tuple(inspect.signature(function.fn).parameters)
            if function.api_visibility == "public" and not named.get("iterator"):
                check_arguments([name for name in names if name in RULES], inputs)
            answer = await super().process_api(block_fn, inputs, *further, **named)
            seconds = time.monotonic() - started
            return answer
        except PinacotecaError as error:
            sentence = sentence_of(error, language)
        except gr.Error as error:
            # Our own messages are about the question; Gradio's are about its components.
            ours = not error.print_exception
            sentence = in_language(error.message, language) if ours else UNFIT[language]
        except Exception as error:
            note(error, str(function.name))
            sentence = FAILED[language]
        finally:
            if self.waiting is not None and function.concurrency_id == self.questions:
                self.waiting.note(seconds)
            if function.api_visibility == "public":
                forget_session(self, named.get("session_hash"))
        raise gr.Error(sentence, print_exception=False)

    async def preprocess_data(
        self, block_fn: Any, inputs: list[Any], state: Any, explicit_call: bool = False
    ) -> Any:
        """Lets the components read the values; one that they cannot read is the sender's error."""
        try:
            return await super().preprocess_data(block_fn, inputs, state, explicit_call)
        except (gr.Error, PinacotecaError):
            raise
        except Exception as error:
            # A foreign path, or a text instead of a list: all are errors of the sender.
            raise gr.Error(UNFIT["en"]) from error


def language_of(function: Any, inputs: Any, request: Any) -> Language:
    """Returns the language of the page; without one that of the browser, or else English."""
    for component, value in zip(function.inputs, inputs, strict=False):
        if component.elem_id == LANGUAGE_ID and value in LANGUAGES:
            chosen: Language = value
            return chosen
    try:
        return preferred_language(request.headers.get("accept-language", ""))
    except AttributeError:
        return "en"


def note(error: Exception, what: str) -> None:
    """Logs one line about an error in our own code."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    place = "".join(f" at {frame.filename}:{frame.lineno}" for frame in last)
    text = " ".join(str(error).split())[:300]
    _log.error("%s failed: %s: %s%s", what, type(error).__name__, text, place)
