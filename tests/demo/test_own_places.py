"""If a whole class sends one picture, each visitor gets an own file and an answer."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from own_places import forget_deleted
from texts import TEXTS
from uploads import UploadFolder, remove_empty

CLASS, ROUNDS = 8, 4


def upload(client: httpx.Client, data: bytes) -> str:
    answer = client.post("/gradio_api/upload", files={"files": ("painting.jpg", data)})
    return str(answer.raise_for_status().json()[0])


def ask(client: httpx.Client, path: str) -> str:
    file = {"path": path, "meta": {"_type": "gradio.FileData"}}
    address = "/gradio_api/call/query"
    event = client.post(address, json={"data": [file]}).raise_for_status().json()["event_id"]
    return client.get(f"{address}/{event}").text


def test_what_one_visitor_loses_is_still_there_for_another(page: str, picture: Path) -> None:
    with httpx.Client(base_url=page, timeout=60) as client:
        first, second = (upload(client, picture.read_bytes()) for _ in range(2))
        assert first != second
        Path(first).unlink()

        assert "event: complete" in ask(client, second)
        assert TEXTS["en"].lost_hint in ask(client, first)


def test_a_class_that_sends_one_picture_at_one_moment_is_answered(page: str, picture: Path) -> None:
    start = threading.Barrier(CLASS)

    def visit(_: int) -> list[str]:
        answers = []
        with httpx.Client(base_url=page, timeout=60) as client:
            for turn in range(ROUNDS):
                # Make the picture of each round new to the page: bytes after the end of a JPEG are
                # ignored.
                data = picture.read_bytes() + bytes([turn])
                start.wait(timeout=60)
                answers.append(ask(client, upload(client, data)))
        return answers

    with ThreadPoolExecutor(CLASS) as pool:
        answers = [answer for visit in pool.map(visit, range(CLASS)) for answer in visit]

    assert len(answers) == CLASS * ROUNDS
    assert [answer for answer in answers if "event: complete" not in answer] == []


def test_files_to_take_away_are_never_written_over(
    tmp_path: Path,
) -> None:
    folder = UploadFolder(tmp_path)

    first, second = (Path(folder.keep("pinacoteca.csv", data)) for data in (b"one", b"two"))

    assert first.name == second.name == "pinacoteca.csv"
    assert (first.read_bytes(), second.read_bytes()) == (b"one", b"two")


def test_deleted_files_leave_nothing_behind(tmp_path: Path) -> None:
    for name in ("kept", "old", "new"):
        (tmp_path / name).mkdir()
    (tmp_path / "kept" / "picture.jpg").touch()
    for name in ("kept", "old"):
        os.utime(tmp_path / name, (time.time() - 100,) * 2)
    known = {str(tmp_path / name / "picture.jpg") for name in ("kept", "old", "new")}

    remove_empty(tmp_path)
    forget_deleted([known])

    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept", "new"]
    assert known == {str(tmp_path / "kept" / "picture.jpg")}
