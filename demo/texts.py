"""Every text of the page, in English and in Romanian."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from pinacoteca.movements import Movement

Language = Literal["en", "ro"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
LANGUAGE_NAMES: dict[Language, str] = {"en": "English", "ro": "Română"}


@dataclass(frozen=True)
class Texts:
    """The texts of one language; words in braces are filled in."""

    subtitle: str
    language: str
    painting: str
    drop_here: str
    examples: str
    distance: str
    cosine: str
    euclidean: str
    nothing_yet: str
    nothing_yet_hint: str
    movement: str
    since: str
    probabilities: str
    calibrated: str
    unsure: str
    stranger: str
    stranger_hint: str
    neighbours: str
    neighbour_distance: str
    year_unknown: str
    page: str
    picture: str
    picture_of: str
    unreadable: str
    unreadable_hint: str
    about: str
    knows: str
    knows_not: str
    privacy: str
    rights: str
    map_tab: str
    map_intro: str
    map_keys: str
    map_label: str
    map_color_by: str
    map_style: str
    map_movement: str
    map_date: str
    map_artist: str
    map_count: str
    map_legend: str
    map_search_with: str
    map_here: str
    map_zoom_in: str
    map_zoom_out: str
    map_whole: str
    map_no_style: str
    map_no_movement: str
    map_missing: str
    browse_tab: str
    browse_words: str
    browse_styles: str
    browse_first_year: str
    browse_last_year: str
    browse_artists: str
    browse_found: str
    browse_previous: str
    browse_next: str
    browse_nothing: str
    browse_search_with: str


ENGLISH = Texts(
    subtitle="Drop a painting: see its art movement and the Romanian paintings nearest to it.",
    language="Language",
    painting="Your painting",
    drop_here="Drop a painting here, paste it, or click to choose a file",
    examples="Or try one of these drawings",
    distance="Distance",
    cosine="Cosine",
    euclidean="Euclidean",
    nothing_yet="Nothing on the easel yet",
    nothing_yet_hint="Drop, paste, choose or photograph a painting; the answer appears here.",
    movement="Movement",
    since="since {year}",
    probabilities="Probabilities",
    calibrated="Of 100 answers as sure as this one, about {right} are right.",
    unsure="The network hesitates: it could also be {second}.",
    stranger="This does not look like a painting we know",
    stranger_hint=(
        "It is stranger to the network than all but a few in a hundred paintings: a photograph, a "
        "screenshot or a page, perhaps. What follows is a guess; crop the picture to the painting."
    ),
    neighbours="The five nearest Romanian paintings",
    neighbour_distance="distance {distance}",
    year_unknown="undated",
    page="Page on WikiArt",
    picture="Picture",
    picture_of="{artist}, {title}",
    unreadable="This picture could not be read",
    unreadable_hint="Please use a sound JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP file.",
    about="What the network knows, and what happens to your picture",
    knows="It knows {count} movements: {movements}.",
    knows_not="It has never seen {movements}, and takes a painting of these for one of the others.",
    privacy=(
        "Your picture stays on the computer that runs this page and is deleted after an hour. The "
        "Romanian paintings' own pictures may be fetched from WikiArt."
    ),
    rights=(
        "Code: Apache-2.0. Weights and embeddings: CC BY-NC 4.0, for research and teaching. "
        "The pictures belong to the artists, their heirs or the public; none is published here."
    ),
    map_tab="Map",
    map_intro=(
        "Every point is a painting of the collection. Those that the network finds alike, in style "
        "above all, lie near each other; the directions mean nothing."
    ),
    map_keys=(
        "Point at a painting to see it, click to search with it; drag to move. With the keyboard: "
        "arrows go from painting to painting, Enter searches, + and - zoom, 0 shows the whole map."
    ),
    map_label="Map of the collection",
    map_color_by="Colour by",
    map_style="style",
    map_movement="movement",
    map_date="date",
    map_artist="Highlight an artist",
    map_count="{shown} of {all} paintings",
    map_legend="What the colours and shapes mean; choose some to see these alone",
    map_search_with="Search with this painting",
    map_here="Your query",
    map_zoom_in="Zoom in",
    map_zoom_out="Zoom out",
    map_whole="Whole map",
    map_no_style="no style",
    map_no_movement="another movement",
    map_missing="This collection has no map: it has too few paintings, or none was drawn.",
    browse_tab="Collection",
    browse_words="Title or artist",
    browse_styles="Styles",
    browse_first_year="From year",
    browse_last_year="To year",
    browse_artists="Artists, with the years of their works",
    browse_found="{first} to {last} of {count} paintings",
    browse_previous="Previous",
    browse_next="Next",
    browse_nothing="The collection has no such painting; ask for less.",
    browse_search_with="Search with {artist}, {title}",
)

ROMANIAN = Texts(
    subtitle="Trage aici un tablou: afli curentul lui și tablourile românești cele mai apropiate.",
    language="Limba",
    painting="Tabloul tău",
    drop_here="Trage un tablou aici, lipește-l sau apasă ca să alegi un fișier",
    examples="Sau încearcă unul dintre aceste desene",
    distance="Distanța",
    cosine="Cosinus",
    euclidean="Euclidiană",
    nothing_yet="Încă nu e nimic pe șevalet",
    nothing_yet_hint="Trage, lipește, alege sau fotografiază un tablou; răspunsul apare aici.",
    movement="Curentul artistic",
    since="din {year}",
    probabilities="Probabilități",
    calibrated="Din 100 de răspunsuri la fel de sigure ca acesta, cam {right} sunt corecte.",
    unsure="Rețeaua ezită: ar putea fi și {second}.",
    stranger="Nu seamănă cu niciun tablou cunoscut",
    stranger_hint=(
        "Rețelei îi este mai străină decât aproape orice tablou: poate e o fotografie, o captură "
        "de ecran sau o pagină. Ce urmează e o presupunere; decupează imaginea până la tablou."
    ),
    neighbours="Cele mai apropiate cinci tablouri românești",
    neighbour_distance="distanța {distance}",
    year_unknown="nedatat",
    page="Pagina de pe WikiArt",
    picture="Imaginea",
    picture_of="{artist}, {title}",
    unreadable="Imaginea nu a putut fi citită",
    unreadable_hint=(
        "Fișierul e deteriorat, prea mare sau de alt fel: folosește un fișier JPEG, PNG, WebP, "
        "AVIF, GIF, TIFF sau BMP întreg, de cel mult 64 de milioane de pixeli."
    ),
    about="Ce știe rețeaua și ce se întâmplă cu imaginea ta",
    knows="Cunoaște {count} curente: {movements}.",
    knows_not=(
        "Nu a văzut niciodată {movements}; un tablou din aceste curente îl atribuie altuia "
        "dintre cele știute."
    ),
    privacy=(
        "Imaginea ta rămâne pe calculatorul care rulează pagina și se șterge după o oră. "
        "Imaginile tablourilor românești pot fi aduse de pe WikiArt."
    ),
    rights=(
        "Codul: Apache-2.0. Ponderile și vectorii: CC BY-NC 4.0, pentru cercetare și învățământ. "
        "Imaginile aparțin artiștilor, moștenitorilor lor sau tuturor; "
        "aici nu este publicată niciuna."
    ),
    map_tab="Harta",
    map_intro=(
        "Fiecare punct este un tablou din colecție. Cele pe care rețeaua le găsește asemănătoare, "
        "mai ales ca stil, stau aproape unul de altul; direcțiile nu înseamnă nimic."
    ),
    map_keys=(
        "Oprește-te pe un tablou ca să-l vezi, apasă ca să cauți cu el, trage ca să muți harta. De "
        "la tastatură: săgețile trec de la un tablou la altul, Enter caută, + și - măresc și "
        "micșorează, 0 arată harta întreagă."
    ),
    map_label="Harta colecției",
    map_color_by="Colorează după",
    map_style="stil",
    map_movement="curent",
    map_date="dată",
    map_artist="Evidențiază un artist",
    map_count="Tablouri: {shown} din {all}",
    map_legend="Ce înseamnă culorile și formele; alege câteva ca să le vezi doar pe ele",
    map_search_with="Caută cu acest tablou",
    map_here="Căutarea ta",
    map_zoom_in="Mărește",
    map_zoom_out="Micșorează",
    map_whole="Harta întreagă",
    map_no_style="fără stil",
    map_no_movement="alt curent",
    map_missing="Colecția nu are hartă: are prea puține tablouri sau harta nu a fost desenată.",
    browse_tab="Colecția",
    browse_words="Titlu sau artist",
    browse_styles="Stiluri",
    browse_first_year="Din anul",
    browse_last_year="Până în anul",
    browse_artists="Artiștii, cu anii lucrărilor",
    browse_found="Tablourile {first}–{last} din {count}",  # noqa: RUF001 - a range
    browse_previous="Înapoi",
    browse_next="Înainte",
    browse_nothing="Colecția nu are un astfel de tablou; renunță la un filtru.",
    browse_search_with="Caută cu {artist}, {title}",
)

TEXTS: dict[Language, Texts] = {"en": ENGLISH, "ro": ROMANIAN}


def preferred_language(accept_language: str) -> Language:
    """Returns the first of our languages that a browser asks for, English if it names neither.

    Args:
        accept_language: The ``Accept-Language`` header (RFC 9110, section 12.5.4), best first, as
            every browser sends it.
    """
    for part in accept_language.lower().split(","):
        code = part.split(";")[0].strip().split("-")[0]
        for language in LANGUAGES:
            if code == language:
                return language
    return "en"


def number(value: float, decimals: int, language: Language) -> str:
    """Returns a number with the decimal mark of the language."""
    text = f"{value:.{decimals}f}"
    return text.replace(".", ",") if language == "ro" else text


def percent(share: float, language: Language) -> str:
    """Returns a share, 0 to 1, as whole percents, and never as a certainty that it is not."""
    text = "<1" if 0 < share < 0.005 else ">99" if 0.995 <= share < 1 else f"{100 * share:.0f}"
    return f"{text} %" if language == "ro" else f"{text}%"


def movement_name(movement: Movement, language: Language) -> str:
    """Returns the name of a movement."""
    return movement.romanian if language == "ro" else movement.english


def movement_sentence(movement: Movement, language: Language) -> str:
    """Returns the sentence on a movement."""
    return movement.sentence_romanian if language == "ro" else movement.sentence_english


def movement_years(movement: Movement, language: Language) -> str:
    """Returns when a movement flourished."""
    if movement.last_year is None:
        return TEXTS[language].since.format(year=movement.first_year)
    return f"{movement.first_year}–{movement.last_year}"  # noqa: RUF001 - an en dash for a range
