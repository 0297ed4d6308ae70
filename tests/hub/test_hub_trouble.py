"""The hub refuses, breaks off or changes uploads; sound uploads come back byte for byte."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import push_to_hub
import pytest
from conftest import REPOSITORY
from data_set import stage_data_set
from hub_answers import HubError, git_name
from huggingface_hub import snapshot_download
from push_to_hub import Repository, upload
from small_hub import CARD, COMMIT, HUB_FILES, TOKEN, SmallHub, Trouble
from small_hub import hub as hub
from space import stage_space

from pinacoteca.errors import DataError, PinacotecaError

NAME = "ada/paintings"
COMMITTING = "POST /commit/main"
Push = Callable[..., str]


@pytest.fixture
def staged(tmp_path: Path) -> Path:
    """The files that a push of the small model uploads."""
    folder = tmp_path / "staged"
    folder.mkdir()
    for name, content in HUB_FILES.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def push(hub: SmallHub, staged: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Push:
    """Uploads to the small hub from this process, with short waits."""
    import hub_answers
    from huggingface_hub import constants
    from huggingface_hub.utils import _http

    monkeypatch.setattr(constants, "ENDPOINT", hub.endpoint)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    template = f"{hub.endpoint}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setattr(hub_answers, "PAUSES", (0.01, 0.01, 0.01))
    waits = {"base_wait_time": 0.01, "max_wait_time": 0.02}
    for name, seconds in waits.items():
        monkeypatch.setitem(_http.http_backoff.__kwdefaults__ or {}, name, seconds)

    def call(kind: str = "model", folder: Path = staged, private: bool = False) -> str:
        return upload(Repository(NAME, kind), private, folder)

    return call


def refused(push: Push) -> str:
    with pytest.raises(HubError) as caught:
        push()
    sentence = str(caught.value)
    assert "\n" not in sentence and TOKEN not in sentence
    return sentence


# Byte for byte


def contents(folder: Path) -> Mapping[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".cache" not in path.relative_to(folder).parts
    }


def with_card(gallery: Path, folder: Path) -> Path:
    shutil.copytree(gallery, folder)
    (folder / "README.md").write_text(CARD, encoding="utf-8")
    return folder


@pytest.mark.parametrize("kind", ["model", "dataset", "space"])
def test_what_was_pushed_comes_back_byte_for_byte(
    kind: str, push: Push, hub: SmallHub, staged: Path, model_folder: Path, gallery: Path,
    tmp_path: Path,
) -> None:  # fmt: skip
    folder = staged if kind == "model" else tmp_path / "other"
    folder.mkdir(exist_ok=True)
    if kind == "space":
        stage_space(REPOSITORY, model_folder, gallery, folder)
    if kind == "dataset":
        stage_data_set(with_card(gallery, tmp_path / "gallery"), folder)

    assert push(kind, folder).endswith(COMMIT)

    back = tmp_path / "back"
    snapshot_download(
        NAME, repo_type=kind, local_dir=back, endpoint=hub.endpoint, token=TOKEN, revision=COMMIT
    )
    assert contents(back) == contents(folder)
    assert len(contents(back)) >= 4
    assert {request.split("/")[2] for request in hub.requests if "/commit/" in request} == {
        f"{kind}s"
    }


def test_no_picture_goes_into_a_data_set(gallery: Path, tmp_path: Path) -> None:
    source = with_card(gallery, tmp_path / "gallery")
    (source / "metrics.json").write_text("{}")
    assert list(source.rglob("*.jpg"))
    (tmp_path / "staged").mkdir()

    stage_data_set(source, tmp_path / "staged")

    names = {"README.md", "paintings.csv", "embeddings.safetensors", "map.safetensors"}
    assert set(contents(tmp_path / "staged")) == {*names, "metrics.json"}
    (source / "README.md").unlink()
    with pytest.raises(DataError, match=r"lacks README\.md; please build it"):
        stage_data_set(source, tmp_path / "staged")


def test_a_damaged_gallery_is_not_published(gallery: Path, tmp_path: Path) -> None:
    source = with_card(gallery, tmp_path / "gallery")
    data = bytearray((source / "embeddings.safetensors").read_bytes())
    data[-5] ^= 1
    (source / "embeddings.safetensors").write_bytes(data)
    (tmp_path / "staged").mkdir()

    with pytest.raises(PinacotecaError):
        stage_data_set(source, tmp_path / "staged")
    assert contents(tmp_path / "staged") == {}


def test_a_data_set_is_shown_before_it_is_uploaded(
    gallery: Path,
    tmp_path: Path,
    run_script: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    source = with_card(gallery, tmp_path / "gallery")
    arguments = ("--data-set", NAME, "--gallery", source, "--out", tmp_path / "a" / "kept")

    run_script(push_to_hub.main, *arguments)

    shown = capsys.readouterr().out
    assert f"Repository: {NAME}" in shown and "paintings.csv" in shown
    assert "license: cc-by-nc-4.0" in shown and "Nothing was uploaded" in shown
    assert contents(tmp_path / "a" / "kept")["README.md"] == CARD.encode()
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["kept"]


def test_files_are_named_as_git_names_them() -> None:
    # echo 'what is up, doc?' | git hash-object --stdin
    assert git_name(b"what is up, doc?") == "bd9dbf5aae1a3862dd1526723246b20206e5fc37"


# Refused


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (401, "does not know this token"),
        (403, f"may not write to {NAME}"),
        (404, f"has no {NAME} that this token may see"),
        (409, f"Somebody else is changing {NAME} just now, and nothing was committed"),
        (412, "nothing was committed; please repeat the command"),
        (418, "refused the upload to ada/paintings with status 418: trouble 418"),
    ],
)
def test_a_refused_commit_is_a_sentence(status: int, says: str, push: Push, hub: SmallHub) -> None:
    hub.troubles = [Trouble(COMMITTING, status)]

    assert says in refused(push)
    assert hub.commits == []
    assert hub.requests[-1].startswith("POST") and hub.requests[-1].endswith("/commit/main")


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
@pytest.mark.parametrize("to", ["GET /whoami-v2", "GET /ada/paintings", COMMITTING, "PUT "])
def test_passing_trouble_passes(
    status: int, to: str, push: Push, hub: SmallHub, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.troubles = [Trouble(to, status), Trouble(to, status)]

    assert push().endswith(COMMIT)
    assert hub.commits == [HUB_FILES]
    assert hub.troubles == []
    # The client itself retries when it sends files.
    told = capsys.readouterr().out.count(f"The hub answers {status}; asking again in 0.01 s.")
    assert told == (0 if to == "PUT " else 2)


def test_the_hub_is_left_alone_as_long_as_it_wishes(
    push: Push, hub: SmallHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    import hub_answers

    waits: list[float] = []
    monkeypatch.setattr(hub_answers.time, "sleep", waits.append)
    hub.troubles = [
        Trouble(COMMITTING, 429, {"Retry-After": "7"}),
        Trouble(COMMITTING, 503, {"Retry-After": "86400"}),
        Trouble(COMMITTING, 503, {"Retry-After": "soon"}),
    ]

    push()

    assert waits == [7.0, 60.0, 0.01]


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (429, "wants fewer requests, and nothing was committed"),
        (500, f"trouble of its own (status 500), and does not say whether {NAME} was changed"),
    ],
)
def test_trouble_that_does_not_pass_is_a_sentence(
    status: int, says: str, push: Push, hub: SmallHub
) -> None:
    hub.troubles = [Trouble(COMMITTING, status) for _ in range(4)]

    assert says in refused(push)
    assert hub.commits == []


# Broken off


def test_an_upload_that_is_interrupted_goes_on(push: Push, hub: SmallHub) -> None:
    hub.troubles = [Trouble("PUT "), Trouble("PUT ")]

    assert push().endswith(COMMIT)
    assert hub.commits == [HUB_FILES]


def test_an_upload_that_is_interrupted_for_good_commits_nothing(push: Push, hub: SmallHub) -> None:
    hub.troubles = [Trouble("PUT ") for _ in range(100)]

    assert "nothing was committed" in refused(push)
    assert hub.commits == []


def test_a_commit_whose_answer_is_lost_is_not_said_to_have_failed(
    push: Push, hub: SmallHub
) -> None:
    hub.troubles = [Trouble(COMMITTING, late=True)]

    sentence = refused(push)

    assert hub.commits == [HUB_FILES]
    assert "please check the network and repeat the command" in sentence
    assert "nothing" not in sentence
    # Repeating the push does no harm.
    push()
    assert hub.commits == [HUB_FILES, HUB_FILES]


# Not what it should be


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_other_bytes_on_the_hub_are_noticed(name: str, push: Push, hub: SmallHub) -> None:
    content = bytearray(HUB_FILES[name])
    content[3] ^= 1
    hub.damaged = {name: bytes(content)}

    sentence = refused(push)

    assert f"lacks {name}, or holds other bytes" in sentence
    assert "do not use this commit" in sentence


def test_a_commit_that_is_not_shown_is_said_to_be_made(push: Push, hub: SmallHub) -> None:
    hub.troubles = [Trouble(f"POST /paths-info/{COMMIT}", 500) for _ in range(4)]

    sentence = refused(push)

    assert f"commit/{COMMIT} was made, but the hub did not return it for the check" in sentence


def test_a_renamed_repository_gets_nothing(push: Push, hub: SmallHub) -> None:
    hub.renamed = {NAME: "ada/gallery"}
    hub.visibility = {"ada/gallery": "public"}

    assert "ada/paintings was renamed to ada/gallery; nothing was uploaded" in refused(push)
    assert hub.changes == []


def test_a_gated_repository_is_named_as_one(push: Push, hub: SmallHub) -> None:
    hub.gated = {NAME}

    assert "ada/paintings is gated, and this token has no access" in refused(push)
    assert hub.changes == []


def test_a_repository_that_vanishes_is_a_sentence(push: Push, hub: SmallHub) -> None:
    gone = {"X-Error-Code": "RepoNotFound"}
    hub.troubles = [Trouble("POST /preupload/main", 404, gone)]

    assert "whether the repository was renamed or deleted" in refused(push)
    assert hub.commits == []


def test_an_offline_client_asks_nothing(
    push: Push, hub: SmallHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)

    assert "unset HF_HUB_OFFLINE" in refused(push)
    assert hub.requests == []
