"""Errors that a person can fix."""

from __future__ import annotations


class PinacotecaError(Exception):
    """An error that a person can fix; its text says what is wrong and what to do."""


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
    """An option that is out of range, or names what the collection does not have."""
