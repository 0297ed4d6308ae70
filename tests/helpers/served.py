"""Starts the page as a user does: in a process of its own on a free port."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

APP = Path(__file__).resolve().parents[2] / "demo" / "app.py"
START_SECONDS = 120
STOP_SECONDS = 60
# Linux gives the ports from 32768 on to outgoing connections.
PORTS = range(20_000, 32_000)


def free_port() -> int:
    """Returns a free port that no outgoing connection can take before a server does."""
    # Training seeds the common generator, and tests that run side by side must not get one port.
    for port in random.SystemRandom().sample(PORTS, 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError(f"no port of {PORTS} is free")


@contextmanager
def served_page(
    log: Path,
    *arguments: object,
    stop: signal.Signals = signal.SIGTERM,
    fetches: bool = False,
) -> Iterator[str]:
    """Yields the address of a page that runs until the block ends; its output goes to ``log``.

    Its temporary files are next to ``log``; ``stop`` is the signal that ends it. Only with
    ``fetches`` may it request pictures from elsewhere.
    """
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    offline = ["--offline"] if not fetches else []
    command = [sys.executable, APP, *offline, "--port", port, *arguments]
    # Downloads of an earlier run must not replace what the test set up.
    environment = os.environ | {"XDG_CACHE_HOME": str(log.parent), "TMPDIR": str(log.parent)}
    with log.open("w", encoding="utf-8") as output:
        # Start in another folder, because the page must not depend on it.
        process = subprocess.Popen(
            [str(part) for part in command],
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=log.parent,
            env=environment,
            # Background jobs of a shell, and their children, ignore Ctrl-C unless it is enabled
            # again.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        try:
            _wait_until_ready(address, process, log)
            yield address
        finally:
            process.send_signal(stop)
            process.wait(STOP_SECONDS)


def _wait_until_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            output = log.read_text(encoding="utf-8")
            raise RuntimeError(f"the page stopped with status {process.returncode}: {output}")
        try:
            httpx.get(address, timeout=5)
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(f"no page after {START_SECONDS} s: {log.read_text(encoding='utf-8')}")
