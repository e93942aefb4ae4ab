"""What differs between two decisions for those whom they touch: who, how far up, by when, what."""

from collections.abc import Mapping
from typing import Final

import orjson

from ontology.events import Json

SINGLE: Final = ("tier", "verdict", "within")
"""Parts of which a decision has one."""

LISTED: Final = ("routes", "requirements", "prohibitions", "broken", "notifications")
"""Parts of which a decision has several."""


def difference(before: Mapping[str, Json], after: Mapping[str, Json]) -> dict[str, Json]:
    """The parts that differ between two decisions in their JSON form; none, where none does.

    Reasons, cautions and what fits as an answer are not compared.

    >>> difference({"tier": "board", "routes": []}, {"tier": "board", "routes": [{"team": "a"}]})
    {'routes': {'added': [{'team': 'a'}], 'removed': []}}
    """
    found: dict[str, Json] = {}
    for name in SINGLE:
        one, other = before.get(name), after.get(name)
        if one != other:
            found[name] = {"from": one, "to": other}
    for name in LISTED:
        old, new = _rows(before.get(name)), _rows(after.get(name))
        if old.keys() != new.keys():
            found[name] = {
                "added": [row for text, row in new.items() if text not in old],
                "removed": [row for text, row in old.items() if text not in new],
            }
    return found


def _rows(value: Json) -> dict[bytes, Json]:
    rows = value if isinstance(value, list) else []
    return {orjson.dumps(row, option=orjson.OPT_SORT_KEYS): row for row in rows}
