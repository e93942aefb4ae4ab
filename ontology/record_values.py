"""Values of records: read, checked and brought to the one form that is recorded."""

import re
import zoneinfo
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final, cast

from ontology.events import Json
from ontology.identity import IdentityInvalid, kind_of, thing_id
from ontology.schema import Property
from ontology.values import Datatype, Value, ValueInvalid, conform, encode, quote

LONGEST_TEXT: Final = 4000
LONGEST_AREA: Final = 1_000_000
LONGEST_MESSAGE: Final = 20_000
MOST_VALUES: Final = 1000

_FORMS: Final[Mapping[str, tuple[re.Pattern[str], str]]] = MappingProxyType(
    {
        "language": (re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}", re.ASCII), "a BCP 47 tag"),
        "jurisdiction": (
            re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", re.ASCII),
            "an ISO 3166 code",
        ),
        "system": (re.compile(r"system/[a-z0-9][a-z0-9._~-]{0,79}", re.ASCII), "system/…"),
        "address": (
            re.compile(r"https?://[A-Za-z0-9.:\[\]-]{1,253}(/[!-~]{0,500})?", re.ASCII),
            "an http or https address",
        ),
        "geojson": (
            re.compile(r'\{"type":"(?:MultiPolygon|Point)","coordinates":\[[-+0-9.eE,\[\]]*\]\}'),
            "a GeoJSON MultiPolygon or Point",
        ),
        "input": (
            re.compile(r"[a-z][a-z0-9_]{0,39}( [a-z0-9_]{1,40}){0,7}", re.ASCII),
            "words of lower-case letters, digits and _",
        ),
        "topic": (
            re.compile(r"[^A-Z#\s](?:[^A-Z#\n]{0,78}[^A-Z#\s])?"),
            "lower case, without '#'",
        ),
    }
)


_LONGEST: Final = {"geojson": LONGEST_AREA, "message": LONGEST_MESSAGE}
_BESIDE: Final = "\t\r\n\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{ZERO WIDTH JOINER}"
"""What texts hold beside printable characters: French spacing, and emoji that are joined."""


class RecordInvalid(ValueError):
    """A record does not fit the ontology; `errors` maps a JSON pointer to what is wrong there."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        """Keep every error; the message joins them."""
        self.errors = dict(errors)
        super().__init__("; ".join(f"{where}: {words}" for where, words in errors.items()))


def pointer(name: str) -> str:
    """The JSON pointer of a property in a request.

    >>> pointer("a/b")
    '/properties/a~1b'
    """
    return "/properties/" + name[:80].replace("~", "~0").replace("/", "~1")


def recorded(prop: Property, given: object, *, one: bool) -> Json:
    """The values of a property as they are recorded: one value, or a list of several.

    Raises:
        RecordInvalid: wrong type, range or choice, or a list where there may only be one value.

    >>> name = Property(name="name", term="name", datatype=Datatype.STRING)
    >>> recorded(name, "Legal", one=False)
    ['Legal']
    """
    if not isinstance(given, list | tuple):
        value = _value(prop, given, pointer(prop.name))
        return value if one else [value]
    if one:
        words = f"{quote(given)} is a list; give one value like {quote(prop.example)}"
        raise RecordInvalid({pointer(prop.name): words})
    return cast("Json", _list(prop, given))


def _list(prop: Property, given: Sequence[object]) -> list[Json]:
    """A list without repetitions, in the order given."""
    if len(given) > MOST_VALUES:
        raise RecordInvalid(
            {pointer(prop.name): f"{len(given)} values; at most {MOST_VALUES} are allowed"}
        )
    errors: dict[str, str] = {}
    found: dict[Json, None] = {}
    for place, item in enumerate(given):
        try:
            found[_value(prop, item, f"{pointer(prop.name)}/{place}")] = None
        except RecordInvalid as error:
            errors |= error.errors
    if errors:
        raise RecordInvalid(errors)
    return list(found)


def _value(prop: Property, given: object, where: str) -> Json:
    """One value in its recorded form."""
    reader = _choice if prop.choices else _reference if prop.refers else _literal
    try:
        return reader(prop, given)
    except ValueInvalid as error:
        raise RecordInvalid({where: f"{error}; for example {quote(prop.example)}"}) from error


def _choice(prop: Property, given: object) -> Json:
    if not isinstance(given, str) or given not in prop.choices:
        near = get_close_matches(str(given)[:80], prop.choices, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueInvalid(f"{quote(given)} is none of {', '.join(prop.choices)}{hint}")
    return given


def _reference(prop: Property, given: object) -> Json:
    wanted = " or ".join(prop.refers)
    if isinstance(given, str):
        try:
            if kind_of(thing_id(given)) in prop.refers:
                return given
        except IdentityInvalid:
            pass
    raise ValueInvalid(f"{quote(given)} is no id of a {wanted}")


def _literal(prop: Property, given: object) -> Json:
    if prop.datatype is Datatype.STRING:
        return _text(prop, given)
    value = conform(given, cast("Datatype", prop.datatype))
    _in_range(prop, value, given)
    written = encode(value)
    return written.replace("+00:00", "Z") if isinstance(written, str) else written


def _in_range(prop: Property, value: Value, given: object) -> None:
    if not isinstance(value, int | float):
        return
    if prop.minimum is not None and value < prop.minimum:
        raise ValueInvalid(f"{quote(given)} is less than {prop.minimum:g}")
    if prop.above is not None and value <= prop.above:
        raise ValueInvalid(f"{quote(given)} is not above {prop.above:g}")
    if prop.maximum is not None and value > prop.maximum:
        raise ValueInvalid(f"{quote(given)} is more than {prop.maximum:g}")


def _text(prop: Property, given: object) -> Json:
    longest = _LONGEST.get(prop.form or "", LONGEST_TEXT)
    if not isinstance(given, str) or not given.strip() or len(given) > longest:
        raise ValueInvalid(f"{quote(given)} is no text of 1 to {longest} characters")
    if not all(character.isprintable() or character in _BESIDE for character in given):
        raise ValueInvalid(f"{quote(given)} has control characters")
    pattern, words = _FORMS.get(prop.form or "", (None, ""))
    if pattern and not pattern.fullmatch(given):
        raise ValueInvalid(f"{quote(given)} is not {words}")
    if prop.form == "time-zone" and not _zone(given):
        raise ValueInvalid(f"{quote(given)} is no time zone of the IANA database")
    return given


def _zone(name: str) -> bool:
    """Whether the time zone database knows a name: the only data that is not the package's."""
    try:
        return bool(zoneinfo.ZoneInfo(name))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
