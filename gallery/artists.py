"""The names of Romanian artists with their diacritics, which WikiArt's addresses lack."""

from __future__ import annotations

from collections.abc import Mapping

# By WikiArt's slug. Names that the slug spells correctly are not listed.
NAMES: Mapping[str, str] = {
    "adam-baltatu": "Adam Bălțatu",
    "cecilia-cutescu-storck": "Cecilia Cuțescu-Storck",
    "constantin-brancusi": "Constantin Brâncuși",
    "constantin-piliuta": "Constantin Piliuță",
    "corneliu-michailescu": "Corneliu Michăilescu",
    "dumitru-ghiatza": "Dumitru Ghiață",
    "francisc-sirato": "Francisc Șirato",
    "geta-bratescu": "Geta Brătescu",
    "gheorghe-petrascu": "Gheorghe Petrașcu",
    "ion-bitzan": "Ion Bițan",
    "ion-theodorescu-sion": "Ion Theodorescu-Sion",
    "ion-tuculescu": "Ion Țuculescu",
    "ipolit-strambu": "Ipolit Strâmbu",
    "janos-mattis-teutsch": "János Mattis-Teutsch",
    "lucia-demetriade-balacescu": "Lucia Demetriade-Bălăcescu",
    "m.-h.-maxy": "M. H. Maxy",
    "magdalena-radulescu": "Magdalena Rădulescu",
    "misu-popp": "Mișu Popp",
    "nicolae-darascu": "Nicolae Dărăscu",
    "octav-angheluta": "Octav Angheluță",
    "octav-bancila": "Octav Băncilă",
    "rudolf-schweitzer-cumpana": "Rudolf Schweitzer-Cumpăna",
    "samuel-mutzner": "Samuel Mützner",
    "sava-hentia": "Sava Henția",
    "stefan-dimitrescu": "Ștefan Dimitrescu",
    "stefan-luchian": "Ștefan Luchian",
    "stefan-popescu": "Ștefan Popescu",
    "viorel-marginean": "Viorel Mărginean",
}
