"""Files that belong together are all old or all new, wherever a change is interrupted."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import build
import pytest
import remove
from galleries import painting
from spreadsheet import GALLERY_FILES, write_spreadsheet

from pinacoteca.collection import Collection
from pinacoteca.collection_map import CollectionMap
from pinacoteca.errors import DataError
from pinacoteca.locks import alone_in
from pinacoteca.swap import STAGED, finish_swap, swapped

NAMES = ("a.txt", "b.txt", "c.txt")
# The calls that change a folder, besides writing.
STEPS = ("rename", "replace", "unlink", "rmdir", "fsync")
REMOVE = Path(remove.__file__)


def removal(gallery: Path) -> list[str | Path]:
    """Returns the command that takes one painting out of a gallery."""
    return [sys.executable, REMOVE, "--gallery", gallery, "painter_work-1"]


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


def killed_at(step: int, act: Callable[[], object]) -> bool:
    """Runs ``act`` in a copy of this process, which dies before change ``step`` of a folder.

    Returns:
        Whether it died; if not, it had fewer changes to make.
    """
    child = os.fork()
    if child == 0:
        left = step

        def dying(change: Callable[..., object]) -> Callable[..., object]:
            def act_or_die(*arguments: object, **options: object) -> object:
                nonlocal left
                left -= 1
                if left < 0:
                    os._exit(9)
                return change(*arguments, **options)

            return act_or_die

        try:
            for name in STEPS:
                setattr(os, name, dying(getattr(os, name)))
            act()
        except BaseException:
            os._exit(1)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, 9)
    return status == 9


def write_new(folder: Path) -> None:
    with swapped(folder, NAMES) as staged:
        (staged / "a.txt").write_text("new a")
        (staged / "b.txt").write_text("new b")


def test_a_kill_at_any_step_leaves_old_or_new(tmp_path: Path) -> None:
    outcomes = []
    for step in range(100):
        folder = tmp_path / str(step)
        folder.mkdir()
        old = {name: f"old {name}" for name in NAMES}
        for name, text in old.items():
            (folder / name).write_text(text)

        died = killed_at(step, lambda folder=folder: write_new(folder))  # type: ignore[misc]
        finish_swap(folder)

        outcomes.append(contents(folder))
        assert outcomes[-1] in (old, {"a.txt": "new a", "b.txt": "new b"})
        # The next change must succeed.
        write_new(folder)
        assert sorted(path.name for path in folder.iterdir()) == ["a.txt", "b.txt"]
        if not died:
            break
    # Exactly one step leads from old to new, and it was among those tested.
    assert 8 < len(outcomes) < 100
    assert outcomes == sorted(outcomes, key=len, reverse=True)
    assert len(outcomes[0]) == 3
    assert len(outcomes[-1]) == 2


def test_a_failure_while_files_are_written_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")

    with pytest.raises(OSError, match="full"), swapped(tmp_path, NAMES) as staged:
        (staged / "a.txt").write_text("new")
        raise OSError("the disk is full")

    assert contents(tmp_path) == {"a.txt": "old"}
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_another_process_may_finish_the_same_change_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / STAGED).mkdir()
    look = Path.is_dir

    def look_too_early(path: Path) -> bool:
        found = look(path)
        if path.name == STAGED:
            path.rmdir()
        return found

    monkeypatch.setattr(Path, "is_dir", look_too_early)
    finish_swap(tmp_path)

    assert not list(tmp_path.iterdir())


def test_a_change_that_cannot_be_finished_is_said(tmp_path: Path) -> None:
    (tmp_path / STAGED / "a.txt" / "inside").mkdir(parents=True)
    (tmp_path / "a.txt").write_text("old")

    with pytest.raises(DataError, match="make the folder writable"):
        finish_swap(tmp_path)


def test_two_simultaneous_changes_are_refused(tmp_path: Path, gallery_copy: Path) -> None:
    with alone_in(gallery_copy):
        command = removal(gallery_copy)
        result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 2
    assert "Another program is changing" in result.stderr
    assert "Traceback" not in result.stderr
    with alone_in(gallery_copy):
        pass


@pytest.fixture
def gallery_copy(gallery: Path, tmp_path: Path) -> Path:
    """A gallery with all its files, to change."""
    folder = tmp_path / "gallery"
    collection = Collection.load(gallery)
    collection.save(folder)
    (folder / "map.safetensors").write_bytes((gallery / "map.safetensors").read_bytes())
    names = ("Cubism", "Fauvism", "Pop Art")
    write_spreadsheet(
        folder / build.SPREADSHEET_FILE, collection.paintings, names, collection.logits
    )
    return folder


def paintings_of(folder: Path) -> int:
    """Returns the number of paintings of a gallery; fails if its files do not fit each other."""
    collection = Collection.load(folder)
    assert CollectionMap.load(folder, collection) is not None
    build.stored_logits(collection, folder)
    return len(collection)


def test_a_kill_at_any_step_of_remove_leaves_a_whole_gallery(gallery_copy: Path) -> None:
    left = 8
    for step in range(0, 100, 3):
        name = painting(8 - left).image_id
        died = killed_at(step, lambda name=name: remove.remove(gallery_copy, [name]))  # type: ignore[misc]
        now = paintings_of(gallery_copy)
        assert now in (left, left - 1)
        left = now
        if not died:
            break
    else:
        pytest.fail("remove never came to its end")
    assert {path.name for path in gallery_copy.iterdir()} == set(GALLERY_FILES)


@pytest.mark.parametrize("limit", [100, 700, 3000])
def test_a_full_disk_leaves_the_gallery_as_it_was(gallery_copy: Path, limit: int) -> None:
    before = {path.name: path.read_bytes() for path in gallery_copy.iterdir()}
    command = removal(gallery_copy)

    result = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )

    assert result.returncode == 2, result.stderr
    assert "cannot be written" in result.stderr
    assert "Traceback" not in result.stderr
    assert {path.name: path.read_bytes() for path in gallery_copy.iterdir()} == before


def test_a_process_killed_at_a_random_moment_leaves_a_whole_gallery(gallery_copy: Path) -> None:
    command = removal(gallery_copy)
    started = time.monotonic()
    subprocess.run(command, capture_output=True, check=True)
    whole = time.monotonic() - started
    left = 7
    for share in (0.8, 0.9, 0.97):
        command[-1] = painting(9 - left).image_id
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(whole * share)
        process.send_signal(signal.SIGKILL)
        process.wait()
        now = paintings_of(gallery_copy)
        assert now in (left, left - 1)
        left = now
