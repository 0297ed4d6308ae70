"""Moved to ``hub/push_to_hub.py``; the next version will drop this name."""

import runpy
import sys
from pathlib import Path

ROOM = Path(__file__).resolve().parent.parent / "hub"
if __name__ == "__main__":
    print("train/push_to_hub.py is now hub/push_to_hub.py.", file=sys.stderr)
    sys.path.insert(0, str(ROOM))
    runpy.run_path(str(ROOM / "push_to_hub.py"), run_name="__main__")
