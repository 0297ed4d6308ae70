"""Every text of the page in English, under the name by which the page asks for it.

A new text is a field here and an argument of the same name in ``texts_ro.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Texts:
    """The texts of one language; words in braces are filled in."""

    subtitle: str = "Drop a painting to see its art movement and the nearest Romanian paintings."
    to_answer: str = "Skip to the answer"
    language: str = "Language"
    painting: str = "Your painting"
    drop_here: str = "Drop a painting here, paste it, or click to choose a file"
    examples: str = "Or try one of these drawings"
    metric: str = "Distance"
    cosine: str = "Cosine"
    euclidean: str = "Euclidean"
    nothing_yet: str = "No painting yet"
    nothing_yet_hint: str = "Drop, paste, choose or photograph a painting. The answer appears here."
    movement: str = "Movement"
    since: str = "since {year}"
    probabilities: str = "Probabilities"
    calibrated: str = "Of 100 answers as sure as this one, about {right} are right."
    unsure: str = "The network is not sure."
    could_be: str = "It could also be {others}."
    alternatives: str = " or "
    both_named: str = "For 9 of 10 paintings, the right movement is among those named."
    stranger: str = "This does not look like a painting"
    stranger_hint: str = (
        "The picture differs from the paintings that the network knows; it may be a photograph, "
        "a screenshot or a page. The answer below is a guess. Try cropping the picture to the "
        "painting."
    )
    cropped: str = (
        "The answer is about the painting in your picture. What surrounds it was left out."
    )
    other_paintings: str = "Your picture shows {count} paintings. The answer is about the largest."
    ask_other: str = "Search with another painting ({place})"
    uncertain: str = "Your picture may show more than the painting."
    ask_part: str = "Search with the painting alone"
    colourless: str = (
        "The picture is in black and white or sepia. The network also looks at colours, so the "
        "movement is less certain."
    )
    found: str = "Movement: {movement}. Paintings found: {count}."
    neighbours: str = "The nearest Romanian paintings"
    neighbour_distance: str = "distance {distance}"
    very_close: str = "very close"
    close: str = "close"
    fairly_close: str = "fairly close"
    not_close: str = "not close"
    closer_than: str = "closer than {share} of pairs of paintings"
    closer_than_all: str = "closer than every pair of paintings"
    mirrored: str = "closer when mirrored"
    nothing_close: str = (
        "No painting is close: even the first is farther away than neighbours usually are."
    )
    nothing_found: str = "No painting matches these filters"
    nothing_found_hint: str = "Remove a filter, or reset them all."
    filtered: str = "{count} of {all} paintings match the filters."
    year_unknown: str = "undated"
    artist_unknown: str = "Unknown painter"
    page: str = "Page on WikiArt"
    picture_of: str = "{artist}, {title}"
    open_painting: str = "Open {painting}"
    steering: str = "Filters and options"
    composition: str = "From manner to subject"
    composition_hint: str = "0 compares how the paintings are painted, 1 compares what they show."
    as_in_report: str = "As in the report of 2022"
    as_in_report_hint: str = (
        "Compares only the outputs of the network, times 20. Manner and subject do not count."
    )
    artists: str = "Artists"
    styles: str = "Styles"
    century: str = "Century"
    century_hint: str = "Choosing a century leaves out undated paintings."
    any_century: str = "Any"
    words: str = "Words in the title"
    count: str = "How many"
    one_per_artist: str = "One painting per artist"
    reset: str = "Reset"
    ask: str = "Search"
    asked_with: str = "You searched with"
    ask_with_own: str = "Search with your own picture"
    back: str = "Back to the answer"
    your_picture: str = "Your picture"
    alike: str = "Where the two are most alike"
    region: str = "{query} in the first picture, {painting} in the second"
    regions_of_report: str = "The method of the report compares the network's outputs, not regions."
    search_with: str = "Search with this painting"
    more_by: str = "More by this artist"
    unknown_painting: str = "This painting is not in the collection"
    unknown_painting_hint: str = (
        "Choose one of the paintings shown, or search with your own picture."
    )
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
            "guitar": "A guitar in facets",
            "mountains": "Mountains in the mist",
            "sunrise": "Sunrise over the sea",
            "village": "A village under the sun",
        }
    )
    unreadable: str = "This picture could not be read"
    unreadable_hint: str = (
        "Please use an undamaged JPEG, PNG, WebP, HEIC, AVIF, GIF, TIFF or BMP file of at most 64 "
        "megapixels."
    )
    lost_anew: str = "The page was restarted"
    lost_hour: str = "Pictures are deleted after an hour"
    lost_hint: str = "Drop your picture again. Your settings are unchanged."
    no_file: str = "What you dropped is not a file. Save the picture first, then drop the file."
    about: str = "What the network knows, and what happens to your picture"
    knows: str = "It knows {count} movements: {movements}."
    knows_not: str = (
        "It does not know {movements}. It takes paintings of these movements for others."
    )
    privacy: str = (
        "Your picture stays on the computer that runs this page. It is deleted after an hour, or "
        "as soon as the page stops. The page keeps no statistics and loads no fonts or scripts "
        "from other servers. Only the pictures of the Romanian paintings may be fetched from "
        "WikiArt."
    )
    rights: str = (
        "Code: Apache-2.0. Weights and embeddings: CC BY-NC 4.0, for research and teaching. The "
        "pictures are protected by the rights of the artists or their heirs, or are in the public "
        "domain. None comes with the code."
    )
    take_away: str = "Save the answer"
    take_csv: str = "Table (CSV)"
    take_xlsx: str = "Table (XLSX)"
    take_card: str = "Picture card"
    take_link: str = "Link to these settings"
    link_made: str = "Link"
    link_hint: str = (
        "Opens the page with the same settings, and with the same painting if it is in the "
        "collection. Your own picture is never part of the link."
    )
    nothing_to_take: str = "There is no answer yet. Drop or choose a painting first."
    sheet_paintings: str = "Paintings"
    sheet_movements: str = "Movements"
    column_rank: str = "Rank"
    column_artist: str = "Artist"
    column_title: str = "Title"
    column_year: str = "Year"
    column_style: str = "Style"
    column_closeness: str = "Closer than this share of pairs"
    column_mirrored: str = "Mirrored"
    column_image: str = "Address of the picture"
    column_probability: str = "Probability"
    yes: str = "yes"
    no: str = "no"
    card_kind: str = "Movement and similar paintings"
    card_neighbours: str = "The nearest paintings by Romanian artists"
    card_none: str = "The collection has no matching painting."
    card_stand_ins: str = "Blurred colours replace pictures that could not be loaded."
    card_rights: str = (
        "Movement and similarity as a neural network sees them. The pictures are protected by the "
        "rights of the artists or their heirs, or are in the public domain."
    )
    share_heading: str = "Public link"
    share_asked: str = "The public link is being set up. This can take a minute."
    share_open: str = "Anyone can open this page at"
    share_meaning: str = (
        "Everyone who has the link can use the page, and so this computer. The link is "
        "temporary: it ends when you stop the page or when Gradio ends it. What is sent through "
        "it passes Gradio's server."
    )
    share_code: str = "The link as a QR code"
    share_failed: str = "No public link could be made. The page works on this computer only."
    share_no_service: str = (
        "Gradio's sharing service does not answer. Check that this computer is online and that "
        "no firewall or proxy blocks api.gradio.app, then start the page again."
    )
    share_no_program: str = (
        "The tunnel program could not be downloaded from cdn-media.huggingface.co. Check that no "
        "firewall or proxy blocks it. You can also put the program into its folder yourself: the "
        "terminal shows the address and the folder."
    )
    share_wrong_program: str = (
        "The downloaded tunnel program is not the expected one. Delete it and start the page "
        "again from another network."
    )
    share_no_folder: str = (
        "The certificate of the tunnel could not be written. Start the page from a folder that "
        "you can write to."
    )
    share_no_start: str = (
        "The tunnel program does not start. There may be none for this computer, or a virus "
        "scanner may block it."
    )
    share_refused: str = (
        "The tunnel was refused or took too long. Check that no firewall blocks outgoing "
        "connections, and start the page again later."
    )
    map_tab: str = "Map"
    map_intro: str = (
        "Every point is a painting of the collection. Paintings that the network finds alike, in "
        "what they show and in how they are painted, lie near each other. The directions have no "
        "meaning."
    )
    map_keys: str = (
        "Point at a painting to see it, click to search with it, drag to move the map. On the "
        "keyboard, the arrows move between paintings, Enter searches, + and - zoom, 0 shows the "
        "whole map."
    )
    map_label: str = "Map of the collection"
    map_color_by: str = "Colour by"
    map_style: str = "style"
    map_movement: str = "movement"
    map_date: str = "date"
    map_artist: str = "Highlight an artist"
    map_count: str = "{shown} of {all} paintings"
    map_legend: str = "Colours and shapes. Choose some to show only these."
    map_search_with: str = "Search with this painting"
    map_here: str = "Your search"
    map_zoom_in: str = "Zoom in"
    map_zoom_out: str = "Zoom out"
    map_whole: str = "Whole map"
    map_no_style: str = "no style"
    map_no_movement: str = "another movement"
    map_missing: str = (
        "This collection has no map. It has too few paintings, or the map was not drawn."
    )
    browse_tab: str = "Collection"
    browse_words: str = "Title or artist"
    browse_styles: str = "Styles"
    browse_first_year: str = "From year"
    browse_last_year: str = "To year"
    browse_artists: str = "Artists, with the years of their works"
    browse_found: str = "{first} to {last} of {count} paintings"
    browse_previous: str = "Previous"
    browse_next: str = "Next"
    browse_nothing: str = "No painting matches. Remove a filter."
    browse_search_with: str = "Search with {artist}, {title}"


ENGLISH = Texts()
