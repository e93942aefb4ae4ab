"""Findings as SARIF 2.1.0, which code review shows beside the lines of a book."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote

from ontology.events import Json
from rules.findings import CURES, KINDS, MEANINGS, Finding, Findings, Place, by_kind, shown

SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def sarif(found: Findings, *, version: str, paths: Mapping[str, str] | None = None) -> Json:
    """One run with every finding; what a book accepts is there, suppressed with its reason.

    `paths` are where the files of the policy lie, seen from the root of the repository.
    """
    where = paths or {}
    results: list[Json] = [_result(one, where) for one in found.found]
    results += [{**_result(one, where), **_accepted(why)} for one, why in found.accepted]
    driver: Json = {
        "name": "attune",
        "version": version,
        "rules": [_rule(kind) for kind in KINDS],
    }
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": results,
                "properties": {
                    "policy": found.policy,
                    "at": found.at.isoformat(),
                    "looked": dict(found.looked),
                    "unknown": dict(found.unknown),
                },
            }
        ],
    }


def _rule(kind: str) -> dict[str, Json]:
    level, meaning = MEANINGS[kind]
    return {
        "id": kind,
        "name": kind.capitalize(),
        "shortDescription": {"text": meaning},
        "help": {"text": f"{meaning} {CURES[kind]}"},
        "defaultConfiguration": {"level": level},
    }


def _result(one: Finding, paths: Mapping[str, str]) -> dict[str, Json]:
    facts = "" if one.at is None else f" Facts that show it: {shown(one.facts)}."
    row = f" Closed by: {one.row}" if one.row else ""
    related: list[Json] = [
        {"id": at, "message": {"text": other.name}, **_location(other, paths)}
        for at, other in enumerate(one.others, 1)
    ]
    result: dict[str, Json] = {
        "ruleId": one.kind,
        "ruleIndex": KINDS.index(one.kind),
        "level": one.level,
        "message": {"text": f"{one.why}.{facts}{row} Cure: {one.cure}."},
        "locations": [_location(one.place, paths)],
        "partialFingerprints": {"attuneFinding/v1": one.fingerprint},
        "properties": {
            "facts": None if one.at is None else by_kind(one.facts),
            "at": None if one.at is None else one.at.isoformat(),
        },
    }
    return {**result, "relatedLocations": related} if related else result


def _accepted(reason: str) -> dict[str, Json]:
    suppression: Json = {"kind": "inSource", "justification": reason}
    return {"suppressions": [suppression]}


def _location(place: Place, paths: Mapping[str, str]) -> dict[str, Json]:
    uri = quote(paths.get(place.file, place.file))
    names: Sequence[Json] = [{"name": place.name, "kind": "member"}]
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": uri},
            "region": {"startLine": place.line},
        },
        "logicalLocations": [*names],
    }
