"""The table of movements is complete and spelled correctly, and styles map to its rows."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from pinacoteca.errors import DataError
from pinacoteca.movements import MOVEMENTS, Movement, movement_of_folder, movement_of_style

# Spelled as in the README of Pandora18K.
FOLDERS = [
    "01_Byzantin_Iconography",
    "02_Early_Renaissance",
    "03_Northern_Renaissance",
    "04_High_Renaissance",
    "05_Baroque",
    "06_Rococo",
    "07_Romanticism",
    "08_Realism",
    "09_Impressionism",
    "10_Post_Impressionism",
    "11_Expressionism",
    "12_Symbolism",
    "13_Fauvism",
    "14_Cubism",
    "15_Surrealism",
    "16_AbstractArt",
    "17_NaiveArt",
    "18_PopArt",
]

# The 12 movements that Pandora18K and PandoraRom share, by PandoraRom's names.
SHARED = {
    "Abstract Art": 16,
    "Cubism": 14,
    "Expressionism": 11,
    "Fauvism": 13,
    "Impressionism": 9,
    "Naive Art": 17,
    "Pop Art": 18,
    "Post-Impressionism": 10,
    "Realism": 8,
    "Romanticism": 7,
    "Surrealism": 15,
    "Symbolism": 12,
}

# The 27 styles of the refined WikiArt list, spelled like its folders.
WIKIART = {
    "Abstract_Expressionism": 16,
    "Action_painting": 16,
    "Analytical_Cubism": 14,
    "Art_Nouveau_Modern": None,
    "Baroque": 5,
    "Color_Field_Painting": 16,
    "Contemporary_Realism": None,
    "Cubism": 14,
    "Early_Renaissance": 2,
    "Expressionism": 11,
    "Fauvism": 13,
    "High_Renaissance": 4,
    "Impressionism": 9,
    "Mannerism_Late_Renaissance": None,
    "Minimalism": 16,
    "Naive_Art_Primitivism": 17,
    "New_Realism": 8,
    "Northern_Renaissance": 3,
    "Pointillism": 10,
    "Pop_Art": 18,
    "Post_Impressionism": 10,
    "Realism": 8,
    "Rococo": 6,
    "Romanticism": 7,
    "Symbolism": 12,
    "Synthetic_Cubism": 14,
    "Ukiyo_e": None,
}

# Finer styles that WikiArt gives to painters from Romania and elsewhere.
FINER = {
    "Art Informel": 16,
    "Byzantine": 1,
    "Cloisonnism": 10,
    "Concretism": 16,
    "Constructivism": 16,
    "Cubo-Futurism": 14,
    "Divisionism": 10,
    "Figurative Expressionism": 11,
    "Hard Edge Painting": 16,
    "Late Byzantine/Palaeologan Renaissance (c. 1261–1453)": 1,  # noqa: RUF001
    "Lyrical Abstraction": 16,
    "Naïve Art (Primitivism)": 17,
    "Naturalism": 8,
    "Neo-Byzantine": 1,
    "Neo-Expressionism": 11,
    "Neo-Impressionism": 10,
    "Neoplasticism": 16,
    "Novgorod school of icon painting": 1,
    "Op Art": 16,
    "Orphism": 14,
    "Social Realism": 8,
    "Suprematism": 16,
    "Synthetism": 10,
    "Tachisme": 16,
    "Tenebrism": 5,
    "Tubism": 14,
    "Academicism": None,
    "Art Brut": None,
    "Art Deco": None,
    "Art Nouveau (Modern)": None,
    "Conceptual Art": None,
    "Contemporary": None,
    "Dada": None,
    "Futurism": None,
    "Hyper-Realism": None,
    "Japonism": None,
    "Magic Realism": None,
    "Metaphysical art": None,
    "Neo-Orthodoxism": None,
    "Neo-Romanticism": None,
    "Neoclassicism": None,
    "Nouveau Réalisme": None,
    "Orientalism": None,
    "Photorealism": None,
    "Socialist Realism": None,
    "Unknown": None,
    "": None,
}


def number_of_style(style: str) -> int | None:
    movement = movement_of_style(style)
    return movement.number if movement else None


def test_the_eighteen_in_order_with_their_exact_folders() -> None:
    assert [movement.folder for movement in MOVEMENTS] == FOLDERS
    assert [movement.number for movement in MOVEMENTS] == list(range(1, 19))
    assert all(int(movement.folder[:2]) == movement.number for movement in MOVEMENTS)


@pytest.mark.parametrize(
    "field",
    [
        "english",
        "romanian",
        "sentence_english",
        "sentence_romanian",
        "mark_english",
        "mark_romanian",
    ],
)
def test_no_text_is_given_twice(field: str) -> None:
    texts = Counter(getattr(movement, field) for movement in MOVEMENTS)
    assert set(texts.values()) == {1}


@pytest.mark.parametrize("movement", MOVEMENTS, ids=lambda movement: movement.folder)
def test_each_row_is_whole(movement: Movement) -> None:
    assert 300 < movement.first_year < (movement.last_year or 2000) < 2001
    for sentence in (
        movement.sentence_english,
        movement.sentence_romanian,
        movement.mark_english,
        movement.mark_romanian,
    ):
        assert re.fullmatch(r"[A-ZÎȘȚ][^.!?\n]{60,159}\.", sentence), sentence
        assert "  " not in sentence


@pytest.mark.parametrize("movement", MOVEMENTS, ids=lambda movement: movement.folder)
def test_romanian_letters_carry_a_comma_not_a_cedilla(movement: Movement) -> None:
    romanian = movement.romanian + movement.sentence_romanian + movement.mark_romanian
    # French, Spanish and German names bring é, í and ü.
    assert set(re.findall(r"[^ -~]", romanian)) <= set("ăâîșțĂÂÎȘȚéíü")


def test_romanian_sentences_are_written_with_diacritics() -> None:
    for movement in MOVEMENTS:
        assert re.search(r"[ăâîșț]", movement.sentence_romanian), movement.folder


def test_a_folder_gives_its_movement() -> None:
    assert [movement_of_folder(folder) for folder in FOLDERS] == list(MOVEMENTS)


@pytest.mark.parametrize("folder", ["05_baroque", "Baroque", "19_Kitsch", ""])
def test_an_unknown_folder_is_named(folder: str) -> None:
    with pytest.raises(DataError, match=re.escape(repr(folder))):
        movement_of_folder(folder)


@pytest.mark.parametrize(("style", "number"), [*SHARED.items(), *WIKIART.items(), *FINER.items()])
def test_style_to_movement(style: str, number: int | None) -> None:
    assert number_of_style(style) == number


def test_every_movement_answers_to_its_own_names() -> None:
    for movement in MOVEMENTS:
        assert movement_of_style(movement.english) is movement
        if movement.number != 1:  # Pandora18K writes "Byzantin"
            assert movement_of_style(movement.folder[3:]) is movement


@pytest.mark.parametrize(
    "spelling",
    ["Post Impressionism", "post-impressionism", "POST_IMPRESSIONISM", " Post\u00a0Impressionism "],
)
def test_spelling_makes_no_difference(spelling: str) -> None:
    assert number_of_style(spelling) == 10


@pytest.mark.parametrize(
    "spelling", ["Naive Art Primitivism", "Nai\u0308ve Art (Primitivism)", "naive-art-primitivism"]
)
def test_diacritics_and_brackets_make_no_difference(spelling: str) -> None:
    assert number_of_style(spelling) == 17


@pytest.mark.data
def test_the_real_spreadsheet_maps_to_the_shared_movements(shared_data: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(
        shared_data / "pandorarom" / "romanian_wikiart_2.xlsx", read_only=True
    )
    header, *rows = book["Lista-completa"].iter_rows(values_only=True)
    styles = Counter(row[header.index("style")] for row in rows)
    unmapped = {style for style in styles if movement_of_style(style) is None}
    assert unmapped == {"Art Nouveau Modern"}


@pytest.mark.data
def test_the_real_tree_has_only_known_folders(shared_data: Path) -> None:
    folders = [folder.name for folder in (shared_data / "pandora").iterdir() if folder.is_dir()]
    assert len({movement_of_folder(folder).number for folder in folders}) == 18
