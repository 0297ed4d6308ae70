"""Builds answers for tests of the page."""

from __future__ import annotations

from typing import Any

from pinacoteca.collection import Painting
from pinacoteca.movements import MOVEMENTS
from pinacoteca.results import MovementProbability, Neighbour, QueryResult


def neighbour(rank: int, painting: Painting, **changes: Any) -> Neighbour:
    """Returns a painting as a neighbour."""
    facts: dict[str, Any] = {
        "rank": rank,
        "painting": painting,
        "distance": rank / 10,
        "closeness": 1 - rank / 100,
        "mirrored": rank == 2,
    }
    return Neighbour(**(facts | changes))


def answer(*paintings: Painting, **changes: Any) -> QueryResult:
    """Returns an answer with these neighbours and three movements."""
    probabilities = ((8, 0.62), (12, 0.3), (15, 0.004))
    facts: dict[str, Any] = {
        "movements": tuple(
            MovementProbability(MOVEMENTS[place], probability)
            for place, probability in probabilities
        ),
        "neighbours": tuple(neighbour(rank, each) for rank, each in enumerate(paintings, start=1)),
        "nothing_close": False,
        "strangeness": 1.0,
        "looks_like_a_painting": True,
    }
    return QueryResult(**(facts | changes))
