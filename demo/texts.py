"""Every text of the page, in English and in Romanian."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from pinacoteca.movements import Movement

Language = Literal["en", "ro"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
# From how large a closeness on a neighbour is called so. Of first neighbours, about half are very
# close, and few are not at least close.
CLOSENESS_WORDS = {"very_close": 0.998, "close": 0.98, "fairly_close": 0.95, "not_close": 0.0}
LANGUAGE_NAMES: dict[Language, str] = {"en": "English", "ro": "Română"}


@dataclass(frozen=True)
class Texts:
    """The texts of one language; words in braces are filled in."""

    subtitle: str
    to_answer: str
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
    alternatives: str
    both_named: str
    stranger: str
    stranger_hint: str
    cropped: str
    other_paintings: str
    colourless: str
    found: str
    neighbours: str
    neighbour_distance: str
    very_close: str
    close: str
    fairly_close: str
    not_close: str
    closer_than: str
    closer_than_all: str
    mirrored: str
    nothing_close: str
    nothing_found: str
    nothing_found_hint: str
    filtered: str
    year_unknown: str
    page: str
    picture_of: str
    open_painting: str
    steering: str
    composition: str
    composition_hint: str
    as_in_report: str
    as_in_report_hint: str
    artists: str
    styles: str
    century: str
    century_hint: str
    any_century: str
    words: str
    count: str
    one_per_artist: str
    reset: str
    ask: str
    asked_with: str
    ask_with_own: str
    back: str
    your_picture: str
    alike: str
    region: str
    regions_of_report: str
    search_with: str
    more_by: str
    unknown_painting: str
    unknown_painting_hint: str
    places: tuple[str, ...]
    drawings: Mapping[str, str]
    unreadable: str
    unreadable_hint: str
    no_file: str
    lost_anew: str
    lost_hour: str
    lost_hint: str
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
    to_answer="To the answer",
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
    unsure="The network hesitates: it could also be {others}.",
    alternatives=" or ",
    both_named="In 9 of 10 paintings, the movements named include the right one.",
    stranger="This does not look like a painting we know",
    stranger_hint=(
        "It is stranger to the network than all but a few in a hundred paintings: a photograph, a "
        "screenshot or a page, perhaps. What follows is a guess; crop the picture to the painting."
    ),
    cropped="The answer is about the painting in your picture, without what is around it.",
    other_paintings=(
        "Your picture shows {count} paintings. The answer is about the largest; crop the picture "
        "to ask about another."
    ),
    colourless=(
        "The picture has no colours. The network also looks at colours, so the movement is less "
        "certain."
    ),
    found="Movement: {movement}. Paintings found: {count}.",
    neighbours="The nearest Romanian paintings",
    neighbour_distance="distance {distance}",
    very_close="very close",
    close="close",
    fairly_close="fairly close",
    not_close="not close",
    closer_than="closer than {share} of pairs of paintings",
    closer_than_all="closer than all pairs of paintings",
    mirrored="nearer as a mirror image",
    nothing_close="Nothing close: even the first of these is farther than neighbours mostly are.",
    nothing_found="No painting meets these filters",
    nothing_found_hint="Take a filter away, or reset them all.",
    filtered="Paintings that meet the filters: {count} of {all}.",
    year_unknown="undated",
    page="Page on WikiArt",
    picture_of="{artist}, {title}",
    open_painting="Open {painting}",
    steering="Filters and more",
    composition="From manner to subject",
    composition_hint="At 0 it is how they are painted that counts, at 1 only what they show.",
    as_in_report="As in the report of 2022",
    as_in_report_hint=(
        "Compares only the outputs of the network, times 20; manner and subject do not count."
    ),
    artists="Artists",
    styles="Styles",
    century="Century",
    century_hint="A century leaves out undated paintings.",
    any_century="Any",
    words="Words in the title",
    count="How many",
    one_per_artist="One painting per artist",
    reset="Reset",
    ask="Ask",
    asked_with="You ask with",
    ask_with_own="Ask with a picture of yours",
    back="Back to the answer",
    your_picture="Your picture",
    alike="Where the two are most alike",
    region="{query} of yours, {painting} of the painting",
    regions_of_report="The report's way compares outputs of the network, not regions.",
    search_with="Search with this painting",
    more_by="More by this artist",
    unknown_painting="The collection has no such painting",
    unknown_painting_hint="Choose one that the page shows, or ask with a picture of yours.",
    places=(
        "upper left",
        "upper middle",
        "upper right",
        "middle left",
        "centre",
        "middle right",
        "lower left",
        "lower middle",
        "lower right",
    ),
    drawings={
        "apples": "Apples and a bottle",
        "garden": "A path through a meadow",
        "guitar": "A guitar in planes",
        "mountains": "Mountains in the mist",
        "sunrise": "Sunrise over the sea",
        "village": "A village under the sun",
    },
    unreadable="This picture could not be read",
    unreadable_hint="Please use a sound JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP file.",
    lost_anew="The page was started anew",
    lost_hour="Pictures are deleted after an hour",
    lost_hint="Hang your picture again; everything else is as it was.",
    no_file="What you dropped is not a file: save the picture first, and drop that.",
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
    take_link="Link to these settings",
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
    to_answer="La răspuns",
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
    unsure="Rețeaua ezită: ar putea fi și {others}.",
    alternatives=" sau ",
    both_named="La 9 din 10 tablouri, curentul potrivit este printre cele numite.",
    stranger="Nu seamănă cu niciun tablou cunoscut",
    stranger_hint=(
        "Rețelei îi este mai străină decât aproape orice tablou: poate e o fotografie, o captură "
        "de ecran sau o pagină. Ce urmează e o presupunere; decupează imaginea până la tablou."
    ),
    cropped="Răspunsul este despre tabloul din imagine, fără ce este în jurul lui.",
    other_paintings=(
        "În imagine sunt {count} tablouri. Răspunsul este despre cel mai mare; decupează imaginea "
        "ca să întrebi despre altul."
    ),
    colourless=(
        "Imaginea nu are culori. Rețeaua se uită și la culori, deci curentul este mai puțin sigur."
    ),
    found="Curentul: {movement}. Tablouri găsite: {count}.",
    neighbours="Cele mai apropiate tablouri românești",
    neighbour_distance="distanța {distance}",
    very_close="foarte apropiat",
    close="apropiat",
    fairly_close="destul de apropiat",
    not_close="îndepărtat",
    closer_than="mai apropiat decât {share} din perechile de tablouri",
    closer_than_all="mai apropiat decât toate perechile de tablouri",
    mirrored="mai apropiat în oglindă",
    nothing_close="Nimic apropiat: chiar și primul e mai departe decât sunt de obicei vecinii.",
    nothing_found="Niciun tablou nu trece de filtre",
    nothing_found_hint="Renunță la un filtru sau la toate.",
    filtered="Tablouri care trec de filtre: {count} din {all}.",
    year_unknown="nedatat",
    page="Pagina de pe WikiArt",
    picture_of="{artist}, {title}",
    open_painting="Deschide {painting}",
    steering="Filtre și altele",
    composition="De la manieră la subiect",
    composition_hint="La 0 contează felul în care sunt pictate, la 1 doar ce înfățișează.",
    as_in_report="Ca în raportul din 2022",
    as_in_report_hint=(
        "Compară numai ieșirile rețelei, înmulțite cu 20; maniera și subiectul nu contează."
    ),
    artists="Artiști",
    styles="Stiluri",
    century="Secolul",
    century_hint="Dacă alegi un secol, tablourile nedatate rămân pe dinafară.",
    any_century="Oricare",
    words="Cuvinte din titlu",
    count="Câte tablouri",
    one_per_artist="Un singur tablou de fiecare artist",
    reset="Resetează",
    ask="Întreabă",
    asked_with="Întrebi cu",
    ask_with_own="Întreabă cu o imagine de-a ta",
    back="Înapoi la răspuns",
    your_picture="Imaginea ta",
    alike="Unde seamănă cel mai mult",
    region="la tine {query}; în tablou {painting}",
    regions_of_report="Metoda raportului compară ieșirile rețelei, nu regiuni.",
    search_with="Caută cu acest tablou",
    more_by="Mai multe de acest artist",
    unknown_painting="Colecția nu are acest tablou",
    unknown_painting_hint="Alege unul dintre cele arătate sau întreabă cu o imagine de-a ta.",
    places=(
        "sus în stânga",
        "sus la mijloc",
        "sus în dreapta",
        "la mijloc în stânga",
        "în centru",
        "la mijloc în dreapta",
        "jos în stânga",
        "jos la mijloc",
        "jos în dreapta",
    ),
    drawings={
        "apples": "Mere și o sticlă",
        "garden": "O cărare prin pajiște",
        "guitar": "O chitară în planuri",
        "mountains": "Munți în ceață",
        "sunrise": "Răsărit pe mare",
        "village": "Un sat sub soare",
    },
    unreadable="Imaginea nu a putut fi citită",
    unreadable_hint=(
        "Fișierul e deteriorat, prea mare sau de alt fel: folosește un fișier JPEG, PNG, WebP, "
        "AVIF, GIF, TIFF sau BMP întreg, de cel mult 64 de milioane de pixeli."
    ),
    lost_anew="Pagina a fost repornită",
    lost_hour="Imaginile se șterg după o oră",
    lost_hint="Atârnă-ți din nou imaginea; restul a rămas cum era.",
    no_file="Ce ai tras aici nu e un fișier: salvează mai întâi imaginea, apoi trage fișierul.",
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
    take_link="Link cu aceste setări",
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


def closeness_in_words(closeness: float, language: Language) -> tuple[str, str]:
    """Returns how close and what that means: "close", "closer than 98.5% of pairs of paintings".

    Args:
        closeness: ``Neighbour.closeness``.
        language: Of the words.
    """
    texts = TEXTS[language]
    words = next(
        getattr(texts, name) for name, share in CLOSENESS_WORDS.items() if closeness >= share
    )
    if closeness == 1:
        return words, texts.closer_than_all
    # Cut off, not rounded: what is not closer than all must not be said to be.
    share = number(math.floor(1000 * closeness) / 10, 1, language)
    unit = "\N{NO-BREAK SPACE}%" if language == "ro" else "%"
    return words, texts.closer_than.format(share=f"{share}{unit}")


def century_name(century: int, language: Language) -> str:
    """Returns which century one is, e.g. "19th" or "al XIX-lea"."""
    if language == "ro":
        return "I" if century == 1 else f"al {_roman(century)}-lea"
    teens = 10 < century % 100 < 20
    ending = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(century % 10, "th")
    return f"{century}{ending}"


def _roman(value: int) -> str:
    numerals = {10: "X", 9: "IX", 5: "V", 4: "IV", 1: "I"}
    text = ""
    for worth, numeral in numerals.items():
        text += numeral * (value // worth)
        value %= worth
    return text


def place_name(row: float, column: float, language: Language) -> str:
    """Returns where a point of a picture is, e.g. "upper left".

    Args:
        row: From the upper edge, 0 to 1, 1 not included.
        column: From the left edge, likewise.
        language: Of the name.
    """
    return TEXTS[language].places[3 * int(3 * row) + int(3 * column)]


def movement_name(movement: Movement, language: Language) -> str:
    """Returns the name of a movement."""
    return movement.romanian if language == "ro" else movement.english


def movement_sentence(movement: Movement, language: Language) -> str:
    """Returns what a movement is and how to tell it, in two sentences."""
    if language == "ro":
        return f"{movement.sentence_romanian} {movement.mark_romanian}"
    return f"{movement.sentence_english} {movement.mark_english}"


def movement_years(movement: Movement, language: Language) -> str:
    """Returns when a movement flourished."""
    if movement.last_year is None:
        return TEXTS[language].since.format(year=movement.first_year)
    return f"{movement.first_year}–{movement.last_year}"  # noqa: RUF001 - an en dash for a range
