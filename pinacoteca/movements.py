"""The 18 movements of Pandora18K, and the styles of WikiArt and PandoraRom that belong to them.

Pandora18K: C. Florea, C. Țoca, F. Gieseke, "Artistic Movement Recognition by Boosted Fusion of
Color Structure and Topographic Description", WACV 2017.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from pinacoteca.errors import DataError


@dataclass(frozen=True)
class Movement:
    """One of the 18 movements.

    Attributes:
        number: 1 to 18, in the order of Pandora18K.
        folder: The exact name of its folder in Pandora18K.
        english: Its English name.
        romanian: Its Romanian name.
        first_year: The usual date of its beginning; historians differ by a decade or so.
        last_year: The usual date of its end; None if it continues.
        sentence_english: What it is, in one English sentence.
        sentence_romanian: The same in Romanian.
        mark_english: How to recognise it, in one English sentence.
        mark_romanian: The same in Romanian.
    """

    number: int
    folder: str
    english: str
    romanian: str
    first_year: int
    last_year: int | None
    sentence_english: str
    sentence_romanian: str
    mark_english: str
    mark_romanian: str


# fmt: off
MOVEMENTS: tuple[Movement, ...] = (
    Movement(
        1, "01_Byzantin_Iconography", "Byzantine Iconography", "Iconografie bizantină", 330, 1453,
        "Holy figures painted on gold by a strict canon, frontal and outside time, "
        "are meant as windows onto heaven.",
        "Chipurile sfinte, pictate pe fond de aur după un canon strict, frontale și în afara "
        "timpului, sunt gândite ca ferestre spre cer.",
        "Look for gold grounds, frontal faces with large eyes, and folds of cloth drawn as "
        "lines of light.",
        "Se recunoaște după fondul de aur, chipurile frontale cu ochi mari și cutele "
        "veșmintelor desenate ca linii de lumină.",
    ),
    Movement(
        2, "02_Early_Renaissance", "Early Renaissance", "Renașterea timpurie", 1400, 1490,
        "Italian painters from Masaccio to Botticelli bring measured perspective, modelled bodies "
        "and classical balance into sacred scenes.",
        "Pictorii italieni, de la Masaccio la Botticelli, aduc în scenele sacre perspectiva "
        "riguroasă, volumul corpului și echilibrul clasic.",
        "Look for clear outlines, tiled floors that measure depth, and calm figures in fresh, "
        "even light.",
        "Se recunoaște după contururile clare, pardoselile în carouri care dau adâncime și "
        "figurile calme într-o lumină egală.",
    ),
    Movement(
        3, "03_Northern_Renaissance", "Northern Renaissance", "Renașterea nordică", 1430, 1580,
        "From Van Eyck to Dürer and Bruegel, painters north of the Alps render fabric, light "
        "and daily life in minute detail.",
        "De la Van Eyck la Dürer și Bruegel, pictorii de la nord de Alpi redau minuțios "
        "stofele, lumina și viața de zi cu zi.",
        "Look for sharp detail from near to far, deep glowing colours, and angular folds of "
        "heavy cloth.",
        "Se recunoaște după detaliul precis din prim-plan până în depărtare, culorile adânci "
        "și faldurile frânte ale stofelor grele.",
    ),
    Movement(
        4, "04_High_Renaissance", "High Renaissance", "Înalta Renaștere", 1490, 1527,
        "Leonardo, Michelangelo and Raphael join perspective and anatomy "
        "in ideal, balanced and monumental compositions.",
        "Leonardo, Michelangelo și Rafael unesc perspectiva și anatomia "
        "în compoziții idealizate, echilibrate și monumentale.",
        "Look for figures grouped in pyramids, soft transitions from light to shade, and an "
        "air of calm grandeur.",
        "Se recunoaște după figurile grupate în piramidă, trecerile line de la lumină la "
        "umbră și aerul de măreție calmă.",
    ),
    Movement(
        5, "05_Baroque", "Baroque", "Baroc", 1600, 1750,
        "Strong light and shade, diagonals and movement draw the viewer into the drama, "
        "from Caravaggio to Rubens and Rembrandt.",
        "Contrastul puternic de lumină și umbră, diagonalele și mișcarea îl atrag pe privitor "
        "în dramă, de la Caravaggio la Rubens și Rembrandt.",
        "Look for dark grounds, a beam of light on faces and hands, and bodies caught in the "
        "middle of a movement.",
        "Se recunoaște după fondurile întunecate, trupurile surprinse în plină mișcare și raza "
        "de lumină care cade pe chipuri și mâini.",
    ),
    Movement(
        6, "06_Rococo", "Rococo", "Rococo", 1715, 1789,
        "Watteau, Boucher and Fragonard paint fêtes galantes and pastorals "
        "in pale tones and playful curves.",
        "Watteau, Boucher și Fragonard pictează serbări galante și scene pastorale "
        "în tonuri deschise și linii curbe, jucăușe.",
        "Look for powdery pinks and blues, silk and garden scenes, and light, curling "
        "brushwork.",
        "Se recunoaște după rozuri și albastruri pudrate, mătăsuri, scene de grădină și o "
        "pensulație ușoară, unduită.",
    ),
    Movement(
        7, "07_Romanticism", "Romanticism", "Romantism", 1780, 1850,
        "Goya, Friedrich, Turner and Delacroix put feeling, untamed nature and the sublime "
        "above the rules of the academies.",
        "Goya, Friedrich, Turner și Delacroix pun sentimentul, natura neîmblânzită și sublimul "
        "mai presus de regulile academice.",
        "Look for storms, ruins and wide skies, small figures before great nature, or battles "
        "in glowing colour.",
        "Se recunoaște după furtuni, ruine și ceruri largi, figuri mici în fața naturii sau "
        "bătălii în culori aprinse.",
    ),
    Movement(
        8, "08_Realism", "Realism", "Realism", 1840, 1890,
        "Courbet and Millet paint the life of peasants and workers as they see it, "
        "without idealising it.",
        "Courbet și Millet pictează viața țăranilor și a muncitorilor așa cum o văd, "
        "fără s-o idealizeze.",
        "Look for earthy colours, plain people at work, and a sober, even finish without "
        "strong effects.",
        "Se recunoaște după culorile pământii, oamenii simpli la lucru și o execuție sobră, "
        "fără efecte căutate.",
    ),
    Movement(
        9, "09_Impressionism", "Impressionism", "Impresionism", 1867, 1886,
        "Monet, Renoir and Pissarro work in the open air and catch the passing light "
        "in short strokes of pure colour.",
        "Monet, Renoir și Pissarro lucrează în aer liber și prind lumina trecătoare "
        "în tușe scurte de culoare pură.",
        "Look for visible dabs, coloured shadows, and outdoor scenes whose edges dissolve in "
        "light.",
        "Se recunoaște după tușele vizibile, umbrele colorate și scenele în aer liber ale "
        "căror contururi se topesc în lumină.",
    ),
    Movement(
        10, "10_Post_Impressionism", "Post-Impressionism", "Postimpresionism", 1886, 1905,
        "Cézanne, Van Gogh, Gauguin and Seurat turn the bright colour of Impressionism "
        "to structure, emotion or symbol.",
        "Cézanne, Van Gogh, Gauguin și Seurat pun culoarea vie a impresionismului "
        "în slujba structurii, a emoției sau a simbolului.",
        "Look for strokes that follow a pattern, strong outlines, and colours stronger than "
        "nature's.",
        "Se recunoaște după tușele ordonate, contururile puternice și culorile mai vii decât "
        "cele din natură.",
    ),
    Movement(
        11, "11_Expressionism", "Expressionism", "Expresionism", 1905, 1933,
        "Kirchner, Nolde and Marc distort form and heighten colour to show inner life "
        "rather than appearances.",
        "Kirchner, Nolde și Marc deformează formele și intensifică culorile pentru a arăta "
        "trăirea lăuntrică, nu aparența lucrurilor.",
        "Look for harsh colours, jagged outlines, and faces or streets bent by feeling.",
        "Se recunoaște după culorile aspre, contururile colțuroase și chipurile sau străzile "
        "deformate de emoție.",
    ),
    Movement(
        12, "12_Symbolism", "Symbolism", "Simbolism", 1880, 1910,
        "Moreau, Redon and Klimt evoke dream, myth and death through images that suggest "
        "instead of describing.",
        "Moreau, Redon și Klimt evocă visul, mitul și moartea prin imagini care sugerează "
        "în loc să descrie.",
        "Look for dreamlike or mythical figures, half-light, and decorative lines that carry "
        "a mood.",
        "Se recunoaște după figurile de vis sau de mit, lumina de amurg și liniile decorative "
        "care creează o atmosferă.",
    ),
    Movement(
        13, "13_Fauvism", "Fauvism", "Fovism", 1905, 1908,
        "Matisse, Derain and Vlaminck free colour from nature and lay it on pure and flat; "
        "a critic called them wild beasts.",
        "Matisse, Derain și Vlaminck eliberează culoarea de natură și o aștern pură, în pete "
        "plate; un critic i-a numit fiare sălbatice.",
        "Look for unmixed reds, greens and blues side by side, bare canvas, and very simple "
        "drawing.",
        "Se recunoaște după roșul, verdele și albastrul neamestecate, puse alături, și după "
        "desenul foarte simplu.",
    ),
    Movement(
        14, "14_Cubism", "Cubism", "Cubism", 1907, 1920,
        "Picasso and Braque break objects into facets and show them from several sides at once "
        "in a shallow space.",
        "Picasso și Braque descompun obiectele în fațete și le arată din mai multe părți deodată, "
        "într-un spațiu aproape fără adâncime.",
        "Look for facets and overlapping planes, browns and greys, and objects seen from "
        "several sides.",
        "Se recunoaște după fațete și planuri suprapuse, brunuri și griuri și obiecte văzute "
        "din mai multe părți.",
    ),
    Movement(
        15, "15_Surrealism", "Surrealism", "Suprarealism", 1924, 1966,
        "Dalí, Magritte and the Romanian-born Victor Brauner paint dreams and chance encounters "
        "that escape the control of reason.",
        "Dalí, Magritte și Victor Brauner, născut în România, pictează vise și întâlniri "
        "neașteptate, scăpate de sub controlul rațiunii.",
        "Look for precise painting of impossible things: odd scales, strange meetings, empty "
        "plains.",
        "Se recunoaște după redarea precisă a unor lucruri imposibile: mărimi nefirești, "
        "întâlniri stranii, câmpii goale.",
    ),
    Movement(
        16, "16_AbstractArt", "Abstract Art", "Artă abstractă", 1910, None,
        "Since Kandinsky, Malevich and Mondrian, colour, line and shape speak for themselves "
        "without depicting objects.",
        "De la Kandinsky, Malevici și Mondrian încoace, culoarea, linia și forma vorbesc prin "
        "ele însele, fără să mai înfățișeze obiecte.",
        "Look for shapes, lines and fields of colour that picture nothing outside the "
        "painting.",
        "Se recunoaște după forme, linii și câmpuri de culoare care nu înfățișează nimic din "
        "afara tabloului.",
    ),
    Movement(
        17, "17_NaiveArt", "Naive Art", "Artă naivă", 1886, None,
        "Self-taught painters such as Henri Rousseau tell of their world in clear colours, "
        "flat shapes and patient detail.",
        "Pictori autodidacți precum Henri Rousseau își povestesc lumea în culori limpezi, "
        "forme plate și detalii migăloase.",
        "Look for even outlines, little depth, figures all equally sharp, and leaves painted "
        "one by one.",
        "Se recunoaște după contururile egale, adâncimea redusă, figurile la fel de clare și "
        "frunzele pictate una câte una.",
    ),
    Movement(
        18, "18_PopArt", "Pop Art", "Pop art", 1955, 1970,
        "Warhol, Lichtenstein and Hamilton bring adverts, comics and packaging into art, "
        "often in the flat colours of print.",
        "Warhol, Lichtenstein și Hamilton aduc în artă reclama, banda desenată și ambalajul, "
        "adesea în culorile plate ale tiparului.",
        "Look for printed dots, brand names and famous faces, hard edges and flat, loud "
        "colour.",
        "Se recunoaște după punctele de tipar, mărcile și chipurile celebre, marginile "
        "tăioase și culorile plate, stridente.",
    ),
)
# fmt: on

# The styles of WikiArt, and so of PandoraRom, that count as a movement besides its own name.
#
# A style counts as a movement if it is a phase, a branch, a technique or a close revival of it. It
# does not if it only borrows the name, comes before the movement, reacts to something else, or
# belongs equally to two movements. These styles therefore map to no movement:
#
# - Art Nouveau (Modern): a decorative style of line and ornament. Painters such as Klimt and
#   Luchian were Symbolists too, but the label speaks of the design, not of the meaning.
# - Socialist Realism: a doctrine of the state that idealises, where Realism would not.
# - Contemporary, Photo-, Hyper-, Magic and Fantastic Realism: answers to abstraction, photography
#   and dream, a century after Courbet. Nouveau Réalisme makes art of found objects.
# - Proto Renaissance, Mannerism (Late Renaissance), Neoclassicism, Academicism: before, after or
#   against the movement beside them, with no folder of their own in Pandora18K.
# - Metaphysical Art, Dada: forerunners of Surrealism. Futurism: a movement of its own.
# - Luminism, Automatic Painting: WikiArt uses each name for two unrelated schools.
# - Art Brut, Outsider Art: raw rather than naive. Neo-Orthodoxism: Orthodox in faith, not by canon.
# - Japonism, Orientalism: a taste and a subject, found in many styles.
_STYLES_WITHIN: dict[str, tuple[str, ...]] = {
    "01_Byzantin_Iconography": (
        "Byzantine",
        "Early Byzantine (c. 330-750)",
        "Macedonian Renaissance (867-1056)",
        "Middle Byzantine (c. 850-1204)",
        "Komnenian style (1081-1185)",
        "Late Byzantine/Palaeologan Renaissance (c. 1261-1453)",
        "Chernihiv school of icon painting",
        "Cretan school of icon painting",
        "Kyiv school of icon painting",
        "Macedonian school of icon painting",
        "Moscow school of icon painting",
        "Novgorod school of icon painting",
        "Pskov school of icon painting",
        "Stroganov school of icon painting",
        "Vladimir school of icon painting",
        "Vologda school of icon painting",
        "Yaroslavl school of icon painting",
        "Neo-Byzantine",
    ),
    "05_Baroque": ("Tenebrism",),
    # The Ashcan School (WikiArt's "New Realism") and Social Realism carry on Courbet's programme.
    "08_Realism": ("Naturalism", "American Realism", "New Realism", "Social Realism"),
    "10_Post_Impressionism": (
        "Neo-Impressionism",
        "Pointillism",
        "Divisionism",
        "Cloisonnism",
        "Synthetism",
        "Intimism",
    ),
    # The Transavantgarde is the Italian Neo-Expressionism.
    "11_Expressionism": ("Figurative Expressionism", "Neo-Expressionism", "Transavantgarde"),
    # "Cubo-Expressionism" is the Cubism of Prague; Apollinaire named Orphism "Orphic Cubism";
    # Purism set out to purify Cubism.
    "14_Cubism": (
        "Analytical Cubism",
        "Synthetic Cubism",
        "Mechanistic Cubism",
        "Tubism",
        "Cubo-Futurism",
        "Cubo-Expressionism",
        "Orphism",
        "Purism",
    ),
    # Pandora18K itself files Abstract Expressionism and Minimalism under Abstract Art.
    "16_AbstractArt": (
        "Abstract Expressionism",
        "Action Painting",
        "Art Informel",
        "Color Field Painting",
        "Concretism",
        "Constructivism",
        "Geometric",
        "Hard Edge Painting",
        "Lyrical Abstraction",
        "Minimalism",
        "Neo-Concretism",
        "Neo-Minimalism",
        "Neo-Suprematism",
        "Neoplasticism",
        "Op Art",
        "Post-Painterly Abstraction",
        "Rayonism",
        "Spatialism",
        "Suprematism",
        "Synchromism",
        "Tachisme",
    ),
    "17_NaiveArt": ("Naïve Art (Primitivism)", "Primitivism"),
    "18_PopArt": ("Neo-Pop Art",),
}


def _plain(style: str) -> str:
    """Reduces a style to its letters and digits, so that all its spellings agree."""
    decomposed = unicodedata.normalize("NFKD", style.casefold())
    return "".join(character for character in decomposed if character.isalnum())


_BY_FOLDER = {movement.folder: movement for movement in MOVEMENTS}
_BY_STYLE = {_plain(movement.english): movement for movement in MOVEMENTS} | {
    _plain(style): _BY_FOLDER[folder]
    for folder, styles in _STYLES_WITHIN.items()
    for style in styles
}


def movement_of_folder(folder: str) -> Movement:
    """Returns the movement whose pictures are in a folder of Pandora18K, by its exact name.

    Raises:
        DataError: No movement has such a folder.
    """
    try:
        return _BY_FOLDER[folder]
    except KeyError:
        raise DataError(
            f"No movement of Pandora18K has a folder {folder!r}; "
            f"please use its own names, {MOVEMENTS[0].folder!r} to {MOVEMENTS[-1].folder!r}."
        ) from None


def movement_of_style(style: str) -> Movement | None:
    """Returns the movement that a style of WikiArt or PandoraRom belongs to, or None.

    Case, spaces, hyphens, underscores, brackets and diacritics make no difference.
    """
    return _BY_STYLE.get(_plain(style))
