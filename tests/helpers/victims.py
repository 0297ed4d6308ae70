"""The programs that `kills.py` stops, from training to the index of a large collection."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from build import blurhash_of
from galleries import analysis_of, collection_of, painting, unlearned_likeness
from kills import Contents, Victim, Warm, whole_run
from loopback_source import LoopbackSource, loopback_source, source_at
from tiny_training import TINY
from trees import write_pandora, write_picture

from pinacoteca.classifier import MovementClassifier
from pinacoteca.collection import EMBEDDINGS_FILE, TABLE_FILE, Collection
from pinacoteca.collection_map import MAP_FILE, CollectionMap
from pinacoteca.files import written_whole
from pinacoteca.images import open_image
from pinacoteca.likeness import Likeness

PICTURES, ADDED = 7, 3
ROWS, LENGTH = 1500, 16
GALLERY_PARTS = (TABLE_FILE, EMBEDDINGS_FILE, MAP_FILE)
CARD = "---\nlicense: mit\n---\n\n# A card\n"
MODEL_FILES = ("config.json", "confusion_matrix.png", "metrics.json", "model.safetensors")


@dataclass(frozen=True)
class Ground:
    """The inputs of all victims.

    Attributes:
        model: A model folder with a likeness.
        backbone: Weights to train from.
        work: A folder for everything else.
        base: The address of a source of pictures.
    """

    model: Path
    backbone: Path
    work: Path
    base: str


@contextmanager
def ground(model: Path, backbone: Path, work: Path) -> Iterator[tuple[Ground, Warm]]:
    """Prepares what all victims share; the source of pictures answers until the block ends."""
    for number in range(PICTURES + ADDED):
        folder = "few" if number < PICTURES else "further"
        write_picture(work / folder / "painter" / f"work-{number}.jpg", number)
    shutil.copytree(work / "few", work / "many")
    shutil.copytree(work / "further", work / "many", dirs_exist_ok=True)
    write_pandora(work / "tree", range(5, 7))
    (work / "recipes").mkdir()
    (work / "recipes" / "tiny.toml").write_text(TINY, encoding="utf-8")
    warm = Warm()
    with loopback_source() as source:
        made = Ground(model, backbone, work, source.base)
        whole_run(warm, build(made), work / "built")
        _lay_shelf(source, work)
        yield made, warm


def _lay_shelf(source: LoopbackSource, work: Path) -> None:
    """Writes a collection and gives its pictures to a source."""
    paths = [work / "few" / "painter" / f"work-{number}.jpg" for number in range(PICTURES)]
    works = []
    for number, path in enumerate(paths):
        source.add("painter", f"work-{number}", path)
        facts = {"image_url": None, "blurhash": blurhash_of(open_image(path))}
        works.append(painting(number, **facts))
    collection_of(works, analysis_of([[1, 1]] * len(works))).save(work / "shelf" / "out")


def everything(made: Ground) -> dict[str, Victim]:
    """Returns all victims by name."""
    makers: tuple[Callable[[Ground], Victim], ...] = (
        training,
        export,
        build,
        add,
        remove,
        fetch,
        staging,
        index,
    )
    return {maker.__name__: maker(made) for maker in makers}


def training(made: Ground) -> Victim:
    """A whole training run."""
    run = ("--recipe", "tiny", "--data", str(made.work / "tree"), "--out", "{}/run")
    further = ("--weights", str(made.backbone), "--device", "cpu", "--workers", "0")

    def again(folder: Path) -> list[str]:
        begun = (folder / "run" / "checkpoint.pth").is_file()
        return [*run, *further, "--resume" if begun else "--overwrite"]

    return Victim(
        "training",
        "train",
        (*run, *further),
        lambda folder: None,
        lambda folder: model_contents(folder / "run" / "model"),
        again,
        partial(_before_training, made.work / "recipes"),
    )


def export(made: Ground) -> Victim:
    """The end of a training run, which replaces an existing model."""
    trained = training(made)
    finished = made.work / "trained"

    def lay(folder: Path) -> None:
        if not finished.is_dir():
            whole_run(Warm(), trained, finished)
        (folder / "run" / "model").mkdir(parents=True)
        for path in (finished / "run").iterdir():
            if path.is_file():
                shutil.copy(path, folder / "run")
        for path in made.model.glob("*.*"):
            shutil.copy(path, folder / "run" / "model")

    resumed = (*trained.arguments, "--resume")
    return Victim("export", "train", resumed, lay, trained.contents, before=trained.before)


def build(made: Ground) -> Victim:
    """A first build of a gallery."""
    arguments = ("--images", str(made.work / "few"), "--model", str(made.model), "--out", "{}/out")
    return Victim("build", "build", arguments, lambda folder: None, gallery_contents)


def add(made: Ground) -> Victim:
    """Adding three paintings to a gallery."""
    images = ("--images", str(made.work / "many"), "--model", str(made.model))
    return Victim(
        "add",
        "build",
        (*images, "--out", "{}/out", "--add"),
        partial(_copy, made.work / "built"),
        gallery_contents,
    )


def remove(made: Ground) -> Victim:
    """Removing one painting from a gallery."""
    first = Collection.load(made.work / "built" / "out").paintings[0].image_id
    arguments = ("--gallery", "{}/out", first)
    return Victim(
        "remove", "remove", arguments, partial(_copy, made.work / "built"), gallery_contents
    )


def fetch(made: Ground) -> Victim:
    """Fetching the pictures of a gallery from a source."""

    def pictures(folder: Path) -> dict[str, bytes]:
        found = (folder / "pictures" / "Images").rglob("*.jpg")
        return {path.name: path.read_bytes() for path in found if not path.name.startswith(".")}

    return Victim(
        "fetch",
        "fetch_pictures",
        ("--gallery", "{}/out", "--out", "{}/pictures"),
        partial(_copy, made.work / "shelf"),
        pictures,
        before=partial(_before_fetching, made.base),
        one_by_one=True,
    )


def staging(made: Ground) -> Victim:
    """Staging a folder for a push."""

    def lay(folder: Path) -> None:
        (folder / "model").mkdir()
        for name in MODEL_FILES:
            (folder / "model" / name).write_bytes(b"{}")
        for name in ("familiarity.safetensors", "likeness.safetensors"):
            shutil.copy(made.model / "likeness.safetensors", folder / "model" / name)
        (folder / "card.md").write_text(CARD)

    def contents(folder: Path) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (folder / "kept").glob("*")}

    where = ("--model", "{}/model", "--card", "{}/card.md", "--out", "{}/kept")
    return Victim("staging", "push_to_hub", ("--repo-id", "a/b", *where), lay, contents)


def index(made: Ground) -> Victim:
    """Building a Milvus index, which must find everything."""

    def contents(folder: Path) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in folder.glob("found")}

    return Victim("index", "victims", ("{}",), lambda folder: None, contents)


def main() -> None:
    """Builds an index in the given folder, opens it again, and queries it."""
    from pinacoteca.milvus import open_index

    folder = Path(sys.argv[1])
    parts = [np.random.default_rng(0).normal(size=(ROWS, LENGTH)).astype(np.float32)]
    opened = open_index(str(folder / "paintings.db"), parts, "of these")
    rows, _ = opened.search([parts[0][:5]], (1.0,), k=1)
    with written_whole(folder / "found") as path:
        path.write_text(f"{len(opened)} {rows.ravel().tolist()}")


def gallery_contents(folder: Path) -> dict[str, bytes]:
    """Returns the files of a gallery and checks that they fit; empty if there is none."""
    out = folder / "out"
    if not (out / TABLE_FILE).is_file() and not (out / ".next").is_dir():
        return {}
    collection = Collection.load(out)
    assert CollectionMap.load(out, collection) is not None
    from spreadsheet import stored_logits

    stored_logits(collection, out)
    return {name: (out / name).read_bytes() for name in GALLERY_PARTS}


def model_contents(folder: Path) -> Contents:
    """Returns the files of a model and checks that it loads; empty if there is none."""
    if not (folder / "config.json").is_file() and not (folder / ".next").is_dir():
        return {}
    MovementClassifier.from_pretrained(folder)
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def _copy(source: Path, folder: Path) -> None:
    shutil.copytree(source / "out", folder / "out")


def _before_training(recipes: Path) -> None:
    import recipe
    import torch

    import train

    def unlearned(*_: object, **__: object) -> Likeness:
        return unlearned_likeness()

    recipe.FOLDER = recipes
    # Learning a likeness takes longer than the rest of the run, and writes no file.
    train.learn_likeness = unlearned
    # Results are the same bit for bit only on one thread.
    torch.set_num_threads(1)


def _before_fetching(base: str) -> None:
    import fetch_pictures

    wiki: Any = source_at(base)
    fetch_pictures.WIKIART = wiki
    fetch_pictures.PAUSE = 0.01
