"""Training asks glibc for huge pages once, and respects a setting that is already there."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from conftest import REPOSITORY
from memory_pages import TUNABLES

PROGRAM = """
import os, sys
sys.path.insert(0, sys.argv[1])
from memory_pages import ask_for_huge_pages
ask_for_huge_pages()
print(os.getpid(), os.environ["GLIBC_TUNABLES"], sys.argv[2:])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="GLIBC_TUNABLES is glibc's, on Linux")
@pytest.mark.parametrize(("given", "expected"), [(None, TUNABLES), ("", ""), ("a.b=1", "a.b=1")])
def test_the_program_starts_once_more_as_the_same_process(given: str | None, expected: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "GLIBC_TUNABLES"}
    if given is not None:
        environment["GLIBC_TUNABLES"] = given
    command = [sys.executable, "-c", PROGRAM, str(REPOSITORY / "train"), "--set", "a b"]

    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        output, _ = process.communicate(timeout=300)

    assert process.returncode == 0
    assert output.strip() == f"{process.pid} {expected} ['--set', 'a b']"
