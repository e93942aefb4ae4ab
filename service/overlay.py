"""What callers state of a situation: it wins over what is recorded, and is checked."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from ontology.facts import Fact, FactInvalid, Origin, catalogue
from service.decision_bodies import DecisionRequest
from service.problems import Fault, pointer, quoted, unprocessable
from service.values import Values

_OWN: Final = frozenset({"unknown", "degraded", "temporary_routing", "snooze"})


def overlay(found: list[Values], stated: Mapping[str, object]) -> None:
    """What the caller states of a thing wins over what is recorded, field by field."""
    for kind, given in stated.items():
        rows = given if isinstance(given, list) else [given]
        for index, row in enumerate(rows):
            path = [kind, index] if isinstance(given, list) else [kind]
            origin = Origin(source="request", ref=pointer(["facts", *path])[:200])
            target = _same(found, kind, row)
            if target is None:
                target = Values(kind=kind)
                found.append(target)
            target.values.update(row)
            target.origins.append(origin)
    _weighed(found)


def _weighed(found: Iterable[Values]) -> None:
    """Whether what the request offers lies beyond the limit that an agreement sets."""
    rows = [*found]
    offers = [one.values.get("compensation") for one in rows if one.kind == "request"]
    sums = [one for one in offers if isinstance(one, int | float)]
    for one in rows:
        limit = one.values.get("compensation_limit") if one.kind == "agreement" else None
        if sums and isinstance(limit, int | float):
            one.values["exceeded"] = max(sums) > limit


def offers(request: DecisionRequest) -> bool:
    """Whether the request says what it offers somebody."""
    rows = request.facts.get("request", [])
    several = rows if isinstance(rows, list) else [rows]
    return any("compensation" in row for row in several)


def _same(found: Sequence[Values], kind: str, row: Mapping[str, object]) -> Values | None:
    """The gathered fact that speaks of the same thing: the same keys, or the only one."""
    shape = catalogue().kinds.get(kind)
    if shape is None:
        return None
    keys = shape.keys or (("id",) if "id" in row else ())
    for one in found:
        fits = all(one.values.get(key, row.get(key)) == row.get(key) for key in keys)
        if one.kind == kind and fits:
            return one
    return None


def checked(found: Iterable[Values]) -> tuple[Fact, ...]:
    """Facts of what was gathered; only what a caller states can be wrong."""
    facts, faults = [], []
    kinds = catalogue().kinds
    for one in found:
        stated = [origin.ref for origin in one.origins if origin.ref.startswith("/facts")]
        shape = kinds.get(one.kind)
        if stated and shape is not None and (shape.stratum is not None or one.kind in _OWN):
            detail = f"{one.kind} is concluded by attune, never stated"
            faults.append(Fault(pointer=stated[-1], detail=detail, value=quoted(one.values)))
            continue
        try:
            facts.append(catalogue().fact(one.kind, one.values, *one.origins))
        except FactInvalid as error:
            if not stated:
                raise
            faults += [
                Fault(pointer=f"{stated[-1]}{pointer([name]) if name else ''}", detail=words)
                for name, words in error.errors.items()
            ]
    if faults:
        raise unprocessable(faults)
    return tuple(facts)
