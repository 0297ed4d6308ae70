"""Moved scripts still work under their old names and print the new ones."""

from __future__ import annotations

import subprocess
import sys

import pytest
from conftest import REPOSITORY


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("train/push_to_hub.py", "hub/push_to_hub.py"),
        ("train/write_card.py", "hub/write_card.py"),
        ("gallery/evaluate.py", "gallery/evaluate_neighbours.py"),
    ],
)
def test_an_old_command_says_where_it_is_now_and_goes_on(old: str, new: str) -> None:
    done = subprocess.run(
        [sys.executable, REPOSITORY / old, "--help"],
        env={"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert done.returncode == 0, done.stderr
    assert done.stderr == f"{old} is now {new}.\n"
    assert "show this help" in done.stdout
