"""What a painting shows, told from the words of its title: a measure for compositions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from pinacoteca.collection import Painting
from pinacoteca.selection import plain

# The commonest subjects of the collection; the words are whole, in English and Romanian.
SUBJECTS: Mapping[str, str] = {
    "portrait": "portrait self-portrait head portret autoportret",
    "flowers": "flower flowers rose roses anemones chrysanthemums carnations lilac poppies peonies "
    "bouquet vase still-life flori",
    "landscape": "landscape forest road hill river valley trees mountain mountains garden field "
    "edge winter peisaj",
    "nude": "nude bather bathing bathers",
    "street": "street house houses town city village church monastery",
    "sea": "sea harbor harbour port boat boats beach venice balchik balcic",
    "peasants": "peasant peasants shepherd oxcart oxen cart market fair",
}


def subjects(paintings: Sequence[Painting]) -> npt.NDArray[np.str_]:
    """Returns the subject of each painting, ``[n]``; empty where the title tells none or several.

    Titles name what a painter stood before, and so how its surface is divided: a head in the
    middle, a horizon, a vase on a table. No other column of the table knows of composition.
    """
    return np.array([_subject(plain(painting.title)) for painting in paintings])


def _subject(title: str) -> str:
    words = set(re.findall("[a-z]+", title.replace("still life", "stilllife")))
    found = [
        subject
        for subject, listed in SUBJECTS.items()
        if words & set(listed.replace("-", "").split())
    ]
    return found[0] if len(found) == 1 else ""
