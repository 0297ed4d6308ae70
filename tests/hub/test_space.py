"""The staged Space starts as the hub would start it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import REPOSITORY
from served import START_SECONDS, STOP_SECONDS, free_port
from space import gradio_version, space_requirements, stage_space

from pinacoteca.errors import DataError


def test_the_card_pins_the_gradio_that_the_page_is_tested_with(
    model_folder: Path, gallery: Path, tmp_path: Path
) -> None:
    import gradio

    stage_space(REPOSITORY, model_folder, gallery, tmp_path)

    assert not list(tmp_path.rglob("painter_work-*"))
    front_matter = (tmp_path / "README.md").read_text(encoding="utf-8").split("---\n")[1]
    card = yaml.safe_load(front_matter)
    assert card["sdk"] == "gradio"
    assert card["sdk_version"].split(".")[:2] == gradio.__version__.split(".")[:2]
    assert (tmp_path / card["app_file"]).is_file()
    assert len(card["short_description"]) <= 60
    # Everything that the page needs, except Gradio and the library, which a Space has anyway.
    lines = (tmp_path / "requirements.txt").read_text(encoding="utf-8").splitlines()
    names = {re.split(r"\W", line)[0] for line in lines if not line.startswith("--")}
    assert {"onnx", "onnxruntime", "safetensors", "blurhash"} <= names
    assert not {"torch", "timm", "torchvision"} & names
    assert not {"gradio", "huggingface", "pytest", ""} & names


def test_requirements_are_read_as_pip_reads_them() -> None:
    ours = "# A comment.\n-e .\ngradio[mcp]~=6.31.0\n\nhuggingface-hub>=2.4,<3\ntorch>=2.15\n"

    assert gradio_version(ours) == "6.31.0"
    assert space_requirements(ours).splitlines() == ["torch>=2.15"]
    with pytest.raises(DataError, match="no version of gradio"):
        gradio_version("gradio\n")


@pytest.mark.slow
def test_a_space_answers_by_itself(
    model_folder: Path, gallery: Path, picture: Path, tmp_path: Path
) -> None:
    from gradio_client import Client, handle_file

    space, elsewhere = tmp_path / "space", tmp_path / "elsewhere"
    elsewhere.mkdir()
    stage_space(REPOSITORY, model_folder, gallery, space)
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with (space / "pinacoteca" / "__init__.py").open("a", encoding="utf-8") as library:
        library.write("\nprint('The library of the Space', flush=True)\n")
    command = [sys.executable, str(space / "app.py"), "--port", str(port)]
    log = (tmp_path / "log.txt").open("w+")
    process = subprocess.Popen(
        command,
        cwd=elsewhere,
        env=environment | {"XDG_CACHE_HOME": str(tmp_path), "TMPDIR": str(elsewhere)},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        client = connected(Client, f"http://127.0.0.1:{port}", process, tmp_path / "log.txt")
        answer = client.predict(handle_file(picture), "cosine", api_name="/query")
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)
        log.close()

    assert answer["neighbours"][0]["image_id"] == "painter_work-3"
    assert len(answer["movements"]) == 3
    assert "The library of the Space" in (tmp_path / "log.txt").read_text(encoding="utf-8")


def connected(client: Any, address: str, process: subprocess.Popen[bytes], log: Path) -> Any:
    """Returns a client of the page as soon as that is there."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the Space stopped: {log.read_text(encoding='utf-8')}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", int(address.rsplit(":", 1)[1]))) == 0:
                return client(address, verbose=False)
        time.sleep(0.2)
    raise TimeoutError(f"no Space: {log.read_text(encoding='utf-8')}")
