from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
import space
import surroundings
from pictures import cache_folder
from served import APP, START_SECONDS, STOP_SECONDS, free_port
from surroundings import SurroundingsError, make_folder_for_uploads, prepare_surroundings

from pinacoteca.errors import DataError
from pinacoteca.surroundings import (
    ask_this_machine_directly,
    check_proxies,
    missing_certificates,
    unusable_proxies,
)

CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ("localhost,127.0.0.1,::1,[::1]", "localhost,127.0.0.1,::1"),
        ("[::1]:8080, .museum.ro ,[fd00::5]", "::1,.museum.ro,fd00::5,localhost,127.0.0.1"),
        ("10.0.0.0/8,fd00::/8,fe80::1", "10.0.0.0/8,fe80::1,localhost,127.0.0.1,::1"),
        ("pröxy,host:port,museum.ro:80", "museum.ro:80,localhost,127.0.0.1,::1"),
        ("", "localhost,127.0.0.1,::1"),
    ],
)
def test_this_machine_is_asked_directly(listed: str, expected: str) -> None:
    environment = {"NO_PROXY": listed}
    ask_this_machine_directly(environment)
    assert environment == {"NO_PROXY": expected, "no_proxy": expected}
    everything = {"no_proxy": "*"}
    ask_this_machine_directly(everything)
    assert everything == {"no_proxy": "*"}


def test_what_the_page_listens_on_is_asked_directly_too() -> None:
    environment: dict[str, str] = {}
    ask_this_machine_directly(environment, "[fd00::5]")
    assert environment["no_proxy"].split(",")[-1] == "fd00::5"


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("http://proxy.house:3128", None),
        ("proxy.house:3128", None),
        ("https://ada:secret@proxy.house", None),
        ("socks://127.0.0.1:9/", r"unknown kind socks://: write http://HOST:PORT"),
        ("socks4://127.0.0.1:9", "unknown kind socks4://"),
        ("http://proxy:port", "names no host and port"),
        ("http://", "names no host and port"),
        ("socks5://ada:secret@127.0.0.1:9", r"needs a package: `pip install 'httpx\[socks\]'`"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_one_sentence(
    value: str, sentence: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec
    # The result must not depend on whether it is installed here.
    monkeypatch.setattr("importlib.util.find_spec", lambda n: None if n == "socksio" else found(n))
    environment = {"ALL_PROXY": value, "https_proxy": "http://proxy:1"}

    if sentence is None:
        assert unusable_proxies(environment) == {}
        check_proxies(environment)
        return
    with pytest.raises(DataError, match=f"^ALL_PROXY .*{sentence}") as caught:
        check_proxies(environment)
    assert "secret" not in str(caught.value)
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("all_proxy", value)
    prepare_surroundings("localhost")
    assert "all_proxy" not in os.environ
    httpx.Client().close()


@pytest.mark.parametrize(
    ("home", "reason"),
    [(None, "this user has none"), ("/nonexistent", "/nonexistent cannot be written to")],
)
def test_a_user_without_a_home_gets_a_temporary_one(
    home: str | None,
    reason: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def nobody(_: int) -> None:
        raise KeyError("no such user")

    monkeypatch.setenv("HOME", home or "")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    if home is None:
        monkeypatch.delenv("HOME")
        monkeypatch.setattr("pwd.getpwuid", nobody)

    surroundings.give_a_home(tmp_path)

    made = Path.home()
    assert (
        capsys.readouterr().out
        == f"No home directory: {reason}. {made} serves until the page ends.\n"
    )
    assert made in cache_folder().parents
    cache_folder().mkdir(parents=True)
    surroundings.give_a_home(tmp_path)
    assert (Path.home(), capsys.readouterr().out) == (made, "")
    shutil.rmtree(made)


def test_spaces_around_a_proxy_do_not_count() -> None:
    environment = {"HTTP_PROXY": " http://proxy:3128\n", "https_proxy": "\t", "all_proxy": ""}

    assert unusable_proxies(environment) == {}
    assert environment == {"HTTP_PROXY": "http://proxy:3128", "https_proxy": "", "all_proxy": ""}


def test_httpx_takes_what_is_made_of_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = "[::1],[fe80::1%eth0]:80,*.museum.ro,10.0.0.0/8,fe80::1%eth0,fd00::/8,a b,host:port,é"
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, listed)
    ask_this_machine_directly()
    httpx.Client().close()


def test_certificates_that_are_not_there_are_named_and_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "there.pem").touch()
    for name in CERTIFICATES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "gone.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "there.pem"))
    assert missing_certificates() == {"SSL_CERT_FILE": str(tmp_path / "gone.pem")}

    prepare_surroundings("localhost")

    assert (
        f"SSL_CERT_FILE names {tmp_path / 'gone.pem'}, which does not exist"
        in capsys.readouterr().out
    )
    assert "SSL_CERT_FILE" not in os.environ
    assert os.environ["REQUESTS_CA_BUNDLE"] == str(tmp_path / "there.pem")


def test_the_folder_for_uploads_is_made_or_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "not" / "there" / "yet"))
    assert make_folder_for_uploads().is_dir()
    (tmp_path / "file").touch()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "file" / "folder"))
    with pytest.raises(SurroundingsError, match=r"file/folder, which GRADIO_TEMP_DIR names"):
        make_folder_for_uploads()


