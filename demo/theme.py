"""The look of the page: colours of a museum wall, and no fonts from other servers."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

CSS_FILE = Path(__file__).parent / "static" / "style.css"

SIENNA = gr.themes.Color(
    name="sienna",
    c50="#fbf4f1",
    c100="#f5e4dd",
    c200="#ebcabd",
    c300="#dfa893",
    c400="#d08468",
    c500="#a95636",
    c600="#94472f",
    c700="#7a3b2e",
    c800="#5c2f26",
    c900="#452620",
    c950="#2a1613",
)
SANS_SERIF = ["system-ui", "Segoe UI", "Roboto", "Helvetica Neue", "Noto Sans", "sans-serif"]
MONOSPACE = ["ui-monospace", "Consolas", "monospace"]

THEME = gr.themes.Soft(
    primary_hue=SIENNA,
    secondary_hue=SIENNA,
    neutral_hue="stone",
    font=SANS_SERIF,
    font_mono=MONOSPACE,
    radius_size="sm",
).set(
    # Gradio drops this default of Soft whenever another value is set.
    background_fill_primary="*neutral_50",
    # Soft's own colours have too little contrast (WCAG 2.2, 1.4.3 and 1.4.11).
    block_label_text_color="*primary_700",
    block_title_text_color="*primary_700",
    body_text_color_subdued="*neutral_600",
    body_text_color_subdued_dark="*neutral_300",
    block_info_text_color="*neutral_600",
    block_info_text_color_dark="*neutral_300",
    checkbox_border_color="*neutral_500",
    checkbox_border_color_dark="*neutral_400",
    input_border_color="*neutral_500",
    input_border_color_dark="*neutral_400",
    input_border_width="1px",
)
