"""Components of the page and their texts in both languages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from texts import Language


@dataclass(frozen=True)
class Translated:
    """Components with texts.

    Attributes:
        components: The components that a change of the language updates.
        updates: Returns an update for each of them.
    """

    components: Sequence[gr.components.Component]
    updates: Callable[[Language], Sequence[Any]]
