"""Pinacoteca: the movement of a painting and the nearest paintings by Romanian artists."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pinacoteca.errors import PinacotecaError
    from pinacoteca.images import open_image
    from pinacoteca.query_options import QueryOptions
    from pinacoteca.results import Neighbour, QueryResult
    from pinacoteca.retriever import PaintingRetriever

__version__ = "0.1.0"
__all__ = [
    "Neighbour",
    "PaintingRetriever",
    "PinacotecaError",
    "QueryOptions",
    "QueryResult",
    "open_image",
]

# Hidden from type checkers: with `__getattr__` in sight, they would accept any name.
if not TYPE_CHECKING:
    # Loaded on first use: the retriever brings numpy and Pillow, which take long to import.
    _MODULE_OF = {
        "Neighbour": "pinacoteca.results",
        "PaintingRetriever": "pinacoteca.retriever",
        "PinacotecaError": "pinacoteca.errors",
        "QueryOptions": "pinacoteca.query_options",
        "QueryResult": "pinacoteca.results",
        "open_image": "pinacoteca.images",
    }

    def __getattr__(name: str) -> object:
        from importlib import import_module

        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_MODULE_OF[name]), name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
