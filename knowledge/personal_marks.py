"""By what somebody is told in a text: forms of numbers and addresses, and words beside names."""

import re
from typing import Final

_CAPITAL: Final = r"[^\W\d_a-zß-öø-ÿ]"
_NAMED: Final = rf"{_CAPITAL}[\w\u2019'-]+"
_SAYS: Final = (
    "said says told tells wrote writes asked asks called calls waited waits promised repeated"
    " wants replied answered reported rang rings claims complained insisted added"
    " sagte sagt schrieb schreibt rief ruft wartet wartete meldete meldet fragte fragt"
    " verlangt berichtete berichtet erklärte bekam erhielt"
).replace(" ", "|")
_STREETS: Final = (
    "Street St Road Rd Avenue Ave Lane Ln Drive Boulevard Way Court Square Place Close Row Terrace"
    " Gardens Crescent Hill Park Green Cottages Mews Grove Walk Rise Quay Yard Parade"
).replace(" ", "|")
_STRASSEN: Final = (
    r"straße strasse str\. weg gasse platz allee ufer ring damm chaussee steig graben markt"
).replace(" ", "|")
_REFERENCE: Final = (
    "customer client account order ticket tag ref reference pnr booking policy contract meter case"
    " card passport invoice claim kundennummer kunde vertrag auftrag konto zähler rechnung"
    " bestellung buchung vorgang karte vertragsnummer"
).replace(" ", "|")

PATTERNS: Final[tuple[tuple[str, str, re.Pattern[str]], ...]] = (
    ("address", "an e-mail address", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("link", "a web address", re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)),
    ("handle", "a handle", re.compile(r"(?<![\w@])@\w[\w.]{1,40}\b")),
    ("person", "an id of a person", re.compile(r"\b(?:person|customer|account|case)/[\w.~-]+")),
    (
        "number",
        "an account number",
        re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,4})?\b"),
    ),
    (
        "number",
        "a telephone number",
        re.compile(
            r"(?<![\w.,-])(?:\+|00|\(?0)\d[\d ()/.-]{5,18}\d\b|\b\d{3}[-. ]\d{3}[-. ]\d{4}\b"
            r"|(?<!\w)\(\d{2,4}\) ?\d{3}[ -]?\d{3,4}\b"
        ),
    ),
    ("number", "a long number", re.compile(r"(?<![\w.,-])[A-Z]{0,4}[-#]?\d{6,}\b")),
    ("number", "a long number in groups", re.compile(r"(?<![\w.,-])\d{4}(?: \d{4}){2,4}\b")),
    (
        "number",
        "a code of letters and figures",
        re.compile(r"\b(?=\w*[A-Z])(?=(?:\w*?\d){3})[A-Z0-9]{6,}\b"),
    ),
    (
        "number",
        "a number of a customer or a matter",
        re.compile(
            rf"(?:(?<=\s)|\b)(?i:(?<=\b)(?:{_REFERENCE}))(?: (?i:no|number|nr))?[.:]? "
            r"(?P<it>#?(?=[A-Z0-9/ -]*\d{2})[A-Z0-9]{1,12}(?:[ /-][A-Z0-9]*\d[A-Z0-9]*)*)\b"
        ),
    ),
    (
        "plate",
        "a number plate",
        re.compile(
            r"\b[A-Z]{2}\d{2} ?[A-Z]{3}\b"
            r"|\b[A-ZÄÖÜ]{1,3}[- ][A-Z]{1,2} ?\d{1,4}[EH]?\b"
            r"|\b(?i:plate|registration|kennzeichen) "
            r"(?P<it>(?=[A-Z0-9 -]*\d)[A-Z0-9]{1,7}(?:[ -][A-Z0-9]{1,4}){0,3})\b"
        ),
    ),
    (
        "address",
        "a street and number",
        re.compile(
            rf"\b\d{{1,5}}[a-z]? (?:[A-Z][\w'\u2019-]+ ){{1,3}}(?:{_STREETS})\b"
            r"(?:, (?:Flat|Apt|Unit) \d+[a-z]?)?"
            r"|\b\d{1,5}[a-z]? The [A-Z]\w+"
            rf"|\b[A-ZÄÖÜ][\wäöüß-]*(?:{_STRASSEN}) \d{{1,4}}[a-z]?\b"
            r"|\b(?:Am|Im|An der|Auf dem|Auf der|Zum|Zur|In der|Unter den)"
            r" (?:[A-ZÄÖÜ][\wäöüß]+ ){1,2}\d{1,4}[a-z]?\b"
        ),
    ),
    ("name", "initials and a name", re.compile(rf"\b(?:[A-ZÄÖÜ]\. ?){{1,3}}{_NAMED}")),
    (
        "name",
        "a form that only names have",
        re.compile(r"\b(?:[OD]['\u2019]|Mac|Mc)[A-Z]\w{2,}"),
    ),
    (
        "name",
        "somebody gives this name",
        re.compile(
            r"\b(?i:my name is|ich heiße|mein name ist) "
            r"(?P<it>\w[\w'\u2019-]+(?: (?!and\b|und\b)\w[\w'\u2019-]+)?)"
        ),
    ),
)
"""What tells somebody by its form: the placeholder's word, why, and the form.

Where a form has a group `it`, that alone is replaced.
"""

