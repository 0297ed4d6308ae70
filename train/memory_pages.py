"""Lets the C library keep large tensors on huge pages between training steps."""

from __future__ import annotations

import os
import sys

# Allocate large tensors from the heap instead of mmap, and keep freed memory.
TUNABLES = "glibc.malloc.hugetlb=1:glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=34359738368"


def ask_for_huge_pages() -> None:
    """Restarts this program with the setting that glibc reads only at a program's start.

    Does nothing if the variable is already set, even to an empty text, or without glibc.
    """
    if sys.platform != "linux" or "GLIBC_TUNABLES" in os.environ:
        return
    os.environ["GLIBC_TUNABLES"] = TUNABLES
    # exec keeps the process, so launchers, signals and output streams go on working.
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606
