"""Moved to ``gallery/evaluate_neighbours.py``; the next version will drop this name."""

import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    print("gallery/evaluate.py is now gallery/evaluate_neighbours.py.", file=sys.stderr)
    runpy.run_path(str(Path(__file__).with_name("evaluate_neighbours.py")), run_name="__main__")