def test_variables_of_gradio_that_do_nothing_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GRADIO_SHARE", "True")
    surroundings._check_gradio_variables()
    assert "GRADIO_SHARE does nothing here: use --share." in capsys.readouterr().err
    monkeypatch.setenv("GRADIO_NUM_PORTS", "many")
    with pytest.raises(SurroundingsError, match="GRADIO_NUM_PORTS is 'many'"):
        surroundings._check_gradio_variables()


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("/pinacoteca", "/pinacoteca"),
        ("pinacoteca/", "/pinacoteca"),
        (" /a/b// ", "/a/b"),
        ("/", ""),
        ("", ""),
        ("https://museum.ro/a/", "https://museum.ro/a"),
    ],
)
def test_the_path_of_a_larger_site_may_have_any_slashes(
    written: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADIO_ROOT_PATH", written)
    prepare_surroundings("localhost")
    assert os.environ["GRADIO_ROOT_PATH"] == path


@pytest.mark.slow
def test_the_page_is_served_as_in_a_container(
    model_folder: Path, gallery: Path, tmp_path: Path
) -> None:
    """Uses the variables of the Dockerfile, with no home, no cache and one writable folder, which
    does not exist yet.

    Adds settings that other programs leave behind: a proxy, missing certificates.
    """
    port = free_port()
    image = (APP.parent.parent / "Dockerfile").read_text(encoding="utf-8")
    variables = dict(re.findall(r"(?:ENV|^) +([A-Z_]+)=(\S+)", image, re.MULTILINE))
    assert variables["GRADIO_SERVER_NAME"] == "0.0.0.0"
    home = variables["HOME"]
    variables = {
        name: value.replace("$HOME", home).replace(home, str(tmp_path))
        for name, value in variables.items()
    }
    assert variables["GRADIO_TEMP_DIR"] == f"{tmp_path}/uploads"
    beside = sorted(APP.parent.iterdir())
    dead = "http://127.0.0.1:9"
    environment = variables | {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "HOME": "/nonexistent",
        "XDG_CACHE_HOME": "/proc/cannot-be-written",
        "GRADIO_SERVER_PORT": str(port),
        "SSL_CERT_FILE": "/opt/conda/ssl/cacert.pem",
        "http_proxy": dead,
        "HTTPS_PROXY": dead,
        "NO_PROXY": "localhost,127.0.0.1,::1,[::1]",
    }
    log = tmp_path / "log"
    command: list[str | Path] = [sys.executable, APP, "--model", model_folder, "--gallery", gallery]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, env=environment, cwd="/", stdout=output, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while "The page is at" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        # It must listen to the outside, for which 127.0.0.2 stands.
        with httpx.Client(trust_env=False) as client:
            assert client.get(f"http://127.0.0.2:{port}/").status_code == 200
        check = json.loads(re.search(r"HEALTHCHECK.*?CMD (\[.*?\])\n", image, re.DOTALL)[1])  # type: ignore[index]
        healthy = [sys.executable, *check[1:]]
        assert subprocess.run(healthy, env=environment).returncode == 0
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_SECONDS)
    assert "Traceback" not in log.read_text()
    assert list((tmp_path / "uploads").iterdir()) == []
    assert sorted(APP.parent.iterdir()) == beside
    assert subprocess.run(healthy, env=environment, capture_output=True).returncode != 0


def test_the_image_has_what_the_page_needs_and_no_more() -> None:
    repository = APP.parent.parent
    image = (repository / "Dockerfile").read_text(encoding="utf-8")
    copied = {
        name
        for line in re.findall(r"^COPY (.*) \S+$", image, re.MULTILINE)
        for name in line.split()
    }
    ignored = (repository / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = [line[1:] for line in ignored if line.startswith("!")]
    assert "*" in ignored
    for name in copied:
        assert any(pattern.split("/")[0] == name for pattern in allowed), name
    for room, patterns in space.NEEDED.items():
        assert {f"{room}/{pattern}" for pattern in patterns} == {
            pattern for pattern in allowed if pattern.startswith(f"{room}/")
        }
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", image, re.MULTILINE)
