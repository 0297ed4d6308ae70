"""Every text of the page in English, under the name by which the page asks for it.

A new text is a field here and an argument of the same name in ``texts_ro.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Texts:
    """The texts of one language; words in braces are filled in."""

    subtitle: str = (
        "Drop a painting: see its art movement and the Romanian paintings nearest to it."
    )
    to_answer: str = "To the answer"
    language: str = "Language"
    painting: str = "Your painting"
    drop_here: str = "Drop a painting here, paste it, or click to choose a file"
    examples: str = "Or try one of these drawings"
    metric: str = "Distance"
    cosine: str = "Cosine"
    euclidean: str = "Euclidean"
    nothing_yet: str = "Nothing on the easel yet"
    nothing_yet_hint: str = "Drop, paste, choose or photograph a painting; the answer appears here."
    movement: str = "Movement"
    since: str = "since {year}"
    probabilities: str = "Probabilities"
    calibrated: str = "Of 100 answers as sure as this one, about {right} are right."
    unsure: str = "The network hesitates: it could also be {others}."
    alternatives: str = " or "
    both_named: str = "In 9 of 10 paintings, the movements named include the right one."
    stranger: str = "This does not look like a painting we know"
    stranger_hint: str = (
        "It is stranger to the network than all but a few in a hundred paintings: a photograph, a "
        "screenshot or a page, perhaps. What follows is a guess; crop the picture to the painting."
    )
    cropped: str = "The answer is about the painting in your picture, without what is around it."
    other_paintings: str = (
        "Your picture shows {count} paintings. The answer is about the largest; crop the picture "
        "to ask about another."
    )
    colourless: str = (
        "The picture has no colours. The network also looks at colours, so the movement is less "
        "certain."
    )
    found: str = "Movement: {movement}. Paintings found: {count}."
    neighbours: str = "The nearest Romanian paintings"
    neighbour_distance: str = "distance {distance}"
    very_close: str = "very close"
    close: str = "close"
    fairly_close: str = "fairly close"
    not_close: str = "not close"
    closer_than: str = "closer than {share} of pairs of paintings"
    closer_than_all: str = "closer than all pairs of paintings"
    mirrored: str = "nearer as a mirror image"
    nothing_close: str = (
        "Nothing close: even the first of these is farther than neighbours mostly are."
    )
    nothing_found: str = "No painting meets these filters"
    nothing_found_hint: str = "Take a filter away, or reset them all."
    filtered: str = "Paintings that meet the filters: {count} of {all}."
    year_unknown: str = "undated"
    page: str = "Page on WikiArt"
    picture_of: str = "{artist}, {title}"
    open_painting: str = "Open {painting}"
    steering: str = "Filters and more"
    composition: str = "From manner to subject"
    composition_hint: str = "At 0 it is how they are painted that counts, at 1 only what they show."
    as_in_report: str = "As in the report of 2022"
    as_in_report_hint: str = (
        "Compares only the outputs of the network, times 20; manner and subject do not count."
    )
    artists: str = "Artists"
    styles: str = "Styles"
    century: str = "Century"
    century_hint: str = "A century leaves out undated paintings."
    any_century: str = "Any"
    words: str = "Words in the title"
    count: str = "How many"
    one_per_artist: str = "One painting per artist"
    reset: str = "Reset"
    ask: str = "Ask"
    asked_with: str = "You ask with"
    ask_with_own: str = "Ask with a picture of yours"
    back: str = "Back to the answer"
    your_picture: str = "Your picture"
    alike: str = "Where the two are most alike"
    region: str = "{query} of yours, {painting} of the painting"
    regions_of_report: str = "The report's way compares outputs of the network, not regions."
    search_with: str = "Search with this painting"
    more_by: str = "More by this artist"
    unknown_painting: str = "The collection has no such painting"
    unknown_painting_hint: str = "Choose one that the page shows, or ask with a picture of yours."
    places: tuple[str, ...] = (
        "upper left",
        "upper middle",
        "upper right",
        "middle left",
        "centre",
        "middle right",
        "lower left",
        "lower middle",
        "lower right",
    )
    drawings: Mapping[str, str] = field(
        default_factory=lambda: {
            "apples": "Apples and a bottle",
            "garden": "A path through a meadow",
            "guitar": "A guitar in planes",
            "mountains": "Mountains in the mist",
            "sunrise": "Sunrise over the sea",
            "village": "A village under the sun",
        }
    )
    unreadable: str = "This picture could not be read"
    unreadable_hint: str = "Please use a sound JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP file."
    lost_anew: str = "The page was started anew"
    lost_hour: str = "Pictures are deleted after an hour"
    lost_hint: str = "Hang your picture again; everything else is as it was."
    no_file: str = "What you dropped is not a file: save the picture first, and drop that."
    about: str = "What the network knows, and what happens to your picture"
    knows: str = "It knows {count} movements: {movements}."
    knows_not: str = (
        "It has never seen {movements}, and takes a painting of these for one of the others."
    )
    privacy: str = (
        "Your picture stays on the computer that runs this page; it is deleted after an hour, and "
        "at once when the page is stopped. Nothing is counted, and nothing here comes from another "
        "server, no font and no script; only the Romanian paintings' own pictures may be fetched "
        "from WikiArt."
    )
    rights: str = (
        "Code: Apache-2.0. Weights and embeddings: CC BY-NC 4.0, for research and teaching. "
        "The pictures belong to the artists, their heirs or the public; none is published here."
    )
    take_away: str = "Take it away"
    take_csv: str = "Table (CSV)"
    take_xlsx: str = "Table (XLSX)"
    take_card: str = "Picture card"
    take_link: str = "Link to these settings"
    link_made: str = "Link"
    link_hint: str = (
        "It opens the page with the same settings, and with the same painting if that is one of "
        "the collection; a picture of yours is never in it."
    )
    nothing_to_take: str = "There is no answer yet: show a painting first."
    sheet_paintings: str = "Paintings"
    sheet_movements: str = "Movements"
    column_rank: str = "Rank"
    column_artist: str = "Artist"
    column_title: str = "Title"
    column_year: str = "Year"
    column_style: str = "Style"
    column_closeness: str = "Closer than so many pairs of paintings"
    column_mirrored: str = "Mirrored"
    column_image: str = "Address of the picture"
    column_probability: str = "Probability"
    yes: str = "yes"
    no: str = "no"
    card_kind: str = "Movement and kindred paintings"
    card_neighbours: str = "Nearest among paintings by Romanian artists"
    card_none: str = "The collection has no such painting."
    card_stand_ins: str = "Blurred colours stand in for pictures that are not at hand."
    card_rights: str = (
        "Movement and likeness as a neural network sees them. The pictures belong to the artists, "
        "their heirs or the public."
    )
    share_heading: str = "Public link"
    share_asked: str = "A public link is on its way; it can take a minute."
    share_open: str = "This page can be reached from everywhere at"
    share_meaning: str = (
        "Everyone who has the link can use the page, and thereby this computer. It is temporary: "
        "it ends when the page is stopped, or when Gradio lets it lapse. What is sent "
        "through it passes Gradio's server."
    )
    share_code: str = "The link as a QR code"
    share_failed: str = "No public link came about; the page works on this computer alone."
    share_no_service: str = (
        "Gradio's sharing service does not answer. Look whether this computer is on the internet "
        "and whether a firewall or proxy lets it reach api.gradio.app, and start the page again."
    )
    share_no_program: str = (
        "The tunnel program cannot be fetched from cdn-media.huggingface.co. Look whether a "
        "firewall or proxy stands in the way, or put the program in its folder yourself; the "
        "terminal names both."
    )
    share_wrong_program: str = (
        "The tunnel program that was fetched is not the one expected. Delete it, and start the "
        "page again from another network."
    )
    share_no_folder: str = (
        "The certificate of the tunnel cannot be written. Start the page from a folder that you "
        "may write to."
    )
    share_no_start: str = (
        "The tunnel program does not start. There may be none for this computer, or a virus "
        "scanner blocks it."
    )
    share_refused: str = (
        "The tunnel was refused or took too long. Look whether a firewall blocks outgoing "
        "connections, and start the page again later."
    )
    map_tab: str = "Map"
    map_intro: str = (
        "Every point is a painting of the collection. Those that the network finds alike, in style "
        "above all, lie near each other; the directions mean nothing."
    )
    map_keys: str = (
        "Point at a painting to see it, click to search with it; drag to move. With the keyboard: "
        "arrows go from painting to painting, Enter searches, + and - zoom, 0 shows the whole map."
    )
    map_label: str = "Map of the collection"
    map_color_by: str = "Colour by"
    map_style: str = "style"
    map_movement: str = "movement"
    map_date: str = "date"
    map_artist: str = "Highlight an artist"
    map_count: str = "{shown} of {all} paintings"
    map_legend: str = "What the colours and shapes mean; choose some to see these alone"
    map_search_with: str = "Search with this painting"
    map_here: str = "Your query"
    map_zoom_in: str = "Zoom in"
    map_zoom_out: str = "Zoom out"
    map_whole: str = "Whole map"
    map_no_style: str = "no style"
    map_no_movement: str = "another movement"
    map_missing: str = "This collection has no map: it has too few paintings, or none was drawn."
    browse_tab: str = "Collection"
    browse_words: str = "Title or artist"
    browse_styles: str = "Styles"
    browse_first_year: str = "From year"
    browse_last_year: str = "To year"
    browse_artists: str = "Artists, with the years of their works"
    browse_found: str = "{first} to {last} of {count} paintings"
    browse_previous: str = "Previous"
    browse_next: str = "Next"
    browse_nothing: str = "The collection has no such painting; ask for less."
    browse_search_with: str = "Search with {artist}, {title}"


ENGLISH = Texts()
