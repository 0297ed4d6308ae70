"""The English and Romanian names of styles.

Tables spell them as WikiArt's addresses do ("Post Impressionism", "Naive Art Primitivism"). All
spellings of a style have the same key, so that any of them can be used.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal


@dataclass(frozen=True)
class Style:
    """A style.

    Attributes:
        english: Its English name.
        romanian: Its Romanian name.
        spellings: Other names in tables; case, spaces, hyphens and accents make no difference.
    """

    english: str
    romanian: str
    spellings: tuple[str, ...] = ()


# fmt: off
STYLES: tuple[Style, ...] = (
    Style("Abstract art", "Artă abstractă"),
    Style("Abstract Expressionism", "Expresionism abstract"),
    Style("Academicism", "Academism", ("Academic Art",)),
    Style("Action painting", "Pictură gestuală"),
    Style("American Realism", "Realism american"),
    Style("Analytical Cubism", "Cubism analitic"),
    Style("Art Brut", "Artă brută"),
    Style("Art Deco", "Art Deco"),
    Style("Art Informel", "Artă informală"),
    Style("Art Nouveau", "Art Nouveau", ("Art Nouveau Modern", "Arta 1900", "Artă 1900")),
    Style("Automatic painting", "Pictură automată"),
    Style("Baroque", "Baroc"),
    Style("Byzantine art", "Artă bizantină", ("Byzantine",)),
    Style("Byzantine iconography", "Iconografie bizantină"),
    Style("Cloisonnism", "Cloazonism"),
    Style("Color Field painting", "Pictură în câmpuri de culoare"),
    Style("Conceptual art", "Artă conceptuală"),
    Style("Concretism", "Concretism", ("Concrete Art",)),
    Style("Constructivism", "Constructivism"),
    Style("Contemporary art", "Artă contemporană", ("Contemporary",)),
    Style("Contemporary Realism", "Realism contemporan"),
    Style("Cubism", "Cubism"),
    Style("Cubo-Expressionism", "Cubo-expresionism"),
    Style("Cubo-Futurism", "Cubo-futurism"),
    Style("Dada", "Dadaism", ("Dadaism",)),
    Style("Divisionism", "Divizionism"),
    Style("Early Renaissance", "Renașterea timpurie"),
    Style("Expressionism", "Expresionism"),
    Style("Fantastic Realism", "Realism fantastic"),
    Style("Fauvism", "Fovism"),
    Style("Figurative Expressionism", "Expresionism figurativ"),
    Style("Futurism", "Futurism"),
    Style("Geometric abstraction", "Abstracție geometrică", ("Geometric",)),
    Style("Hard-edge painting", "Pictură hard-edge"),
    Style("High Renaissance", "Înalta Renaștere"),
    Style("Hyperrealism", "Hiperrealism", ("Hyper-Realism",)),
    Style("Impressionism", "Impresionism"),
    Style("International Gothic", "Gotic internațional"),
    Style("Intimism", "Intimism"),
    Style("Japonism", "Japonism"),
    Style("Kinetic art", "Artă cinetică"),
    Style("Lettrism", "Letrism"),
    Style("Luminism", "Luminism"),
    Style("Lyrical Abstraction", "Abstracție lirică"),
    Style("Magic Realism", "Realism magic"),
    Style("Mannerism", "Manierism", ("Mannerism Late Renaissance",)),
    Style("Mechanistic Cubism", "Cubism mecanicist"),
    Style("Metaphysical art", "Artă metafizică"),
    Style("Minimalism", "Minimalism"),
    Style("Modernism", "Modernism", ("Modern Art",)),
    Style("Muralism", "Muralism"),
    Style("Naïve art", "Artă naivă", ("Naive Art Primitivism", "Primitivism")),
    Style("Naturalism", "Naturalism"),
    Style("Neo-Byzantine art", "Artă neobizantină", ("Neo-Byzantine",)),
    Style("Neoclassicism", "Neoclasicism"),
    Style("Neo-Concretism", "Neoconcretism"),
    Style("Neo-Dada", "Neodadaism"),
    Style("Neo-Expressionism", "Neoexpresionism"),
    Style("Neo-Impressionism", "Neoimpresionism"),
    Style("Neo-Minimalism", "Neominimalism"),
    Style("Neo-Orthodoxism", "Neo-ortodoxism"),
    Style("Neoplasticism", "Neoplasticism"),
    Style("Neo-Pop art", "Neo-pop", ("Neo-Pop",)),
    Style("Neo-Romanticism", "Neoromantism"),
    Style("Neo-Suprematism", "Neosuprematism"),
    Style("New Realism", "Noul realism"),
    Style("Northern Renaissance", "Renașterea nordică"),
    Style("Nouveau Réalisme", "Nouveau Réalisme"),
    Style("Op art", "Op art"),
    Style("Orientalism", "Orientalism"),
    Style("Orphism", "Orfism"),
    Style("Outsider art", "Artă outsider"),
    Style("Photorealism", "Fotorealism"),
    Style("Pointillism", "Pointilism"),
    Style("Pop art", "Pop art"),
    Style("Post-Impressionism", "Postimpresionism"),
    Style("Post-Painterly Abstraction", "Abstracție postpicturală"),
    Style("Proto-Renaissance", "Protorenaștere"),
    Style("Purism", "Purism"),
    Style("Rayonism", "Raionism"),
    Style("Realism", "Realism"),
    Style("Rococo", "Rococo"),
    Style("Romanticism", "Romantism"),
    Style("Social Realism", "Realism social"),
    Style("Socialist Realism", "Realism socialist"),
    Style("Spatialism", "Spațialism"),
    Style("Suprematism", "Suprematism"),
    Style("Surrealism", "Suprarealism"),
    Style("Symbolism", "Simbolism"),
    Style("Synchromism", "Sincromism"),
    Style("Synthetic Cubism", "Cubism sintetic"),
    Style("Synthetism", "Sintetism"),
    Style("Tachisme", "Tașism"),
    Style("Tenebrism", "Tenebrism"),
    Style("Transavantgarde", "Transavangardă"),
    Style("Tubism", "Tubism"),
    Style("Unknown style", "Stil necunoscut", ("Unknown",)),
)
# fmt: on


@lru_cache(maxsize=4096)
def style_key(style: str) -> str:
    """Returns the key that all spellings of a style share; empty for no style."""
    letters = _letters(style)
    known = _BY_LETTERS.get(letters)
    return _letters(known.english) if known else letters or style


def style_name(style: str, language: Literal["en", "ro"]) -> str:
    """Returns the name of a style in a language; an unknown style keeps its spelling."""
    known = _BY_LETTERS.get(_letters(style))
    if known is None:
        return style
    return known.romanian if language == "ro" else known.english


def spelled_as(style: str, known: Iterable[str]) -> str | None:
    """Returns the spelling of a style in a table; None if the table does not have it.

    Args:
        style: Any spelling, or the English or Romanian name.
        known: The styles of the table.
    """
    spellings = set(known)
    if style in spellings:
        return style
    key = style_key(style)
    return min((each for each in spellings if style_key(each) == key), default=None)


def _letters(style: str) -> str:
    decomposed = unicodedata.normalize("NFKD", style.casefold())
    return "".join(character for character in decomposed if character.isalnum())


_BY_LETTERS = {
    _letters(spelling): style
    for style in STYLES
    for spelling in (style.romanian, *style.spellings, style.english)
}
