"""Stops our programs unexpectedly: by `kill -9`, a full disk or missing permissions.

Each program runs in a process of its own whose modules are already loaded, so that a stop hits the
work and not the imports. `victims.py` lists the programs; `tests/end_to_end/test_kills.py` stops
each a few times, `make soak` fifty times.
"""

from __future__ import annotations

import ctypes
import importlib
import io
import multiprocessing
import os
import random
import resource
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import connection, forkserver
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
ROOMS = ("hub", "train", "gallery", "demo", "tests/helpers")
PRELOADED = (
    *("victims", "train", "build", "remove", "fetch_pictures", "push_to_hub"),
    *("pymilvus", "milvus_lite", "faiss", "onnxruntime", "timm", "safetensors.torch"),
    *("sklearn.manifold", "scipy.optimize", "matplotlib.pyplot", "openpyxl", "yaml"),
)
SECONDS = 600.0
# A victim computes on one thread, so two at a time keep two cores busy.
LANES = 2
# If a victim ends before it is killed, the next try comes earlier by this factor.
EARLIER = 0.8
# CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH let root ignore permissions.
OVERRIDES = (1, 2)
Act = Callable[[], object]
Contents = Mapping[str, bytes]


@dataclass(frozen=True)
class Victim:
    """A program that changes files, and how to check that they are intact.

    Attributes:
        name: A short name.
        module: The module with its ``main``.
        arguments: Its command-line arguments; ``{}`` stands for the folder it works in.
        lay: Prepares the folder.
        contents: Returns the relevant contents of the folder by name; fails if it is damaged.
        again: Returns the arguments to finish after a stop.
        before: A picklable function that is called first in its process.
        one_by_one: Whether each file may be old or new independently of the others.
    """

    name: str
    module: str
    arguments: tuple[str, ...]
    lay: Callable[[Path], object]
    contents: Callable[[Path], Contents]
    again: Callable[[Path], Sequence[str]] | None = None
    before: Act | None = None
    one_by_one: bool = False


class Warm:
    """A process that has imported everything and starts the victims, from any thread."""

    def __init__(self) -> None:
        # A start also asks how other processes are, and two threads must not ask at a time.
        self._lock = threading.Lock()
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(PRELOADED))
        paths = os.pathsep.join([str(REPOSITORY), *(str(REPOSITORY / room) for room in ROOMS)])
        for name, value in {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}.items():
            before = os.environ.get(name)
            os.environ[name] = value
            try:
                forkserver.ensure_running()
            finally:
                os.environ.pop(name)
                if before is not None:
                    os.environ[name] = before

    def start(self, victim: Victim, folder: Path, limits: Act | None = None) -> Any:
        """Starts a victim; its output goes to a log next to the folder."""
        command = [each.replace("{}", str(folder)) for each in victim.arguments]
        arguments = (victim.module, command, folder, victim.before, limits)
        process = self._context.Process(target=_act, args=arguments, daemon=True)
        with self._lock:
            process.start()
        return process

    def ended(self, process: Any, seconds: float = SECONDS) -> int | None:
        """Waits for the end of a process; returns its status, or None if the time is over."""
        if not connection.wait([process.sentinel], seconds):
            return None
        with self._lock:
            process.join()
            return int(process.exitcode)

    def run(self, victim: Victim, folder: Path, limits: Act | None = None) -> int:
        """Runs a victim to its end; returns its status."""
        process = self.start(victim, folder, limits)
        status = self.ended(process)
        if status is None:
            process.kill()
            raise TimeoutError(f"{victim.name} did not come to its end: {log_of(folder)}")
        return status

    def killed(self, victim: Victim, folder: Path, seconds: float) -> bool:
        """Kills a victim after some seconds; returns False if it ends before."""
        process = self.start(victim, folder)
        status = self.ended(process, seconds)
        if status is None:
            process.kill()
            status = self.ended(process)
        return status != 0

    def finish(self, victim: Victim, folder: Path) -> None:
        """Runs a stopped victim again until it has finished."""
        if victim.again is not None:
            victim = replace(victim, arguments=tuple(victim.again(folder)))
        status = self.run(victim, folder)
        assert status == 0, f"{victim.name} ends with {status}: {log_of(folder)}"


