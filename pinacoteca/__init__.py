"""Pinacoteca: the movement of a painting and the nearest paintings by Romanian artists."""

from __future__ import annotations

__version__ = "0.1.0"
