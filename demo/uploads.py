"""Where the server keeps what it is sent: in a folder of its own, which goes when it stops."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType

FOLDER_VARIABLE = "GRADIO_TEMP_DIR"
# What asks a process to stop, besides Ctrl-C, which Python turns into an exception itself.
STOP_SIGNALS = ("SIGTERM", "SIGHUP")


def keep_uploads_apart() -> Path:
    """Makes a private folder for Gradio's files, deleted at exit; returns it.

    It must be called before Gradio is imported, which reads the variable then, and in the main
    thread. A folder that the variable names already becomes the parent of ours.
    """
    folder = Path(tempfile.mkdtemp(prefix="pinacoteca-", dir=os.environ.get(FOLDER_VARIABLE)))
    os.environ[FOLDER_VARIABLE] = str(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in STOP_SIGNALS:
        # Windows has no SIGHUP.
        if (number := getattr(signal, name, None)) is not None:
            signal.signal(number, _leave)
    return folder


def _leave(number: int, _: FrameType | None) -> None:
    # Without this, the process would end before anything is deleted.
    sys.exit(128 + number)
