"""Derives what a painting shows from the words of its title, to measure subjects."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from pinacoteca.collection import Painting
from pinacoteca.selection import plain

# Words in English and Romanian, and in the French and German of a few titles, without accents. A
# star stands for any ending. If a title names several subjects, the first in this list counts:
# flowers in an interior are flowers, a nude in a landscape is a nude.
SUBJECTS: Mapping[str, str] = {
    "self-portrait": "self-portrait* selfportrait* autoportret* selbstbildnis autoportrait*",
    "mother and child": "mother maternit* motherhood mama madonna mater",
    "nude": "nude* nud nudul nuduri bather* bathing bath after-bath odalisque* venus baie",
    "religious": "christ* jesus isus saint* sfant* sfint* virgin angel* crucif* apostle* biblical "
    "bible monk* nun nuns calugar* prayer rugaciun* icon* evangel* resurrect* annunc* rabbi* "
    "synagogue martyr* prophet* cain abel adam eve judith magdalen* pieta nativity",
    "battle": "battle* soldier* war attack* charge infantry* cavalry* dorobant* rosior* hussar* "
    "calarasi prisoner* regiment* military trench* gunner* artillery* outpost* sentinel* guard "
    "lupta razboi* soldat* convoy convoi assault* smardan grivita",
    "flowers": "flower* rose roses anemon* chrysanthem* crizantem* carnation* garoaf* garoaf* "
    "lilac* liliac* popp* mac maci peon* bujor* bouquet* buchet* flori floare floarea trandafir* "
    "lalele tulip* lily lilies lillies pansies pansy panselut* gladiol* dahlia* hydrangea* "
    "cornflower* daisy daisies mallow* margaret* margarete geranium* iris irises snowdrop* "
    "sunflower* zinnia* petunia* wallflower* hyacinth* narciss* asters daffodil* violets vase",
    "still life": "stilllife natura-moarta naturemorte fruit* fruct* apple* mere pear pears "
    "quince* gutui* grapes strugur* lemon* onion* ceapa egg eggs oua pipkin* jug* fish peste "
    "bread paine watermelon* pepene melon* plums prune nuts pumpkin* vegetable* table-top pitcher* "
    "samovar* books plate bottle* cherries cirese fan",
    "animals": "horse* cal caii cow* vaci vaca ox oxen boi boul bull* oxcart* cart carts "
    "sheep oi oile ram goat* capre dog dogs caine cat cats pisica bird* pasar* lion* hen hens "
    "rooster* cocos* donkey* magar* deer peacock* turkey* hunting vanat* wolf wolves halt",
    "sea": "sea seaside seascape seashore mare marea marina marine shore* port portul harbor* "
    "harbour* boat* barca barci ship* beach* plaja plaje venice venet* venezia chioggia sailing "
    "sail* cliff* faleza coast quay cheiul fishing fishermen pescar* balchik balcic* mangalia "
    "constanta caliacra lighthouse biarritz lagoon* mer ocean",
    "street": "street* strada strad house* casa case casele town* oras* cit* village* sat satul "
    "courtyard* curte* roof* acoperis* square piata market bazaar* balci fair bridge pod podul "
    "inn hanul gate poarta bucharest bucurest* sighisoara paris montmartre toledo kirchturm* "
    "cottage* suburb* mahala mosque* geamie cafe* fountain alley ulita ulicioar* jerusalem seine "
    "factory station building* outskirts",
    "church": "church* bisericut* biseric* monaster* manastir* cathedral* catedral* schit* chapel*",
    "winter": "winter* iarna iarn snow* zapada ninsoare",
    "forest": "forest* wood woods padure* padur* birch* mesteceni wald* trees copaci tree copac "
    "poplar* plopi undergrowth edge liziera luminis",
    "mountain": "mountain* munte* munti hill* deal* carpathian* carpati rock* stanci peak bucegi "
    "ceahlau",
    "landscape": "landscape* peisaj* paysage* field* camp campul meadow* river* rau raul lake* lac "
    "lacul lakeshore valley* vale valea road* drum drumul garden* gradina path* poteca park* "
    "autumn toamna spring springtime primavar* summer vara sunset* apus* sunrise* rasarit* "
    "countryside orchard* livada livezi haystack* capite clai stack* danube dunare* mill moara "
    "water morning dimineat* evening seara noon plain siret view vedere brook* dusk dawn twilight "
    "amurg vineyard* vii haymak*",
    "peasants": "peasant* taran* shepherd* cioban* pastor* harvest* seceris* reaper* washerwom* "
    "spinn* spinner* torcatoar* gypsy gipsy gipsies gypsies tigan* hora round-dance sower* worker* "
    "muncitor* harvesting laundress* spalatores* shovel* emigrants",
    "interior": "interior* atelier* studio* room odaie camera iatac veranda terrace* balcony* "
    "lunch kitchen parlour salon reading citind needlewoman sewing cusand lecture lesson",
    "portrait": "portrait* potrait* portret* head* cap capul bust girl* fata fete fetita fetit* "
    "woman* femeie* femei* lady* doamna* domnisoar* boy* baiat* man old-man batran* barbat* child "
    "children copil* copii princess* prince* king* queen* regina regele domnul voivode voievod* "
    "painter pictor* poet* actor* actress* actrit* madame mrs mme mr turk turc* tatar* jew* evre* "
    "headscarf* basma* broboad* scarf hat palarie violin* guitarist dancer* dansatoare* sister* "
    "sora brother* wife sotia father family familia sailor* clown* columbine harlequin* "
    "spaniol* young women doctor* colonel general domnul fata smiling umbrella",
    "abstract": "composition* compozit* compozi abstract* untitled construction* structur* static* "
    "callisthetic* rhythm* ritm* circle* column* spaces space geometr* series rule game moves "
    "medeic archways forms prapor*",
}
# Earlier figures and the goals of the neighbours were measured by these seven, in whole words.
FORMER_SUBJECTS: Mapping[str, str] = {
    "portrait": "portrait selfportrait head portret autoportret",
    "flowers": "flower flowers rose roses anemones chrysanthemums carnations lilac poppies peonies "
    "bouquet vase stilllife flori",
    "landscape": "landscape forest road hill river valley trees mountain mountains garden field "
    "edge winter peisaj",
    "nude": "nude bather bathing bathers",
    "street": "street house houses town city village church monastery",
    "sea": "sea harbor harbour port boat boats beach venice balchik balcic",
    "peasants": "peasant peasants shepherd oxcart oxen cart market fair",
}
_PATTERNS = {
    subject: re.compile(
        r"\b(?:"
        + "|".join(re.escape(word).replace(r"\*", r"\w*") for word in words.split())
        + r")\b"
    )
    for subject, words in SUBJECTS.items()
}


def subjects(paintings: Sequence[Painting]) -> npt.NDArray[np.str_]:
    """Returns the subject of each painting, ``[n]``; empty if the title names none.

    Titles name what is shown; no other column of the table does.
    """
    return np.array([_subject(plain(painting.title)) for painting in paintings])


def _subject(title: str) -> str:
    words = (
        title.lower().replace("still life", "stilllife").replace("self portrait", "selfportrait")
    )
    words = words.replace("natura moarta", "natura-moarta")
    for subject, pattern in _PATTERNS.items():
        if pattern.search(words):
            return subject
    return ""


def former_subjects(paintings: Sequence[Painting]) -> npt.NDArray[np.str_]:
    """Returns which of the seven earlier subjects each painting has, ``[n]``.

    It is empty if the title names none of them or several.
    """
    return np.array([_former_subject(plain(painting.title)) for painting in paintings])


def _former_subject(title: str) -> str:
    words = set(re.findall("[a-z]+", title.replace("still life", "stilllife")))
    found = [name for name, listed in FORMER_SUBJECTS.items() if words & set(listed.split())]
    return found[0] if len(found) == 1 else ""
