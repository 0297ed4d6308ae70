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
    take_away: str
    take_csv: str
    take_xlsx: str
    take_card: str
    take_link: str
    link_made: str
    link_hint: str
    nothing_to_take: str
    sheet_paintings: str
    sheet_movements: str
    column_rank: str
    column_artist: str
    column_title: str
    column_year: str
    column_style: str
    column_closeness: str
    column_mirrored: str
    column_image: str
    column_probability: str
    yes: str
    no: str
    card_kind: str
    card_neighbours: str
    card_none: str
    card_stand_ins: str
    card_rights: str
    share_heading: str
    share_asked: str
    share_open: str
    share_meaning: str
    share_code: str
    share_failed: str
    share_no_service: str
    share_no_program: str
    share_wrong_program: str
    share_no_folder: str
    share_no_start: str
    share_refused: str


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
        "Your picture stays on the computer that runs this page; it is deleted after an hour, and "
        "at once when the page is stopped. Nothing is counted, and nothing here comes from another "
        "server, no font and no script; only the Romanian paintings' own pictures may be fetched "
        "from WikiArt."
    ),
    rights=(
        "Code: Apache-2.0. Weights and embeddings: CC BY-NC 4.0, for research and teaching. "
        "The pictures belong to the artists, their heirs or the public; none is published here."
    ),
    take_away="Take it away",
    take_csv="Table (CSV)",
    take_xlsx="Table (XLSX)",
    take_card="Picture card",
    take_link="Link to this answer",
    link_made="Link",
    link_hint=(
        "It opens the page with the same settings, and with the same painting if that is one of "
        "the collection; a picture of yours is never in it."
    ),
    nothing_to_take="There is no answer yet: show a painting first.",
    sheet_paintings="Paintings",
    sheet_movements="Movements",
    column_rank="Rank",
    column_artist="Artist",
    column_title="Title",
    column_year="Year",
    column_style="Style",
    column_closeness="Closer than so many pairs of paintings",
    column_mirrored="Mirrored",
    column_image="Address of the picture",
    column_probability="Probability",
    yes="yes",
    no="no",
    card_kind="Movement and kindred paintings",
    card_neighbours="Nearest among paintings by Romanian artists",
    card_none="The collection has no such painting.",
    card_stand_ins="Blurred colours stand in for pictures that are not at hand.",
    card_rights=(
        "Movement and likeness as a neural network sees them. The pictures belong to the artists, "
        "their heirs or the public."
    ),
    share_heading="Public link",
    share_asked="A public link is on its way; it can take a minute.",
    share_open="This page can be reached from everywhere at",
    share_meaning=(
        "Everyone who has the link can use the page, and thereby this computer. It is temporary: "
        "it ends when the page is stopped, or when Gradio lets it lapse. What is sent "
        "through it passes Gradio's server."
    ),
    share_code="The link as a QR code",
    share_failed="No public link came about; the page works on this computer alone.",
    share_no_service=(
        "Gradio's sharing service does not answer. Look whether this computer is on the internet "
        "and whether a firewall or proxy lets it reach api.gradio.app, and start the page again."
    ),
    share_no_program=(
        "The tunnel program cannot be fetched from cdn-media.huggingface.co. Look whether a "
        "firewall or proxy stands in the way, or put the program in its folder yourself; the "
        "terminal names both."
    ),
    share_wrong_program=(
        "The tunnel program that was fetched is not the one expected. Delete it, and start the "
        "page again from another network."
    ),
    share_no_folder=(
        "The certificate of the tunnel cannot be written. Start the page from a folder that you "
        "may write to."
    ),
    share_no_start=(
        "The tunnel program does not start. There may be none for this computer, or a virus "
        "scanner blocks it."
    ),
    share_refused=(
        "The tunnel was refused or took too long. Look whether a firewall blocks outgoing "
        "connections, and start the page again later."
    ),
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
        "Imaginea ta rămâne pe calculatorul care rulează pagina; se șterge după o oră sau imediat "
        "ce pagina e oprită. Nu se numără nimic și nimic nu vine de pe alt server, niciun font și "
        "niciun script; doar imaginile tablourilor românești pot fi aduse de pe WikiArt."
    ),
    rights=(
        "Codul: Apache-2.0. Ponderile și vectorii: CC BY-NC 4.0, pentru cercetare și învățământ. "
        "Imaginile aparțin artiștilor, moștenitorilor lor sau tuturor; "
        "aici nu este publicată niciuna."
    ),
    take_away="Ia cu tine",
    take_csv="Tabel (CSV)",
    take_xlsx="Tabel (XLSX)",
    take_card="Cartonaș cu imagini",
    take_link="Link către acest răspuns",
    link_made="Link",
    link_hint=(
        "Deschide pagina cu aceleași setări și cu același tablou, dacă e din colecție; "
        "imaginea ta nu ajunge niciodată în el."
    ),
    nothing_to_take="Încă nu există un răspuns: arată întâi un tablou.",
    sheet_paintings="Tablouri",
    sheet_movements="Curente",
    column_rank="Locul",
    column_artist="Artistul",
    column_title="Titlul",
    column_year="Anul",
    column_style="Stilul",
    column_closeness="Mai aproape decât atâtea perechi de tablouri",
    column_mirrored="În oglindă",
    column_image="Adresa imaginii",
    column_probability="Probabilitatea",
    yes="da",
    no="nu",
    card_kind="Curentul și tablourile înrudite",
    card_neighbours="Cele mai apropiate tablouri ale artiștilor români",
    card_none="Colecția nu are un asemenea tablou.",
    card_stand_ins="Culorile estompate țin locul imaginilor care lipsesc.",
    card_rights=(
        "Curentul și asemănarea, așa cum le vede o rețea neuronală. Imaginile aparțin artiștilor, "
        "moștenitorilor lor sau tuturor."
    ),
    share_heading="Link public",
    share_asked="Linkul public e pe drum; poate dura un minut.",
    share_open="Pagina poate fi deschisă de oriunde la",
    share_meaning=(
        "Oricine are linkul poate folosi pagina și, prin ea, acest calculator. E temporar: se "
        "închide când oprești pagina sau când Gradio îl lasă să expire. Tot ce se trimite "
        "prin el trece prin serverul Gradio."
    ),
    share_code="Linkul în cod QR",
    share_failed="Nu s-a putut face un link public; pagina merge doar pe acest calculator.",
    share_no_service=(
        "Serviciul Gradio de partajare nu răspunde. Vezi dacă acest calculator are internet și "
        "dacă un firewall sau un proxy îl lasă să ajungă la api.gradio.app, apoi pornește din nou "
        "pagina."
    ),
    share_no_program=(
        "Programul pentru tunel nu poate fi adus de la cdn-media.huggingface.co. Vezi dacă îl "
        "oprește un firewall sau un proxy ori pune-l chiar tu în dosarul lui; terminalul arată "
        "care sunt acestea."
    ),
    share_wrong_program=(
        "Programul adus pentru tunel nu e cel așteptat. Șterge-l și pornește din nou pagina, "
        "dintr-o altă rețea."
    ),
    share_no_folder=(
        "Certificatul tunelului nu poate fi scris. Pornește pagina dintr-un dosar în care ai voie "
        "să scrii."
    ),
    share_no_start=(
        "Programul pentru tunel nu pornește. Poate că nu există unul pentru acest calculator sau "
        "îl blochează un antivirus."
    ),
    share_refused=(
        "Tunelul a fost refuzat sau a durat prea mult. Vezi dacă un firewall blochează "
        "conexiunile spre exterior și pornește pagina din nou mai târziu."
    ),
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
