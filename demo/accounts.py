"""Reads who may use the page: names and passwords from a private file."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from pinacoteca.errors import PinacotecaError


class AccountsError(PinacotecaError):
    """The file of accounts cannot be used."""


def read_accounts(path: Path) -> list[tuple[str, str]]:
    """Reads lines of ``name:password``; skips empty lines and those that begin with ``#``.

    The passwords are not encrypted, so only the owner may be able to read the file. No message
    quotes a password.

    Raises:
        AccountsError: The file is missing, everybody can read it, or a line has another form.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        mode = path.stat().st_mode
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise AccountsError(
            f"The accounts in {path} cannot be read ({reason}): name a text file with lines of "
            "name:password."
        ) from None
    # Windows keeps permissions elsewhere and reports every file as readable by all.
    if os.name == "posix" and mode & (stat.S_IROTH | stat.S_IWOTH):
        raise AccountsError(
            f"Everybody on this computer can read or change {path}, which holds passwords: "
            f"`chmod 600 {path}` keeps it yours."
        )
    accounts: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, colon, password = (part.strip() for part in line.partition(":"))
        if not (name and colon and password):
            raise AccountsError(
                f"Line {number} of {path} is not name:password: correct or delete it."
            )
        if name in accounts:
            raise AccountsError(
                f"Line {number} of {path} gives {name!r} a second password: keep one of them."
            )
        accounts[name] = password
    if not accounts:
        raise AccountsError(f"{path} holds no account: write one name:password a line.")
    return list(accounts.items())
