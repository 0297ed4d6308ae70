"""Lets the C library keep large tensors on huge pages of memory, where they are, between steps."""

from __future__ import annotations

import os
import sys

# No block of its own for a large tensor, nothing handed back in between.
TUNABLES = "glibc.malloc.hugetlb=1:glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=34359738368"


def ask_for_huge_pages() -> None:
    """Starts this program once more with the setting that glibc reads at a program's start.

    Does nothing where the variable is set, even to nothing, or where there is no glibc.
    """
    if sys.platform != "linux" or "GLIBC_TUNABLES" in os.environ:
        return
    os.environ["GLIBC_TUNABLES"] = TUNABLES
    # The same process goes on, so launchers, signals and what it prints to stay as they are.
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606
