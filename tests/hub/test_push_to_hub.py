"""Runs `push_to_hub.py` as a user does, against a small hub on the loopback interface.

The hub's client is the real one. Uploads are tested over its LFS protocol, and over its Xet client
up to the point where Xet's own binary protocol begins.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest
from conftest import REPOSITORY
from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id
from push_to_hub import HubError, check_repository_id, linked_files
from small_hub import CARD, HUB_FILES, MODEL, TOKEN, House, SmallHub, refused
from small_hub import house as house
from small_hub import hub as hub

# Looking


def test_a_look_shows_everything_and_uploads_nothing(house: House, hub: SmallHub) -> None:
    done = house.run(HF_ENDPOINT=hub.endpoint, HF_TOKEN=TOKEN)
    assert done.returncode == 0, done.stderr
    assert "Repository: ada/paintings" in done.stdout
    assert "Visibility: public" in done.stdout
    assert "license: cc-by-nc-4.0\nlibrary_name: timm" in done.stdout
    lines = [line.split() for line in done.stdout.splitlines() if "sha256" in line]
    shown = {line[0]: (int(line[1].replace(",", "")), line[-1]) for line in lines}
    assert shown == {
        name: (len(content), hashlib.sha256(content).hexdigest())
        for name, content in HUB_FILES.items()
    }
    assert "Nothing was uploaded" in done.stdout
    assert hub.requests == []


def test_a_look_says_private_when_asked(house: House) -> None:
    assert "Visibility: private" in house.run("--private").stdout


def test_a_look_imports_no_network_code(house: House) -> None:
    code = (
        "import runpy, sys\n"
        f"sys.argv = [{str(house.script)!r}, '--repo-id', 'ada/paintings']\n"
        f"sys.path.insert(0, {str(house.script.parent)!r})\n"
        f"runpy.run_path({str(house.script)!r}, run_name='__main__')\n"
        "network = {'socket', 'ssl', 'http.client', 'httpx', 'httpx2', 'huggingface_hub'}\n"
        "print('NETWORK', sorted(network & set(sys.modules)))\n"
    )
    done = house.python("-c", code)
    assert done.stdout.splitlines()[-1] == "NETWORK []", done.stdout + done.stderr


def test_what_the_card_shows_goes_along(house: House) -> None:
    picture = "\n![How sure it is](reliability.png)\n[timm](https://huggingface.co/timm)\n"
    house.card.write_text(CARD + picture, encoding="utf-8")
    (house.model / "reliability.png").write_bytes(b"\x89PNG")

    done = house.run()

    assert done.returncode == 0, done.stderr
    assert "reliability.png" in done.stdout


def test_a_link_that_would_lead_nowhere_is_refused(house: House) -> None:
    for link in ("[docs](docs/speed.md)", "![lost](gone.png)"):
        house.card.write_text(f"{CARD}\n{link}\n", encoding="utf-8")
        assert "which the hub would not have" in refused(house.run())


def test_the_shipped_card_links_to_what_is_uploaded() -> None:
    linked = linked_files(REPOSITORY / "model_card.md", REPOSITORY / "model")
    assert {"confusion_matrix.png", "reliability.png"} <= set(linked)


def test_another_model_folder(house: House) -> None:
    house.model.rename(house.folder / "elsewhere")
    assert "model.safetensors" in house.run("--model", "elsewhere").stdout
    assert "'nowhere' lacks" in refused(house.run("--model", "nowhere"))


def test_no_temporary_folder_is_left(house: House, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    assert house.run(TMPDIR=str(scratch)).returncode == 0
    assert list(scratch.iterdir()) == []


# What is refused before the network is touched


def test_missing_files_are_all_named(house: House) -> None:
    (house.model / "metrics.json").unlink()
    (house.model / "model.safetensors").unlink()
    sentence = refused(house.run())
    assert "metrics.json, model.safetensors" in sentence
    assert "config.json" not in sentence


def test_missing_card_is_named(house: House) -> None:
    house.card.unlink()
    assert "model_card.md" in refused(house.run())


@pytest.mark.parametrize(
    ("card", "fault"),
    [
        ("# A card\n", "has no front matter"),
        ("\n---\nlicense: mit\n---\n", "has no front matter"),
        ("---\nlicense: mit\n", "has no front matter"),
        ("---\njust words\n---\n", "not a YAML mapping"),
        ("---\nlicense: [mit\n---\n", "not a YAML mapping"),
    ],
)
def test_a_card_without_front_matter_is_refused(house: House, card: str, fault: str) -> None:
    house.card.write_text(card, encoding="utf-8")
    sentence = refused(house.run())
    assert fault in sentence
    assert repr(str(house.card)) in sentence


FIGURES = """model-index:
- name: Pinacoteca
  results:
  - task: {type: image-classification}
    metrics:
    - {type: accuracy, value: 0.6426, name: Top-1 accuracy}