def _act(
    module: str, command: list[str], folder: Path, before: Act | None, limits: Act | None
) -> None:
    printed = io.StringIO()
    sys.stdout = sys.stderr = printed
    tempfile.tempdir = str(folder)
    sys.argv[:] = [module, *command]
    if before is not None:
        before()
    from pinacoteca.command_line import run

    main = importlib.import_module(module).main
    if limits is not None:
        limits()
    try:
        run(main)
    finally:
        unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (unlimited, unlimited))
        _log(folder).write_text(printed.getvalue(), encoding="utf-8")


def _log(folder: Path) -> Path:
    return folder.parent / f"{folder.name}.log"


def log_of(folder: Path) -> str:
    """Returns the output of the last program in a folder."""
    return _log(folder).read_text(encoding="utf-8")


def whole_run(warm: Warm, victim: Victim, folder: Path) -> tuple[Contents, Contents, float]:
    """Runs a victim undisturbed.

    Returns:
        The contents before and afterwards, and the duration in seconds.
    """
    folder.mkdir(parents=True)
    victim.lay(folder)
    before = victim.contents(folder)
    begun = time.monotonic()
    status = warm.run(victim, folder)
    seconds = time.monotonic() - begun
    assert status == 0, f"{victim.name} ends with {status}: {log_of(folder)}"
    return before, victim.contents(folder), seconds


def kill_at_random(
    warm: Warm, victim: Victim, work: Path, kills: int, seed: int = 0
) -> dict[str, int]:
    """Kills a victim at random moments, and lets it finish each time.

    Returns:
        How often its files were old, and how often new.

    Raises:
        AssertionError: The files were neither, or the final result differs from an undisturbed run.
    """
    dice = random.Random(seed)
    before, after, seconds = whole_run(warm, victim, work / f"{victim.name}-whole")

    def kill(turn: int, moment: float) -> str:
        folder = work / f"{victim.name}-{turn}"
        _lay_anew(victim, folder)
        while not warm.killed(victim, folder, moment):
            moment *= EARLIER
            _lay_anew(victim, folder)
        state = state_of(victim, folder, before, after)
        if state == "old":
            warm.finish(victim, folder)
        assert victim.contents(folder) == after, f"{victim.name}, kill {turn}"
        shutil.rmtree(folder)
        return state

    moments = [dice.uniform(0.0, 1.0) * seconds for _ in range(kills)]
    with ThreadPoolExecutor(LANES) as pool:
        outcomes = Counter(pool.map(kill, range(kills), moments))
    return {"old": outcomes["old"], "new": outcomes["new"]}


def _lay_anew(victim: Victim, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    victim.lay(folder)


def state_of(victim: Victim, folder: Path, before: Contents, after: Contents) -> str:
    """Returns "old" or "new"; fails if a folder is neither."""
    there = victim.contents(folder)
    if there == after:
        return "new"
    if victim.one_by_one:
        both = set(before.items()) | set(after.items())
        assert set(there.items()) <= both, f"{victim.name}: a file is in pieces"
        return "old"
    assert there == before, f"{victim.name}: {sorted(there)} are neither old nor new"
    return "old"


def full_disk(limit: int) -> Act:
    """Returns a function that limits the size of files a process can write, like a full disk."""
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    return partial(resource.setrlimit, resource.RLIMIT_FSIZE, (limit, unlimited))


def without_rights() -> None:
    """Removes root's right to ignore permissions from this process."""
    if os.geteuid() != 0:
        return
    library = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    # Effective, permitted and inheritable capabilities, lower halves first.
    sets = (ctypes.c_uint32 * 6)()
    if library.capget(header, sets) != 0:
        raise OSError(ctypes.get_errno(), "capget")
    for place in range(3):
        for number in OVERRIDES:
            sets[place] &= ~(1 << number)
    if library.capset(header, sets) != 0:
        raise OSError(ctypes.get_errno(), "capset")
