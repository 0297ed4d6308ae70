"""The served page imports only what it needs and soon begins to answer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from conftest import REPOSITORY

# Serves the page in this process, queries it once, and prints its findings as JSON.
SERVED = """
import ast, json, os, sys, threading, time
sys.path[:0] = {paths!r}
parse, parsing = ast.parse, []


def noted(*arguments, **named):
    parsing.append(sys._getframe(1).f_globals["__name__"])
    return parse(*arguments, **named)


ast.parse = noted
import app, httpx
from options import Options

# No proxy may stand between the page and this machine.
app.prepare_surroundings("localhost")
app.OPTIONS = Options(model={model!r}, gallery={gallery!r}, offline=True)
may_load, load = threading.Event(), app._load
app._load = lambda: (may_load.wait(120), load())[1]


def visit():
    while not getattr(app.demo, "local_url", None):
        time.sleep(0.05)
    address = app.demo.local_url + "gradio_api/"
    client = httpx.Client(timeout=120)
    early = client.get(address + "startup-events").status_code
    waited = not may_load.is_set()
    may_load.set()
    with open({picture!r}, "rb") as file:
        path = client.post(address + "upload", files={{"files": file}}).json()[0]
    data = {{"data": [{{"path": path, "meta": {{"_type": "gradio.FileData"}}}}]}}
    event = client.post(address + "call/query", json=data).json()["event_id"]
    answer = client.get(address + "call/query/" + event).text
    found = {{"early": early, "waited": waited, "answer": answer, "modules": sorted(sys.modules)}}
    found["parsing"] = parsing
    print("FOUND " + json.dumps(found), flush=True)
    os._exit(0)


threading.Thread(target=visit, daemon=True).start()
app.serve()
"""
# Packages for training, evaluation, large collections and spreadsheets.
UNUSED = {
    *("torch", "torchvision", "timm", "sklearn", "scipy", "faiss", "cv2"),
    *("pymilvus", "milvus_lite", "accelerate", "openpyxl", "python_calamine"),
}


def test_the_port_answers_before_the_model_is_there_and_nothing_unused_is_imported(
    model_folder: Path, gallery: Path, picture: Path
) -> None:
    code = SERVED.format(
        paths=[str(REPOSITORY / room) for room in ("", "demo")],
        model=str(model_folder),
        gallery=str(gallery),
        picture=str(picture),
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)

    told, _, found = done.stdout.partition("FOUND ")
    assert found, done.stderr
    seen = json.loads(found)
    assert seen["early"] == 200
    assert seen["waited"]
    assert "event: complete" in seen["answer"]
    assert told.count("The page is at") == 1
    assert UNUSED.isdisjoint(seen["modules"])
    # Gradio would read its own sources to write stubs for editors, which takes as long as the rest.
    assert "gradio.component_meta" in seen["modules"]
    assert "gradio.component_meta" not in seen["parsing"]
