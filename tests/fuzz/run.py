"""Looks for inputs that end in anything but an answer or a sentence, for as long as one lets it.

    PYTHONPATH=.:tests:tests/helpers:gallery:demo python tests/fuzz/run.py picture \
        [--seconds 600] [--corpus DIR]

Needs atheris (pip install atheris), which steers by what code an input reaches; it keeps what is
new in ``--corpus``. What it finds becomes a case in tests/fuzz/test_fuzz.py.
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
