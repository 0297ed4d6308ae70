"""`import pinacoteca` offers the public names and loads no heavy package."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

import pinacoteca


def test_importing_the_library_loads_none_of_its_heavy_packages() -> None:
    code = "import sys, pinacoteca; print({'torch', 'numpy', 'PIL'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_every_public_name_is_the_one_of_its_module() -> None:
    # Hidden from type checkers, so that they refuse unknown names.
    modules = vars(pinacoteca)["_MODULE_OF"]
    assert set(pinacoteca.__all__) == set(modules)
    for name, module in modules.items():
        assert getattr(pinacoteca, name) is getattr(importlib.import_module(module), name)
        assert name in dir(pinacoteca)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Painter'"):
        _ = pinacoteca.Painter  # type: ignore[attr-defined]


def test_importing_the_library_takes_a_moment() -> None:
    code = (
        "import time; start = time.process_time(); import pinacoteca; "
        "print(time.process_time() - start)"
    )
    seconds = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout)
        for _ in range(3)
    ]
    assert min(seconds) < 0.2
