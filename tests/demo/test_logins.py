from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from logins import OF_ADDRESS, OF_BOTH, OF_NAME, Accounts, Failures, LoginLimits
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize(
    ("names", "addresses", "most"),
    [(["ana"], ["1.1.1.1"], OF_BOTH), (["ana"], None, OF_NAME), (None, ["1.1.1.1"], OF_ADDRESS)],
)
def test_wrong_passwords_are_counted(clock: Clock, names: Any, addresses: Any, most: int) -> None:
    failures = Failures(clock)
    for number in range(most):
        name = names[0] if names else f"name-{number}"
        address = addresses[0] if addresses else f"2.2.2.{number}"
        assert failures.seconds_left(name, address) == 0
        failures.add(name, address)

    name, address = (names or ["another"])[0], (addresses or ["3.3.3.3"])[0]
    assert 0 < failures.seconds_left(name, address) <= 60
    # Others are not held up.
    assert failures.seconds_left("somebody", "4.4.4.4") == 0
    clock.now = 61.0
    assert failures.seconds_left(name, address) == 0


def test_a_flood_of_names_is_forgotten(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("logins.MOST_KEYS", 50)
    failures = Failures(clock)

    for number in range(1000):
        failures.add(f"name-{number}", f"address-{number}")

    assert len(failures._times) <= 50


def test_only_the_right_password_of_a_name_opens() -> None:
    accounts = Accounts([("ana", "correct horse"), ("ion", "staple")])

    assert accounts("ana", "correct horse")
    assert not accounts("ana", "staple")
    assert not accounts("nobody", "staple")
    assert not accounts("ana", "\ud800")


@pytest.mark.parametrize("as_files", [False, True])
def test_after_too_many_wrong_passwords_even_the_right_one_waits(as_files: bool) -> None:
    seen: list[str] = []

    async def login(request: Request) -> JSONResponse:
        form = await request.form()
        seen.append(str(form["password"]))
        right = form["password"] == "right"
        return JSONResponse({}, status_code=200 if right else 400)

    app = Starlette(routes=[Route("/login", login, methods=["POST"])])
    client = TestClient(LoginLimits(app))

    def send(name: str, password: str) -> Any:
        data = {"username": name, "password": password}
        # Browsers send a form in parts, without files.
        parts: Any = {key: (None, value) for key, value in data.items()}
        return client.post("/login", **({"files": parts} if as_files else {"data": data}))

    assert send("ana", "right").status_code == 200
    for _ in range(OF_BOTH):
        assert send("ana", "wrong").status_code == 400
    refused = send("ana", "right")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 61
    assert "wait a minute" in refused.json()["detail"]
    assert seen == ["right"] + ["wrong"] * OF_BOTH
    assert send("ion", "right").status_code == 200


def test_attempts_at_the_same_moment_are_counted_too() -> None:
    seen: list[str] = []

    async def login(request: Request) -> JSONResponse:
        password = str((await request.form())["password"])
        seen.append(password)
        # Others come in before this answer.
        await asyncio.sleep(0)
        return JSONResponse({}, status_code=200 if password == "right" else 400)

    limited = LoginLimits(Starlette(routes=[Route("/login", login, methods=["POST"])]))

    async def send_together(password: str) -> list[int]:
        transport = httpx.ASGITransport(app=limited)
        async with httpx.AsyncClient(transport=transport, base_url="http://page") as client:
            form = {"username": "class", "password": password}
            posts = [client.post("/login", data=form) for _ in range(3 * OF_BOTH)]
            return [answer.status_code for answer in await asyncio.gather(*posts)]

    async def visit() -> tuple[list[int], list[int]]:
        return await send_together("right"), await send_together("wrong")

    rights, wrongs = asyncio.run(visit())
    # A class that shares an account logs in.
    assert rights == [200] * 3 * OF_BOTH
    assert seen.count("wrong") == OF_BOTH
    assert sorted(wrongs) == [400] * OF_BOTH + [429] * 2 * OF_BOTH
