"""The old place of ``tests/helpers/visitor.py``; field cases still import it from here."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).with_name("helpers")))
del sys.modules["visitor"]
sys.modules["visitor"] = __import__("visitor")
