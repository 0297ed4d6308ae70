"""Turns a question of the page, a link or a program into an answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

from lost import check_not_lost
from texts import Language

from pinacoteca.collection import Painting
from pinacoteca.errors import OptionError
from pinacoteca.query_options import DEFAULTS, MAX_COUNT, OPTIONS, QueryOptions
from pinacoteca.results import QueryResult
from pinacoteca.retriever import PaintingRetriever


@dataclass(frozen=True)
class Question:
    """Everything that an answer depends on.

    Attributes:
        picture: The file of a picture, or None.
        painting: The ``image_id`` of a painting of the collection, which takes precedence over the
            picture, or nothing.
        options: The options of the query.
        language: The language of the page; None leaves it to the browser.
    """

    picture: str | None = None
    painting: str = ""
    options: QueryOptions = DEFAULTS
    language: Language | None = None

    @classmethod
    def of(cls, picture: str | None, painting: str | None, *values: Any) -> Self:
        """Returns the question that the components hold, in the order of ``component_values``.

        Raises:
            OptionError: An option is out of range.
            ValueError: There are too few or too many values.
        """
        *options, language = values
        return cls(picture, painting or "", options_of(*options), language)

    def component_values(self) -> list[Any]:
        """Returns the values for the components: the painting, then the options in their order."""
        values = (getattr(self.options, option.name) for option in OPTIONS)
        return [
            self.painting,
            *(list(value) if isinstance(value, tuple) else value for value in values),
        ]


def options_of(*values: Any) -> QueryOptions:
    """Returns the options that components hold, in the order of ``OPTIONS``; empty means unset.

    Raises:
        OptionError: A value is out of range, or more paintings are asked for than a page shows.
        ValueError: There are too few or too many values.
    """
    given = {
        option.name: option.default if value is None else value
        for option, value in zip(OPTIONS, values, strict=True)
    }
    if given["count"] > MAX_COUNT:
        raise OptionError(f"count is a whole number from 1 to {MAX_COUNT}; got {given['count']!r}.")
    return QueryOptions(**given)


def ask(retriever: PaintingRetriever, question: Question) -> QueryResult | None:
    """Returns the answer; None if nothing is asked. A small collection shows all its paintings.

    Raises:
        ImageError: The file is not a picture that can be read.
        CollectionError: The collection has no painting of that ``image_id``.
        OptionError: The collection has no such artist or style.
    """
    source = query_source(retriever, question.picture, question.painting)
    if source is None:
        return None
    count = min(question.options.count, len(retriever.collection))
    return retriever.query(source, replace(question.options, count=count))


def query_source(
    retriever: PaintingRetriever, picture: str | None, painting: str
) -> str | Painting | None:
    """Returns the query: a painting of the collection, a file, or nothing.

    Raises:
        CollectionError: The collection has no such painting.
        LostPictureError: The picture is no longer there.
    """
    check_not_lost(picture, painting)
    return retriever.collection.painting(painting) if painting else picture
