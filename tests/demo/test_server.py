"""The page's interface for programs."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from galleries import painting
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image
from served import APP

from pinacoteca.retriever import PaintingRetriever


@pytest.fixture(scope="module")
def client(page: str) -> Client:
    return Client(page, verbose=False)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_a_query_is_answered_as_the_library_answers(
    client: Client, model_folder: Path, gallery: Path, picture: Path, metric: Any
) -> None:
    answer = client.predict(handle_file(picture), metric, api_name="/query")

    expected = PaintingRetriever.from_pretrained(model_folder, gallery).query(
        picture, metric=metric
    )
    assert [entry["name"] for entry in answer["movements"]] == [
        entry.name for entry in expected.movements
    ]
    assert [entry["image_id"] for entry in answer["neighbours"]] == [
        entry.image_id for entry in expected.neighbours
    ]
    first = answer["neighbours"][0]
    assert first["image_id"] == "painter_work-3"
    assert (first["artist"], first["title"], first["year"]) == ("Painter", "Work 3", 1903)
    assert first["links"] == {"page": painting(3).page_url}
    assert answer["movements"][0]["probability"] == pytest.approx(
        expected.movements[0].probability, abs=1e-4
    )


def test_the_metric_may_be_left_out(client: Client, picture: Path) -> None:
    assert client.predict(handle_file(picture), api_name="/query") == client.predict(
        handle_file(picture), "cosine", api_name="/query"
    )


def test_a_painting_of_the_collection_is_answered(client: Client) -> None:
    answer = client.predict(image_id="painter_work-3", count=2, api_name="/query_painting")

    assert len(answer["neighbours"]) == 2
    assert "painter_work-3" not in [entry["image_id"] for entry in answer["neighbours"]]
    assert answer["strangeness"] is None


def test_every_setting_can_be_sent_by_name(client: Client, picture: Path) -> None:
    settings = {
        "metric": "euclidean",
        "composition": 0.5,
        "artists": ["painter"],
        "styles": ["Cubism"],
        "first_year": 1902,
        "last_year": 1904,
        "count": 20,
        "one_per_artist": False,
        "as_in_report": True,
        "words": "work",
    }

    answer = client.predict(image=handle_file(picture), **settings, api_name="/query")

    found = {entry["image_id"] for entry in answer["neighbours"]}
    assert found == {"painter_work-2", "painter_work-3", "painter_work-4"}
    assert isinstance(answer["nothing_close"], bool)
    first = answer["neighbours"][0]
    assert (first["closeness"], first["mirrored"]) == (1.0, False)


def test_who_sends_fewer_values_gets_the_defaults(page: str) -> None:
    address = f"{page}/gradio_api/call/query_painting"
    event = httpx.post(address, json={"data": ["painter_work-3"]}).json()["event_id"]

    answer = httpx.get(f"{address}/{event}", timeout=30).text

    assert "event: complete" in answer
    assert answer.count('"image_id"') == 5


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"image_id": "nobody"}, "The collection has no painting 'nobody'"),
        ({"image_id": ""}, "Please send the image_id"),
        ({"image_id": "painter_work-1", "artists": ["nobody"]}, "has no artist 'nobody'"),
        ({"image_id": "painter_work-1", "composition": 2}, "composition is a number from 0 to 1"),
        ({"image_id": "painter_work-1", "count": 1000}, "count is a whole number from 1 to 100"),
    ],
)
def test_a_wrong_setting_gets_a_sentence(
    client: Client, setting: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(AppError, match=sentence):
        client.predict(**setting, api_name="/query_painting")


def test_only_the_queries_are_offered_to_programs(client: Client) -> None:
    endpoints = client.view_api(return_format="dict")["named_endpoints"]

    assert list(endpoints) == ["/query", "/query_painting"]
    for endpoint in endpoints.values():
        assert "nothing_close" in endpoint["description"]
        assert len(endpoint["parameters"]) == 11
        for parameter in endpoint["parameters"][1:]:
            assert parameter["parameter_has_default"], parameter
            assert len(parameter["label"]) > 10
            assert parameter["python_type"]["type"] != "Any"


def test_a_file_that_is_no_picture_gets_a_sentence(client: Client, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear museum,")

    with pytest.raises(AppError, match="The file is not a picture that can be read here"):
        client.predict(handle_file(tmp_path / "letter.txt"), api_name="/query")
    with pytest.raises(AppError, match="Please send a picture as a file"):
        client.predict(None, api_name="/query")


def test_a_picture_within_the_request_is_refused_before_it_is_decoded(client: Client) -> None:
    buffer = io.BytesIO()
    Image.new("1", (13_000, 13_000)).save(buffer, "PNG", optimize=True)
    address = f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
    assert len(address) < 100_000

    with pytest.raises(AppError, match="upload the picture itself"):
        client.predict(
            {"url": address, "meta": {"_type": "gradio.FileData"}}, "cosine", api_name="/query"
        )


def test_an_address_is_refused_before_it_is_fetched(client: Client) -> None:
    payload = {"path": "https://example.org/a.jpg", "meta": {"_type": "gradio.FileData"}}

    with pytest.raises(AppError, match="upload the picture itself"):
        client.predict(payload, "cosine", api_name="/query")


def test_an_upload_may_be_named_by_its_address(
    client: Client, page: str, picture: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere.jpg").write_bytes(picture.read_bytes())
    with picture.open("rb") as file:
        (path,) = httpx.post(f"{page}/gradio_api/upload", files={"files": file}).json()

    def ask(named: str) -> Any:
        address = f"{page}/gradio_api/file={named}"
        payload = {"path": address, "meta": {"_type": "gradio.FileData"}}
        return client.predict(payload, "cosine", api_name="/query")

    assert ask(path)["neighbours"][0]["image_id"] == "painter_work-3"
    outside = (str(tmp_path / "elsewhere.jpg"), f"{path}/../../../elsewhere.jpg", "", "%00", "/")
    for other in outside:
        with pytest.raises(AppError, match="upload the picture itself"):
            ask(other)


def test_a_large_request_is_refused_unread(page: str) -> None:
    answer = httpx.post(f"{page}/gradio_api/call/query", json={"data": ["x" * 200_000]})

    assert answer.status_code == 413
    # The limit also holds without a declared size.
    chunks = (b"x" * 10_000 for _ in range(20))
    headers = {"content-type": "application/json"}
    answer = httpx.post(f"{page}/gradio_api/call/query", content=chunks, headers=headers)
    assert answer.status_code == 413


def test_a_large_file_is_refused(page: str) -> None:
    files = {"files": ("large.png", b"x" * 32_000_000)}

    assert httpx.post(f"{page}/gradio_api/upload", files=files).status_code == 413


def test_pictures_have_a_route_of_their_own(page: str, gallery: Path) -> None:
    answer = httpx.get(f"{page}/pictures/painter_work-2")

    assert answer.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(answer.content)).size == (48, 40)
    assert httpx.get(f"{page}/pictures/nobody").status_code == 404
    assert httpx.get(f"{page}/pictures/..%2F..%2Fpaintings.csv").status_code == 404


@pytest.mark.parametrize("path", ["/monitoring/summary", "/gradio_api/file=/etc/passwd"])
def test_what_a_public_page_does_not_need_is_shut(page: str, path: str) -> None:
    assert httpx.get(f"{page}{path}").status_code in (401, 403, 404)


def test_a_port_that_is_taken_is_a_mistake_with_a_way_out(
    page: str, model_folder: Path, gallery: Path, tmp_path: Path
) -> None:
    folders = ("--model", str(model_folder), "--gallery", str(gallery))
    command = [sys.executable, str(APP), *folders]
    command += ["--port", page.rsplit(":", 1)[1]]

    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)

    assert result.returncode == 2
    assert "choose another --port" in result.stderr
    assert "Traceback" not in result.stderr


def test_nothing_is_counted_or_kept(page: str) -> None:
    config = httpx.get(f"{page}/config").json()

    assert config["analytics_enabled"] is False
    assert not config.get("run_history")