SPEAKS: Final = re.compile(rf",? (?:{_SAYS})\b")
"""What stands after somebody who speaks."""

SPOKEN: Final = re.compile(rf"\b(?:{_SAYS}),? $")
"""What stands before somebody who speaks."""

RUN: Final = re.compile(
    rf"{_CAPITAL}[\w\u2019'-]*"
    r"(?:(?:[ \u00a0](?:de|la|del|von|van|der|den|di|da|bin|al|el|O\u2019|O'))*"
    rf"[ \u00a0]{_CAPITAL}[\w\u2019'-]*\.?)*"
)
"""Capitalised words in a row."""

_ROLE_WORDS: Final = """
    driver conductor passenger nurse doctor manager officer agent colleague customer engineer pilot
    clerk cleaner caller client neighbour wife husband mother father son daughter sister brother
    lokführer lokführerin fahrer fahrerin schaffner schaffnerin kunde kundin kollege kollegin
    mitarbeiter mitarbeiterin patient patientin nachbar nachbarin ärztin arzt pilotin vater mutter
    sohn tochter schwester bruder
"""
ROLES: Final = frozenset(_ROLE_WORDS.split())
"""Words after which a name stands: what somebody is."""

_TITLE_WORDS: Final = """
    mr mrs ms miss mx dr prof sir herr herrn frau familie sr sra señor señora mme monsieur madame
"""
TITLES: Final = frozenset(_TITLE_WORDS.split())
TITLE: Final = re.compile(
    rf"\b(?:(?:{'|'.join(sorted(TITLES))})\.?|{'|'.join(sorted(ROLES))}|named|called|thanks to"
    r"|(?:mother|father|sister|brother|bag|vater|mutter|bruder|schwester) (?:of|von)"
    r"|ask|ring|text|frag|frage|laut|meant for)"
    r"\s+(?:(?:de|la|von|van|der|den|di|da|zu)\s+)*$",
    re.IGNORECASE,
)
"""What stands before a name."""

PLACED: Final = re.compile(
    r"\b(?:in|at|near|from|around|outside|of|to|aus|bei|nach)\s+$", re.IGNORECASE
)
FROM_PLACE: Final = re.compile(r"\b(?:from|near|outside)\s+$")
SETTLEMENT: Final = re.compile(
    r"\w{3,}(?:burg|dorf|heim|hausen|hofen|ingen|ungen|felde|walde?|münster|kirchen|gau|zarten"
    r"|stetten|stadt|brück|furt|bach|machnow|itz|ow)$"
)
"""How places of German end; none of them is known to be one by this alone."""

_ORGANISED: Final = """
    care board room team line service services department council cross bank bahn airport station
    hospital desk office safety relations support committee authority university school company
    kreuz international party union league feuerwehr centre center communications
"""
ORGANISED: Final = frozenset(_ORGANISED.split())
"""With what names of organisations and their parts end."""

_OPENING_WORDS: Final = """
    a about after again all also although an and another any anyone as at because before
    both but by during each either even every everybody everyone few first for from had has
    have he her here his how however i if in is it its last later many more most much my
    neither never next no nobody none nor not nothing now of on once one only or other our
    out over people she since so some somebody soon still such than that the their then
    there these they this those though three through to two under until up was we were what
    when where which while who whoever why with within without you your ask contact text write
    ring phone call please half
    der die das dem den des ein eine einen einem einer mein meine meinen dein sein seine ihr ihre
    unser unsere euer eure dieser diese dieses jeder jede jedes kein keine von vom bei beim mit
    nach aus zu zum zur in im an am auf für über unter vor seit laut ohne durch gegen um wir er sie
    es ich man und oder aber wenn als ob weil da dort hier wie was wer wo warum niemand jemand
    alle viele einige manche frag frage bitte heute gestern morgen dann danach auch nur noch halb
"""
OPENING: Final = frozenset(_OPENING_WORDS.split())
_PUBLIC_WORDS: Final = """
    monday tuesday wednesday thursday friday saturday sunday january february march april
    may june july august september october november december christmas easter english german
    french spanish i
    montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz mai juni juli
    oktober dezember weihnachten ostern
"""
PUBLIC: Final = frozenset(_PUBLIC_WORDS.split())

_NO_SPEAKER_WORDS: Final = """
    police management staff nobody somebody everybody everyone anybody anyone he she it we they
    you i one many some most all both who none security legal niemand jemand jeder keiner er sie
    es wir ihr man wer alle viele einer polizei feuerwehr leitung presse press parliament council
    government family company customer passenger kunde kundin fahrer feed desk board customers
    passengers residents neighbours people parents workers drivers families officials journalists
    commuters users callers villagers experts lawyers others reporters several few another
"""
NO_SPEAKERS: Final = frozenset(_NO_SPEAKER_WORDS.split())
"""Who speaks without being named."""
