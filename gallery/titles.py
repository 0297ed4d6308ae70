"""Restores what a slug lost of a title: diacritics, apostrophes, capitals, initials, numerals.

The restored title is the likeliest sequence of Romanian or English words with the same slug. It is
accepted only if the second likeliest is far less likely; otherwise the slug's title stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from title_words import Lexicon, Word, chunks_of, lexicon_of

# A reading must be this many powers of ten likelier than the next one.
CERTAIN = 1.0
# Frequency of a word that no dictionary has: occurrences in a thousand million words, log 10.
UNKNOWN = -1.5
# Penalty: foreign words are rarer in an English title than in their own language.
FOREIGN = -1.5
# Bonus for an adjective that regains an "ă" and follows a feminine word.
AGREES = 1.5
# Penalty for a letter restored at the edge of a word that is complete without it.
UNSEEN = -0.7
# Smallest frequency of a name or phrase in the project's own list.
LISTED = 4.0
KEPT_READINGS = 12
# "i" alone may be "și", and "v" an initial.
_NUMERALS = re.compile("(?=[ivx])(x{0,3})(ix|iv|v?i{0,3})")
_ENDINGS = {"s": "'s", "m": "'m", "t": "'t", "re": "'re", "ve": "'ve", "ll": "'ll", "d": "'d"}
_ENDINGS_OF = {
    "m": {"i"},
    "t": {"don", "isn", "doesn", "can", "won", "didn", "wasn", "couldn"},
    "re": {"we", "you", "they"},
    "ve": {"i", "we", "you", "they"},
    "ll": {"i", "we", "you", "they", "he", "she"},
    "d": {"i", "we", "you", "they", "he", "she"},
}


@dataclass(frozen=True)
class Reading:
    """A sequence of words that has the title's slug.

    Attributes:
        words: The words in order.
        score: The logarithm of its likelihood, the sum over its words.
    """

    words: tuple[str, ...]
    score: float

    @property
    def text(self) -> str:
        """The words as a title: the first begins with a capital."""
        text = " ".join(self.words)
        return text[:1].upper() + text[1:]


@dataclass(frozen=True)
class Restorer:
    """Reads titles in two languages.

    Attributes:
        romanian: The words of Romanian, with its names.
        english: The words of English, with its names.
        names: Names of people and places in titles of either language.
    """

    romanian: Lexicon
    english: Lexicon
    names: Lexicon

    @classmethod
    def of_words(
        cls, romanian: Sequence[str], english: Sequence[str], names: Sequence[str]
    ) -> Restorer:
        """Builds the lexicons from lists of words."""
        # English dictionaries list possessives; here "s" alone handles them.
        plain = [word for word in english if word.replace("-", "").isalpha()]
        return cls(lexicon_of(romanian, "ro"), lexicon_of(plain, "en"), lexicon_of(names, "ro"))

    def restored(self, title: str) -> str | None:
        """Returns the restored title, or None if it is uncertain.

        Args:
            title: A title cut from a slug: a to z and digits, with a blank for what was lost.
        """
        readings = self.readings(title)
        if not readings or self._has_scraps(readings[0]):
            return None
        if len(readings) > 1 and readings[0].score - readings[1].score < CERTAIN:
            return None
        return readings[0].text

    def readings(self, title: str) -> list[Reading]:
        """Returns the likeliest readings of a title in both languages, without duplicates."""
        chunks = chunks_of(title)
        best: dict[str, Reading] = {}
        for language in ("ro", "en"):
            for reading in self._decoded(chunks, language):
                key = reading.text
                if key not in best or best[key].score < reading.score:
                    best[key] = reading
        return sorted(best.values(), key=lambda reading: -reading.score)[:KEPT_READINGS]

    def _decoded(self, chunks: Sequence[str], language: str) -> list[Reading]:
        longest = max(self.romanian.longest, self.english.longest, self.names.longest)
        ends: list[list[Reading]] = [[Reading((), 0.0)]]
        for end in range(1, len(chunks) + 1):
            longer = []
            for start in range(max(end - longest, 0), end):
                for word in self._choices(tuple(chunks), start, end, language):
                    for before in ends[start]:
                        score = before.score + word.zipf - 9 + _agreement(before, word, language)
                        longer.append(Reading((*before.words, word.text), score))
            longer.sort(key=lambda reading: -reading.score)
            ends.append(longer[:KEPT_READINGS])
        return ends[-1]

    def _choices(
        self, chunks: tuple[str, ...], start: int, end: int, language: str
    ) -> Iterator[Word]:
        """Yields the words that fit the chunks from ``start`` to ``end``."""
        part = chunks[start:end]
        if language == "en" and part == ("i",):
            yield Word("I", 7.0)
            return
        listed = [Word(word.text, max(word.zipf, LISTED)) for word in self.names.matching(part)]
        yield from listed
        if not listed:
            yield from self._in_dictionaries(part, language)
        if len(part) == 2 and language == "en" and _takes_ending(*part):
            yield Word(self._known(part[0]) + _ENDINGS[part[1]], 5.0)
        if len(part) == 1:
            yield from _marks(part[0], start, end == len(chunks), language)

    def _in_dictionaries(self, part: tuple[str, ...], language: str) -> Iterator[Word]:
        if language == "ro":
            found = self.romanian.matching(part)[:KEPT_READINGS]
            # "n" and "i" are nearly always "în" and "și".
            plain = len(part[0]) > 2 and any(word.text.casefold() == part[0] for word in found)
            for word in found:
                unseen = plain and word.text.casefold() != part[0]
                yield Word(word.text, word.zipf + (UNSEEN if unseen else 0.0))
            return
        yield from self.english.matching(part)[:KEPT_READINGS]
        for word in self.romanian.matching(part)[:KEPT_READINGS]:
            if word.text[0].isupper():
                yield Word(word.text, word.zipf + FOREIGN)

    def _known(self, chunk: str) -> str:
        if chunk == "i":
            return "I"
        for lexicon in (self.names, self.english, self.romanian):
            for word in lexicon.matching((chunk,)):
                if word.text.casefold() == chunk:
                    return word.text
        return chunk

    def _has_scraps(self, reading: Reading) -> bool:
        """Returns whether single letters remain that are not words: something is missing there."""
        words = reading.words
        if len(words) > 1 and words[-1] == "I" and len(words[-2]) < 3:
            return True
        return any(
            len(word) <= 2
            and word.isalpha()
            and word.islower()
            and not (self.romanian.has(word) or self.english.has(word))
            for word in words
        )


def _agreement(before: Reading, word: Word, language: str) -> float:
    if language != "ro" or not before.words or not word.text.endswith("ă"):
        return 0.0
    return AGREES if before.words[-1].endswith(("ă", "a", "ie")) else 0.0


def _takes_ending(word: str, ending: str) -> bool:
    if ending not in _ENDINGS:
        return False
    return len(word) > 1 if ending == "s" else word in _ENDINGS_OF[ending]


@cache
def _marks(chunk: str, start: int, last: bool, language: str) -> tuple[Word, ...]:
    """Returns readings that are in no dictionary: numbers, numerals, initials, unknown words."""
    if chunk.isdigit():
        return (Word(chunk, 6.0),)
    marks = [Word(chunk, UNKNOWN)]
    if _NUMERALS.fullmatch(chunk) and (last or len(chunk) > 1) and start:
        # "vii" is also Romanian for vineyards.
        sure = language == "en" or (len(chunk) > 1 and chunk != "vii")
        marks.append(Word(chunk.upper(), 7.5 if sure else 3.5))
    return tuple(marks)
