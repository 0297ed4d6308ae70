"""Errors that a person can mend."""

from __future__ import annotations


class PinacotecaError(Exception):
    """Something a person can mend; its text is a plain sentence: what is wrong and what to do."""


class ImageError(PinacotecaError):
    """A file that cannot be read as a picture."""


class ModelError(PinacotecaError):
    """A model folder that is missing, incomplete or does not fit."""


class CollectionError(PinacotecaError):
    """A collection folder that is missing, incomplete or does not fit the model."""


class DataError(PinacotecaError):
    """Pictures or a spreadsheet that cannot be used as training or collection data."""


class SearchIndexError(PinacotecaError):
    """An index of paintings that cannot be reached, or does not fit the collection."""


class OptionError(PinacotecaError, ValueError):
    """A question that asks for what the search or the collection does not have."""
