"""After a kill, on a full disk or without write access, the files are all old or all new.

Each program is killed a few times here; `make soak` kills each fifty times.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kills import Victim, Warm, full_disk, kill_at_random, log_of, state_of, without_rights
from victims import everything, ground

NAMES = ("training", "export", "build", "add", "remove", "fetch", "staging", "index")
KILLS = {"training": 1, "export": 1}
# Smaller than the first file that a program writes.
LIMITS = {"training": 500_000, "export": 500_000, "build": 600, "add": 600, "remove": 600}
LIMITS |= {"fetch": 200, "staging": 100}
Stage = tuple[dict[str, Victim], Warm]


@pytest.fixture(scope="module")
def stage(
    model_folder: Path, backbone: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    with ground(model_folder, backbone, tmp_path_factory.mktemp("kills")) as (made, warm):
        yield everything(made), warm


@pytest.mark.parametrize("name", NAMES)
def test_a_kill_at_any_moment_leaves_old_or_new(name: str, stage: Stage, tmp_path: Path) -> None:
    victims, warm = stage
    kills = KILLS.get(name, 2)

    outcomes = kill_at_random(warm, victims[name], tmp_path, kills)

    assert sum(outcomes.values()) == kills


def sentence(folder: Path) -> str:
    """Returns the sentence with which a program ended."""
    told = log_of(folder)
    assert "Traceback" not in told
    assert told.count("error: ") == 1
    return told.splitlines()[-1]


@pytest.mark.parametrize("name", LIMITS)
def test_a_full_disk_leaves_what_was_there(name: str, stage: Stage, tmp_path: Path) -> None:
    victims, warm = stage
    victim, folder = victims[name], tmp_path / "full"
    folder.mkdir()
    victim.lay(folder)
    before = victim.contents(folder)

    status = warm.run(victim, folder, full_disk(LIMITS[name]))

    assert status == 2, log_of(folder)
    assert "written" in sentence(folder)
    assert state_of(victim, folder, before, before) == "new"
    # With room on the disk, it succeeds.
    warm.finish(victim, folder)
    assert victim.contents(folder) != before


@pytest.mark.parametrize("name", LIMITS)
def test_a_folder_that_cannot_be_written_stays_as_it_is(
    name: str, stage: Stage, tmp_path: Path
) -> None:
    victims, warm = stage
    victim, folder = victims[name], tmp_path / "shut"
    folder.mkdir()
    victim.lay(folder)
    before = victim.contents(folder)
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    for each in folders:
        each.chmod(0o555)

    try:
        status = warm.run(victim, folder, without_rights)
        assert status == 2, log_of(folder)
        assert "check its rights" in sentence(folder)
        assert victim.contents(folder) == before
    finally:
        for each in folders:
            each.chmod(0o755)


def test_a_kill_that_comes_too_late_comes_again_earlier(tmp_path: Path) -> None:
    moments: list[float] = []

    class Quick:
        """A victim's process that ends after half of the time that it took at first."""

        def run(self, victim: Victim, folder: Path) -> int:
            time.sleep(0.1)
            (folder / "file").write_bytes(b"new")
            return 0

        def killed(self, victim: Victim, folder: Path, seconds: float) -> bool:
            moments.append(seconds)
            if seconds > 0.05:
                (folder / "file").write_bytes(b"new")
            return seconds <= 0.05

        def finish(self, victim: Victim, folder: Path) -> None:
            self.run(victim, folder)

    victim = Victim(
        "quick",
        "",
        (),
        lambda _: None,
        lambda folder: {path.name: b"" for path in folder.iterdir()},
    )
    warm: Any = Quick()

    assert kill_at_random(warm, victim, tmp_path, 10) == {"old": 10, "new": 0}
    # Each of the ten hit a program that was still at work.
    assert sum(moment <= 0.05 for moment in moments) == 10
    assert len(moments) > 10
