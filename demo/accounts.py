"""Who may use the page: names and passwords, in a file that others cannot read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from pinacoteca.errors import PinacotecaError


class AccountsError(PinacotecaError):
    """A file of accounts that cannot be used."""


def read_accounts(path: Path) -> list[tuple[str, str]]:
    """Reads lines of ``name:password``; empty lines and those that begin with ``#`` do not count.

    The passwords stand there as they are, so the file must be its owner's alone. Neither this nor
    any message repeats one.

    Raises:
        AccountsError: The file is missing or open to everybody, or a line is not as it should be.
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
    # Windows keeps rights elsewhere and shows every file as open.
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
                f"Line {number} of {path} is not name:password: write it so, or take it out."
            )
        if name in accounts:
            raise AccountsError(
                f"Line {number} of {path} gives {name!r} a second password: keep one of them."
            )
        accounts[name] = password
    if not accounts:
        raise AccountsError(f"{path} holds no account: write one name:password a line.")
    return list(accounts.items())
