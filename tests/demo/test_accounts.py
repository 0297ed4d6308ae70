from __future__ import annotations

from pathlib import Path

import pytest
from accounts import AccountsError, read_accounts

SECRET = "correct horse"


def write(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "accounts.txt"
    path.write_bytes(text.encode("utf-8"))
    path.chmod(mode)
    return path


def test_comments_and_empty_lines_do_not_count(tmp_path: Path) -> None:
    text = "# class 5b\n\nana:măr:pară\r\n   # a second one\n  ion : correct horse  \n"

    assert read_accounts(write(tmp_path, text)) == [("ana", "măr:pară"), ("ion", SECRET)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"ana:x\n{SECRET}\n", r"Line 2 of .*accounts.txt is not name:password"),
        (f":{SECRET}", "Line 1 "),
        ("ana:", "Line 1 "),
        (f"ana:x\nana:{SECRET}", "Line 2 of .* gives 'ana' a second password"),
        ("# nobody yet\n", "holds no account"),
    ],
)
def test_a_line_that_is_wrong_is_named_but_not_repeated(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(AccountsError, match=message) as refusal:
        read_accounts(write(tmp_path, text))

    assert SECRET not in str(refusal.value)


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602])
def test_a_file_that_is_open_to_everybody_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(AccountsError, match="chmod 600"):
        read_accounts(write(tmp_path, "ana:x", mode))


def test_what_is_no_text_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AccountsError, match="No such file"):
        read_accounts(tmp_path / "nowhere.txt")
    with pytest.raises(AccountsError, match="directory"):
        read_accounts(tmp_path)
    (tmp_path / "accounts.bin").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(AccountsError, match="not UTF-8 text"):
        read_accounts(tmp_path / "accounts.bin")
