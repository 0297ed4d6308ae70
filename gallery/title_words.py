"""What is left of a word in an address, and the words that may have been there.

WikiArt's slugs keep the letters a to z and the digits; every run of other characters, a space as
much as an "ș", became one hyphen. So "la țară" is ``la-ar``, and "grâului" is ``gr-ului``.
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
# Of a word that a dictionary has and the list of frequencies has not.
RARE = 1.0
_NOT_KEPT = re.compile("[^a-z0-9]+")


def chunks_of(text: str) -> Chunks:
    """Returns what a slug keeps of a text: ``("gr", "ului")`` of "grâului"."""
    # Not casefold, which makes "ss" of an "ß".
    return tuple(_NOT_KEPT.sub(" ", text.lower()).split())


@dataclass(frozen=True)
class Word:
    """A word that may stand in a title.

    Attributes:
        text: As it is written within a sentence: a proper name has a capital.
        zipf: The logarithm of how often it occurs in a thousand million words.
    """

    text: str
    zipf: float


@dataclass(frozen=True)
class Lexicon:
    """The words of a language by what a slug keeps of them.

    Attributes:
        words: The best of the words that leave the same chunks, most frequent first.
        longest: The largest number of chunks of a word.
    """

    words: Mapping[Chunks, Sequence[Word]]
    longest: int

    def matching(self, chunks: Chunks) -> Sequence[Word]:
        """Returns the words that may have left these chunks, most frequent first."""
        return self.words.get(chunks, ())

    def has(self, text: str) -> bool:
        """Returns whether a word is in the lexicon as it stands, in small letters or not."""
        folded = text.casefold()
        return any(word.text.casefold() == folded for word in self.matching(chunks_of(text)))


def lexicon_of(spellings: Iterable[str], language: str) -> Lexicon:
    """Returns a lexicon of a dictionary's spellings, with the frequencies of ``wordfreq``.

    Args:
        spellings: With capitals where the language has them: "Iași", "țară".
        language: The code that ``wordfreq`` knows the language by.
    """
    from wordfreq import zipf_frequency

    spelled: dict[str, str] = {}
    for spelling in spellings:
        text = unicodedata.normalize("NFC", spelling)
        folded = text.lower()
        # A word that is a common one too needs no capital.
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
        DataError: It is not there, or ``unmunch`` of hunspell-tools is not.
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
    # Nothing tells abbreviations from words.
    return sorted(word for word in words if len(word) == 1 or not word.isupper())
