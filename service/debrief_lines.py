"""A debrief on a terminal: when, who, the agenda, minutes and actions."""

from collections.abc import Iterator, Mapping

from ontology.events import Json

_MOST = 20


def lines(said: Mapping[str, Json]) -> Iterator[str]:
    """One debrief as people read it."""
    yield f"{said['id']}  {said['state']}  due {said['due']}  {said['team'] or 'no team'}"
    for one in _rows(said["participants"]):
        convened = f", convened for {one['convened_for']}" if one["convened_for"] else ""
        yield f"  {one['person']}: due {one['due']}{convened}"
    yield from _agenda(said["agenda"])
    for one in _rows(said["rounds"]):
        for name in ("minutes", "lesson"):
            if name in one:
                yield f"  {name:<9}{one[name]}"
    for one in _rows(said["actions"]):
        who = f"{one['owner']} until {one['due_local']}"
        yield f"  {one['id']}  {one['state']}  {who}: {one['task']}"


def _agenda(agenda: Json) -> Iterator[str]:
    for name, items in agenda.items() if isinstance(agenda, dict) else ():
        found = [*_rows(items)]
        if found:
            yield f"  {str(name).replace('_', ' ')} ({len(found)})"
        yield from (f"    {one.get('at')}  {_told(one)}" for one in found[:_MOST])
        if len(found) > _MOST:
            yield f"    and {len(found) - _MOST} more; --json has all"


def _told(one: Mapping[str, Json]) -> str:
    said = ((name, value) for name, value in one.items() if name != "at")
    return ", ".join(str(value) for _, value in said if value not in (None, False))


def _rows(value: Json) -> Iterator[Mapping[str, Json]]:
    yield from (one for one in value if isinstance(one, dict)) if isinstance(value, list) else ()
