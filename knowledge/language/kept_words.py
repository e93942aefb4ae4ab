"""Words that carry a number, a denial or a time, by language: what near wording may not change."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from knowledge.language.calendar_dates import MONTHS, WEEKDAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The words of one language, casefolded; `links` join the parts of a date or of a name."""

    negations: frozenset[str]
    numbers: frozenset[str]
    days: frozenset[str]
    clock: frozenset[str]
    links: frozenset[str]
    prefixes: tuple[str, ...]
    suffixes: tuple[str, ...]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.casefold().split())


KEPT: Final[Mapping[str, Kept]] = {
    "en": Kept(
        negations=_words(
            "no not never none nobody nothing nowhere neither nor cannot without unless hardly"
            " barely scarcely rarely seldom refuse refuses refused deny denies denied fail fails"
            " failed"
        ),
        numbers=_words(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
            " fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy"
            " eighty ninety dozen dozens hundred hundreds thousand thousands million millions"
            " billion half twice once first second third all both every each"
        ),
        days=frozenset(
            {*MONTHS[1:], *WEEKDAYS, *_words("today tomorrow yesterday tonight weekend")}
        ),
        clock=_words("am pm noon midday midnight o'clock"),
        links=_words("of the on and at"),
        prefixes=("un", "in", "im", "ir", "il", "non", "dis", "non-"),
        suffixes=("less", "-free"),
    ),
    "de": Kept(
        negations=_words(
            "nicht nichts nie niemals niemand kein keine keinen keinem keiner keines keins weder"
            " noch ohne nirgends kaum außer leugnen verweigern verweigert"
        ),
        numbers=_words(
            "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn"
            " fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig dreißig vierzig fünfzig sechzig"
            " siebzig achtzig neunzig dutzend hundert hunderte tausend tausende million millionen"
            " milliarde milliarden halb zweimal einmal alle beide jeder jede jedes"
        ),
        days=_words(
            "januar februar märz april mai juni juli august september oktober november dezember"
            " montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag heute morgen"
            " gestern"
        ),
        clock=_words("uhr mittag mitternacht"),
        links=_words("am der den dem von im an und"),
        prefixes=("un", "in", "nicht"),
        suffixes=("los", "frei"),
    ),
    "fr": Kept(
        negations=_words(
            "ne pas point jamais rien personne aucun aucune ni non sans nul nulle guère n"
            " refuse refusé nie"
        ),
        numbers=_words(
            "zéro deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze"
            " seize vingt trente quarante cinquante soixante cent cents mille million millions"
            " milliard milliards douzaine dizaine dizaines centaine centaines demi moitié tous"
            " toutes chaque"
        ),
        days=_words(
            "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
            " lundi mardi mercredi jeudi vendredi samedi dimanche aujourd'hui demain hier"
        ),
        clock=_words("h heure heures midi minuit"),
        links=_words("le de du des la les et au aux sur"),
        prefixes=("in", "im", "ir", "il", "non", "dé", "dés", "mal"),
        suffixes=(),
    ),
    "es": Kept(
        negations=_words(
            "no nunca jamás nada nadie ninguno ninguna ningún ni sin tampoco niega negó rechaza"
        ),
        numbers=_words(
            "cero dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince"
            " dieciséis diecisiete dieciocho diecinueve veinte treinta cuarenta cincuenta sesenta"
            " setenta ochenta noventa cien ciento mil millón millones docena docenas mitad medio"
            " todos todas cada"
        ),
        days=_words(
            "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre"
            " diciembre lunes martes miércoles jueves viernes sábado domingo hoy mañana ayer"
        ),
        clock=_words("h hora horas mediodía medianoche"),
        links=_words("el de del la las los y en"),
        prefixes=("in", "im", "ir", "des", "no"),
        suffixes=(),
    ),
}


def kept(language: str) -> Kept | None:
    """The words of a language by its tag; None for one whose denials attune does not know.

    >>> "nicht" in kept("de-AT").negations, kept("ja") is None
    (True, True)
    """
    return KEPT.get(language.partition("-")[0].lower())
