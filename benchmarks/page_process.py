"""Runs a page in a process of its own, queries it by plain HTTP, and measures its cost."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

Picture = tuple[str, bytes]
# Seconds between two checks whether a page answers yet.
LOOK_SECONDS = 0.02
# A client loads all certificate authorities, which takes it longer than some answers take. No page
# here uses TLS.
NO_CERTIFICATES = httpx.create_ssl_context(verify=False)


class PageError(RuntimeError):
    """A page did not start or did not answer."""


class Page:
    """A page in a process of its own.

    Attributes:
        start: The seconds from the start of the process to its first answer to a request.
        first_answer: The seconds from the start of the process to its first answer to a query.
        asked: The number of queries it has answered.
    """

    def __init__(self, command: list[str], picture: Picture, seconds: float) -> None:
        """Starts a page and queries it once.

        Args:
            command: A script and its arguments; ``PORT`` stands for the port.
            picture: The picture of the first query.
            seconds: The time within which it must start.
        """
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        self._address = f"http://127.0.0.1:{port}/gradio_api"
        self.asked = 0
        begin = time.perf_counter()
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, *(port if part == "PORT" else part for part in command)],
            stdout=subprocess.DEVNULL,
        )
        try:
            self._settings = self._wait(begin + seconds)
            self.start = time.perf_counter() - begin
            self.query(picture)
            self.first_answer = time.perf_counter() - begin
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends the process."""
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait(self, deadline: float) -> list[object]:
        """Waits until the page answers; returns the defaults of all inputs after the picture."""
        while time.perf_counter() < deadline:
            try:
                # Only check whether it answers: a description of its API takes it a moment.
                httpx.get(f"{self._address}/startup-events", timeout=60).raise_for_status()
                break
            except httpx.HTTPError:
                if self._process.poll() is not None:
                    raise PageError("a page stopped before it answered") from None
                time.sleep(LOOK_SECONDS)
        else:
            raise PageError("a page did not answer in time")
        info = httpx.get(f"{self._address}/info", timeout=60).raise_for_status().json()
        _, *others = info["named_endpoints"]["/query"]["parameters"]
        return [parameter["parameter_default"] for parameter in others]

    def megabytes(self) -> float:
        """Returns the memory that the process holds."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def cpu_seconds(self) -> float:
        """Returns the CPU time of the process so far, summed over all cores."""
        # The name of the process, in brackets, may contain spaces.
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def query(self, picture: Picture) -> float:
        """Returns the seconds from the upload of a picture to the whole answer."""
        begin = time.perf_counter()
        with httpx.Client(timeout=120, verify=NO_CERTIFICATES) as client:
            uploaded = client.post(f"{self._address}/upload", files={"files": picture})
            file = {"path": uploaded.json()[0], "meta": {"_type": "gradio.FileData"}}
            asked = {"data": [file, *self._settings]}
            event = client.post(f"{self._address}/call/query", json=asked).json()["event_id"]
            answer = client.get(f"{self._address}/call/query/{event}").text
        if "event: complete" not in answer:
            raise PageError(f"a query failed: {answer[:300]}")
        self.asked += 1
        return time.perf_counter() - begin
