"""Searches for inputs that cause anything but an answer or a one-sentence error.

    PYTHONPATH=.:tests:tests/helpers:gallery:demo python tests/fuzz/run.py picture \
        [--seconds 600] [--corpus DIR]

Needs atheris (pip install atheris), which is guided by code coverage and keeps new inputs in
``--corpus``. Add what it finds as a case to tests/fuzz/test_fuzz.py.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["pinacoteca", "settings_link", "pandorarom"]):
    from fuzz.targets import TARGETS, checked, seeds


def main() -> None:
    """Fuzzes one target."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--corpus", type=Path, help="where inputs are kept (default: nowhere)")
    arguments = parser.parse_args()
    target = TARGETS[arguments.target]

    corpus = arguments.corpus or Path(tempfile.mkdtemp(prefix="fuzz-"))
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds(arguments.target)):
        (corpus / f"seed-{number}").write_bytes(data)
    options = [f"-max_total_time={arguments.seconds}", "-timeout=10", "-rss_limit_mb=2000"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], lambda data: checked(target, data))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
