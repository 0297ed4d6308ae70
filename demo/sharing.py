"""The public link: opens it, explains it, and says why it failed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

import gradio as gr
import httpx
import segno
from gradio import networking, tunneling
from gradio.exceptions import ChecksumMismatchError, ShareCertificateWriteError
from texts import TEXTS, Language
from translated import Translated

# How often an open page checks whether the link is ready.
LOOK_SECONDS = 2.0

Obstacle = Literal["no_service", "no_program", "wrong_program", "no_folder", "no_start", "refused"]


@dataclass
class Sharing:
    """The state of the public link.

    Attributes:
        asked_for: Whether a link was requested.
        link: Its address, once it is ready.
        obstacle: Why it failed, once that is known.
    """

    asked_for: bool = False
    link: str | None = None
    obstacle: Obstacle | None = None

    @property
    def settled(self) -> bool:
        """Whether the link is ready, has failed or was not requested."""
        return not self.asked_for or self.link is not None or self.obstacle is not None


def open_tunnel(sharing: Sharing, host: str, port: int) -> None:
    """Asks Gradio for a tunnel to a page that is already served; sets the result in ``sharing``.

    Gradio's own ``share=True`` does not say why it failed, and then serves another page that loads
    a script from a foreign server.
    """
    try:
        address = networking.setup_tunnel(host, port, secrets.token_urlsafe(32), None, None)
    except ShareCertificateWriteError:
        sharing.obstacle = "no_folder"
    except ChecksumMismatchError:
        sharing.obstacle = "wrong_program"
    except httpx.HTTPError:
        sharing.obstacle = "no_program"
    except OSError:
        sharing.obstacle = "no_start"
    except RuntimeError:
        sharing.obstacle = "no_service"
    except ValueError:
        sharing.obstacle = "refused"
    else:
        sharing.link = "https://" + address.split("://")[-1]


def message(sharing: Sharing) -> str:
    """Returns the result of the public link, for the terminal."""
    texts = TEXTS["en"]
    if sharing.link:
        return f"Public link: {sharing.link}\n{texts.share_meaning}"
    lines = [texts.share_failed, getattr(texts, f"share_{sharing.obstacle}")]
    if sharing.obstacle in ("no_program", "wrong_program", "no_start"):
        lines.append(f"Program: {tunneling.BINARY_URL}\nFolder: {tunneling.BINARY_PATH}")
    return "\n".join(lines)


def add_share_notice(sharing: Sharing, language: gr.components.Component) -> Translated:
    """Adds a notice about the public link; an empty one if no link was requested.

    Args:
        sharing: The state of the link.
        language: The component with the language of the page.
    """
    if not sharing.asked_for:
        return Translated([], lambda _: [])
    notice = gr.HTML(notice_html(sharing, "en"), elem_id="sharing")
    clock = gr.Timer(LOOK_SECONDS)

    def look(language: Language) -> tuple[Any, Any]:
        return notice_html(sharing, language), gr.Timer(active=not sharing.settled)

    clock.tick(look, language, [notice, clock], api_visibility="private", show_progress="hidden")
    return Translated([notice], lambda language: [notice_html(sharing, language)])


def notice_html(sharing: Sharing, language: Language) -> str:
    """Returns the link with its QR code, or why there is none."""
    texts = TEXTS[language]
    if sharing.link:
        link = escape(sharing.link)
        code = segno.make(sharing.link, error="m").svg_inline(
            scale=4, dark="#000", light="#fff", title=texts.share_code
        )
        body = (
            f'<div class="code" role="img" aria-label="{escape(texts.share_code)}">{code}</div>'
            f'<div><p>{escape(texts.share_open)} <a href="{link}">{link}</a></p>'
            f"<p>{escape(texts.share_meaning)}</p></div>"
        )
    elif sharing.obstacle:
        reason = getattr(texts, f"share_{sharing.obstacle}")
        body = f"<div><p>{escape(texts.share_failed)}</p><p>{escape(reason)}</p></div>"
    else:
        body = f"<div><p>{escape(texts.share_asked)}</p></div>"
    heading = f'<h2 class="eyebrow">{escape(texts.share_heading)}</h2>'
    return (
        f'<section class="sharing" aria-live="polite">{heading}'
        f'<div class="parts">{body}</div></section>'
    )
