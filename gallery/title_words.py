"""Maps words to what a slug keeps of them, and back to the possible words.

WikiArt's slugs keep the letters a to z and the digits; every run of other characters, whether
spaces or "ș", became one hyphen. So "la țară" is ``la-ar``, and "grâului" is ``gr-ului``.
"""

from __future__ import annotations

import re
import subprocess
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pinacoteca.errors import DataError

Chunks = tuple[str, ...]
# Frequency of a word that is in a dictionary but not in the list of frequencies.
RARE = 1.0
_NOT_KEPT = re.compile("[^a-z0-9]+")


def chunks_of(text: str) -> Chunks:
    """Returns what a slug keeps of a text: ``("gr", "ului")`` of "grâului"."""
    # Not casefold, which makes "ss" of an "ß".
    return tuple(_NOT_KEPT.sub(" ", text.lower()).split())


@dataclass(frozen=True)
class Word:
    """A word that may occur in a title.

    Attributes:
        text: The spelling within a sentence: a proper name has a capital.
        zipf: The logarithm (base 10) of how often it occurs in a thousand million words.
    """

    text: str
    zipf: float


@dataclass(frozen=True)
class Lexicon:
    """The words of a language, indexed by what a slug keeps of them.

    Attributes:
        words: The best words for each sequence of chunks, most frequent first.
        longest: The largest number of chunks of a word.
    """

    words: Mapping[Chunks, Sequence[Word]]
    longest: int

    def matching(self, chunks: Chunks) -> Sequence[Word]:
        """Returns the words that may have left these chunks, most frequent first."""
        return self.words.get(chunks, ())

    def has(self, text: str) -> bool:
        """Returns whether a word is in the lexicon, in any capitalisation."""
        folded = text.casefold()
        return any(word.text.casefold() == folded for word in self.matching(chunks_of(text)))


def lexicon_of(spellings: Iterable[str], language: str) -> Lexicon:
    """Returns a lexicon of a dictionary's spellings, with frequencies from ``wordfreq``.

    Args:
        spellings: Words, capitalised as the language does: "Iași", "țară".
        language: The language's code in ``wordfreq``.
    """
    from wordfreq import zipf_frequency

    spelled: dict[str, str] = {}
    for spelling in spellings:
        text = unicodedata.normalize("NFC", spelling)
        folded = text.lower()
        # A name that is also a common word gets no capital.
        if folded not in spelled or text == folded:
            spelled[folded] = text
    by_chunks: dict[Chunks, list[Word]] = defaultdict(list)
    for folded, text in spelled.items():
        if chunks := chunks_of(folded):
            by_chunks[chunks].append(Word(text, zipf_frequency(folded, language) or RARE))
    words = {
        chunks: sorted(found, key=lambda word: (-word.zipf, word.text))
        for chunks, found in by_chunks.items()
    }
    return Lexicon(words, max(map(len, words), default=1))


def dictionary_words(dictionary: Path) -> list[str]:
    """Returns all forms of the words of a Hunspell dictionary.

    Args:
        dictionary: ``.dic``, with its ``.aff`` beside it; both in UTF-8.

    Raises:
        DataError: The dictionary or ``unmunch`` of hunspell-tools is missing.
    """
    if not dictionary.is_file():
        raise DataError(
            f"There is no dictionary {dictionary}: install hunspell-ro and hunspell-en-us, or name "
            "their folder with --dictionaries."
        )
    command = ["unmunch", str(dictionary), str(dictionary.with_suffix(".aff"))]
    try:
        done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as error:
        raise DataError(
            f"The words of {dictionary} cannot be listed ({error}): install hunspell-tools."
        ) from None
    lines = done.stdout.decode("utf-8", "ignore").splitlines()
    words = {line.partition("/")[0].strip() for line in lines}
    # Nothing distinguishes abbreviations from words.
    return sorted(word for word in words if len(word) == 1 or not word.isupper())
