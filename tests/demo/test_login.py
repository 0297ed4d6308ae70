"""A page for those alone who have an account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from gradio_client import Client, handle_file
from served import served_page

ACCOUNT = {"username": "ana", "password": "correct horse"}


@pytest.fixture(scope="module")
def closed_page(
    model_folder: Path, gallery: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("closed")
    accounts = folder / "accounts.txt"
    accounts.write_text("# class 5b\nana:correct horse\n", encoding="utf-8")
    accounts.chmod(0o600)
    log = folder / "log.txt"
    folders = ("--model", model_folder, "--gallery", gallery, "--pictures", gallery / "pictures")
    with served_page(log, *folders, "--auth-file", accounts) as address:
        yield address
    assert ACCOUNT["password"] not in log.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "path",
    [
        "/pictures/painter_work-2",
        "/pictures/nobody",
        "/config",
        "/gradio_api/info",
        "/gradio_api/file=/etc/passwd",
    ],
)
def test_a_stranger_is_shown_nothing(closed_page: str, path: str) -> None:
    assert httpx.get(f"{closed_page}{path}").status_code == 401
    forged = {"access-token-unsecure-x": "x", "access-token-x": "x"}
    assert httpx.get(f"{closed_page}{path}", cookies=forged).status_code == 401
    assert httpx.post(f"{closed_page}/gradio_api/upload").status_code == 401


def test_a_wrong_password_opens_nothing(closed_page: str) -> None:
    wrong = ACCOUNT | {"password": "incorrect horse"}

    assert httpx.post(f"{closed_page}/login", data=wrong).status_code == 400
    with pytest.raises(ValueError, match="Could not login"):
        Client(closed_page, auth=("ana", "incorrect horse"), verbose=False)


def test_whoever_logs_in_gets_answers_and_pictures(closed_page: str, picture: Path) -> None:
    with httpx.Client(base_url=closed_page) as visitor:
        visitor.post("/login", data=ACCOUNT).raise_for_status()
        answer = visitor.get("/pictures/painter_work-2")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        assert visitor.get("/config").status_code == 200
        visitor.get("/logout")
        assert visitor.get("/pictures/painter_work-2").status_code == 401

    client = Client(closed_page, auth=("ana", "correct horse"), verbose=False)
    answer = client.predict(handle_file(picture), api_name="/query")
    assert answer["neighbours"][0]["image_id"] == "painter_work-3"
