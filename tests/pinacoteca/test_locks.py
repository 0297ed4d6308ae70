from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from pinacoteca import locks
from pinacoteca.locks import BusyError, alone_in

HOLD = textwrap.dedent("""
    import sys, time
    from pathlib import Path
    from pinacoteca.locks import alone_in
    with alone_in(Path(sys.argv[1])):
        print("held", flush=True)
        time.sleep(60)
""")


def test_a_second_writer_is_told_who_holds_the_lock_and_dead_holders_free_it(
    tmp_path: Path,
) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    since = json.loads((tmp_path / locks.HOLDER_FILE).read_text())["since"]
    try:
        who = f"started by .* at {since}, process {holder.pid}"
        with pytest.raises(BusyError, match=who), alone_in(tmp_path):
            pass
    finally:
        holder.kill()
        holder.wait()

    assert (tmp_path / locks.HOLDER_FILE).is_file()
    with alone_in(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_without_locks_a_warning_is_printed_and_work_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import filelock

    def unlockable(_: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr(filelock.FileLock, "acquire", unlockable)
    with alone_in(tmp_path):
        pass
    assert "cannot be locked" in capsys.readouterr().out