"""


def test_the_card_of_another_model_is_refused(house: House) -> None:
    house.card.write_text(CARD.replace("---\n\n", f"{FIGURES}---\n\n"), encoding="utf-8")
    metrics = house.model / "metrics.json"
    metrics.write_text(json.dumps({"scores": {"top1": 0.3077}}), encoding="utf-8")
    sentence = refused(house.run())
    assert "its Top-1 accuracy is 0.6426, that of" in sentence
    assert "is 0.3077" in sentence and "hub/write_card.py --model" in sentence

    house.card.rename(house.folder / "other.md")
    metrics.write_text(json.dumps({"scores": {"top1": 0.64257}}), encoding="utf-8")
    assert house.run("--card", "other.md").returncode == 0


def test_figures_of_other_weights_are_refused(house: House) -> None:
    text = json.dumps({"model_fingerprint": "0" * 64, "scores": {}})
    (house.model / "metrics.json").write_text(text, encoding="utf-8")
    (house.model / "config.json").write_text(json.dumps({"pretrained_cfg": {}}), encoding="utf-8")
    sentence = refused(house.run())
    assert "was measured with other weights" in sentence
    assert "train/evaluate.py" in sentence and "hub/write_card.py" in sentence


MALFORMED = ["paintings", "ada/", "/paintings", "a/b/c", "ada/my paintings", "ada/a--b", "ada/a..b"]
MALFORMED += ["ada/-a", "ada/a.", "ada/paintings.git", "https://huggingface.co/ada/a", "ada/țară"]
MALFORMED += ["", "ada/" + "a" * 97, "ada/paintings\n"]


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_names_are_refused(name: str) -> None:
    with pytest.raises(HubError, match="no name of a hub repository"):
        check_repository_id(name)


@pytest.mark.parametrize("name", ["ada/paintings", "a/b", "Ada-1/x_y.z-0", "ada/" + "a" * 96])
def test_well_formed_names_suit_the_hub_too(name: str) -> None:
    check_repository_id(name)
    validate_repo_id(name)


def test_what_the_hub_refuses_is_refused_here() -> None:
    for name in MALFORMED:
        try:
            validate_repo_id(name)
        except HFValidationError:
            with pytest.raises(HubError):
                check_repository_id(name)


def test_malformed_name_ends_with_status_2(house: House) -> None:
    assert "'a b'" in refused(house.python(str(house.script), "--repo-id", "a b"))


def test_a_token_is_no_argument(house: House) -> None:
    done = house.run("--token", TOKEN)
    assert done.returncode == 2
    assert "unrecognized arguments" in done.stderr


# Uploading


def test_a_push_uploads_exactly_these_files_in_one_commit(house: House, hub: SmallHub) -> None:
    done = house.push(hub)
    assert done.returncode == 0, done.stderr
    assert hub.commits == [HUB_FILES]
    tensors = [content for name, content in MODEL.items() if name.endswith(".safetensors")]
    assert sorted(hub.lfs_objects.values()) == sorted(tensors)
    assert hub.visibility == {"ada/paintings": "public"}
    assert "was created and is public: everyone will see this upload" in done.stdout
    assert f"Uploaded: {hub.endpoint}/ada/paintings/commit/" in done.stdout
    assert TOKEN not in done.stdout + done.stderr


def test_a_push_through_the_xet_client_commits_the_same(house: House, hub: SmallHub) -> None:
    # The files are sent inline, because the small hub does not imitate Xet's binary protocol.
    hub.uses_lfs = False
    done = house.push(hub, HF_HUB_DISABLE_XET="0")
    assert done.returncode == 0, done.stderr
    assert hub.commits == [HUB_FILES]


def test_a_private_push_is_private_before_anything_is_uploaded(house: House, hub: SmallHub) -> None:
    done = house.push(hub, "--private")
    assert done.returncode == 0, done.stderr
    assert hub.visibility == {"ada/paintings": "private"}
    assert "was created and is private" in done.stdout
    confirmed = hub.requests.index("GET /api/models/ada/paintings", 2)
    assert hub.requests.index("POST /api/repos/create") < confirmed
    assert confirmed < hub.requests.index("POST /api/models/ada/paintings/preupload/main")


def test_a_second_push_says_that_the_repository_is_public(house: House, hub: SmallHub) -> None:
    hub.visibility["ada/paintings"] = "public"
    done = house.push(hub)
    assert "exists already and is public: everyone will see this upload" in done.stdout
    assert hub.commits == [HUB_FILES]
    assert "POST /api/repos/create" not in hub.requests


def test_an_existing_private_repository_stays_private(house: House, hub: SmallHub) -> None:
    hub.visibility["ada/paintings"] = "private"
    assert "exists already and is private" in house.push(hub).stdout
    assert hub.visibility == {"ada/paintings": "private"}
    assert hub.commits == [HUB_FILES]


def test_an_existing_public_repository_is_refused_where_private_was_asked(
    house: House, hub: SmallHub
) -> None:
    hub.visibility["ada/paintings"] = "public"
    sentence = refused(house.push(hub, "--private"))
    assert "exists already and is public" in sentence
    assert "nothing was uploaded" in sentence
    assert hub.changes == []


def test_a_hub_that_creates_public_against_the_wish_gets_nothing(
    house: House, hub: SmallHub
) -> None:
    hub.always_public = True
    assert "was created and is public" in refused(house.push(hub, "--private"))
    assert hub.changes == ["POST /api/repos/create"]


# The page as a Space


@pytest.fixture
def furnished(house: House) -> House:
    """A test repository with a page, a library and a gallery besides the model."""
    for name in ("requirements-demo.txt", "LICENSE"):
        shutil.copyfile(REPOSITORY / name, house.folder / name)
    for room in ("pinacoteca", "demo"):
        shutil.copytree(REPOSITORY / room, house.folder / room)
    gallery = house.folder / "gallery"
    gallery.mkdir()
    for name in ("paintings.csv", "embeddings.safetensors", "map.safetensors", "build.py"):
        (gallery / name).write_text(name)
    return house


def test_a_space_is_one_commit_of_what_the_page_needs(furnished: House, hub: SmallHub) -> None:
    known = {"HF_ENDPOINT": hub.endpoint, "HF_TOKEN": TOKEN}
    arguments = (str(furnished.script), "--space", "ada/page", "--push", "--out", "kept")
    done = furnished.python(*arguments, **known)

    assert done.returncode == 0, done.stderr
    assert hub.kinds == {"ada/page": ("space", "gradio")}
    (files,) = hub.commits
    assert {"app.py", "README.md", "requirements.txt", "LICENSE"} < set(files)
    for name in ("demo/page.py", "demo/static/style.css", "demo/examples/garden.jpg"):
        assert files[name] == (REPOSITORY / name).read_bytes()
    assert files["model/model.safetensors"] == MODEL["model.safetensors"]
    assert files["gallery/map.safetensors"] == b"map.safetensors"
    unwanted = ("gallery/build.py", "model/last.pth", "demo/screenshot.png")
    assert not [name for name in files if name in unwanted or "/." in name or "cache" in name]
    kept = furnished.folder / "kept"
    assert {path.relative_to(kept).as_posix() for path in kept.rglob("*") if path.is_file()} == set(
        files
    )
    again = furnished.python(*arguments, **known)
    assert "'kept' is there already" in refused(again)
    assert len(hub.commits) == 1


def test_nothing_that_lies_beside_the_page_goes_to_a_space(furnished: House) -> None:
    demo = furnished.folder / "demo"
    for name in ("accounts.txt", "screenshot_phone_and_map.png", "pictures/mine.jpg", "a/b.py"):
        (demo / name).parent.mkdir(exist_ok=True)
        (demo / name).write_text("maria:blue-elephant")
    (demo / "accounts.py.bak").write_text("maria:blue-elephant")

    done = furnished.python(str(furnished.script), "--space", "ada/page", "--out", "kept")

    assert done.returncode == 0, done.stderr
    taken = [path for path in (furnished.folder / "kept").rglob("*") if path.is_file()]
    assert not [path for path in taken if b"blue-elephant" in path.read_bytes()]
    assert not [path for path in taken if path.name.startswith("screenshot")]
    assert "Not in the Space: demo/accounts.txt\n" in done.stdout


def test_of_a_checkout_only_what_git_knows_goes_to_a_space(furnished: House) -> None:
    demo = furnished.folder / "demo"
    for command in (["init", "-q"], ["add", "demo"]):
        subprocess.run(["git", "-C", furnished.folder, *command], check=True)
    (demo / "examples" / "holiday.jpg").write_bytes(b"ours")
    (demo / "secrets.py").write_text("PASSWORD = 'blue-elephant'")

    done = furnished.python(str(furnished.script), "--space", "ada/page")

    assert done.returncode == 0, done.stderr
    assert "demo/page.py" in done.stdout and "demo/examples/garden.jpg" in done.stdout
    assert "holiday" not in done.stdout
    assert "Not in the Space: demo/secrets.py\n" in done.stdout


def test_a_space_without_a_gallery_is_refused(furnished: House) -> None:
    (furnished.folder / "gallery" / "paintings.csv").unlink()
    sentence = refused(furnished.python(str(furnished.script), "--space", "ada/page"))
    assert "paintings.csv" in sentence
    assert "embeddings" not in sentence


# What the hub or the network refuses


def test_no_token_is_said_at_once(house: House, hub: SmallHub) -> None:
    sentence = refused(house.run("--push", HF_ENDPOINT=hub.endpoint))
    assert "no token" in sentence
    assert "hf auth login" in sentence
    assert hub.requests == []


def test_a_token_that_the_hub_does_not_know(house: House, hub: SmallHub) -> None:
    sentence = refused(house.push(hub, HF_TOKEN="hf_" + "y" * 34))
    assert "does not know this token" in sentence
    assert hub.changes == []


def test_a_token_that_may_only_read(house: House, hub: SmallHub) -> None:
    hub.may_write = False
    assert "may not write to ada/paintings" in refused(house.push(hub))
    assert hub.commits == []


def test_a_card_that_the_hub_finds_at_fault(house: House, hub: SmallHub) -> None:
    hub.yaml_errors = [{"message": '"license" must be one of the list'}]
    assert '"license" must be one of the list' in refused(house.push(hub))
    assert hub.lfs_objects == {}
    assert hub.commits == []


def test_no_network(house: House) -> None:
    began = time.monotonic()
    house.run()
    # A busy machine starts programs slowly, and the hub's client takes longer to import.
    patience = 15 + 10 * (time.monotonic() - began)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        began = time.monotonic()
        sentence = refused(house.run("--push", HF_ENDPOINT=address, HF_TOKEN=TOKEN))
    assert f"{address} cannot be reached" in sentence
    assert time.monotonic() - began < patience


def test_a_network_that_swallows_everything(house: House) -> None:
    script = house.script.read_text(encoding="utf-8")
    assert script.count("REACH_SECONDS = 10.0") == 1
    house.script.write_text(script.replace("REACH_SECONDS = 10.0", "REACH_SECONDS = 0.3"))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        sentence = refused(house.run("--push", HF_ENDPOINT=address, HF_TOKEN=TOKEN))
    assert "cannot be reached (ReadTimeout)" in sentence


def test_an_offline_client(house: House, hub: SmallHub) -> None:
    assert "unset HF_HUB_OFFLINE" in refused(house.push(hub, HF_HUB_OFFLINE="1"))
    assert hub.requests == []
