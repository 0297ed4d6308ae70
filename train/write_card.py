"""Moved to ``hub/write_card.py``; the next version will drop this name."""

import runpy
import sys
from pathlib import Path

ROOM = Path(__file__).resolve().parent.parent / "hub"
if __name__ == "__main__":
    print("train/write_card.py is now hub/write_card.py.", file=sys.stderr)
    sys.path.insert(0, str(ROOM))
    runpy.run_path(str(ROOM / "write_card.py"), run_name="__main__")
