"""What outside measurements there are of a world, and until when they stay."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

from knowledge.measures.observation_forms import Form, Kind
from knowledge.measures.observation_kinds import KINDS
from ontology.events import Json
from ontology.identity import ThingId
from service.observation_loading import order
from service.observing import store
from service.world import World

_SECOND: Final = 1_000_000


def listed(world: World) -> list[dict[str, Json]]:
    """What is there of each kind: files, rows, from when to when, the longest gap, rejects."""
    found: list[dict[str, Json]] = []
    kept = store(world)
    for kind in KINDS.values():
        events = kept.loaded(kind)
        shown: dict[str, Json] = {
            "kind": kind.name,
            "summary": kind.summary,
            "columns": [_column(kind, one.name) for one in kind.columns],
            "days": _days(world, kind),
            "files": len(events),
            "rejected": sum(int(str(one.data["rejected"])) for one in events),
            "rows": 0,
        }
        if events:
            at = kept.table(kind)[kind.at].cast("int64").to_numpy()
            shown |= _span(at.tolist())
        found.append(shown)
    return found


def _column(kind: Kind, name: str) -> dict[str, Json]:
    one = kind.column(name)
    said: dict[str, Json] = {"name": name, "form": one.form.value, "needed": one.needed}
    return said | ({"values": [*one.of]} if one.form is Form.CHOICE else {})


def _span(at: Sequence[int]) -> dict[str, Json]:
    """How many rows, the first, the last, and the longest time without any."""
    if not at:
        return {"rows": 0}
    told: dict[str, Json] = {"rows": len(at), "from": _said(at[0]), "to": _said(at[-1])}
    gaps = [(after - before, before, after) for before, after in pairwise(at)]
    if gaps:
        longest, before, after = max(gaps, key=lambda one: one[0])
        told["gap"] = {
            "from": _said(before),
            "to": _said(after),
            "hours": round(longest / _SECOND / 3600, 1),
        }
    return told


def _said(moment: int) -> str:
    return datetime.fromtimestamp(moment / _SECOND, UTC).isoformat().replace("+00:00", "Z")


def _days(world: World, kind: Kind) -> int:
    return world.settings.observation_days.get(kind.name, kind.days)


def retain(world: World) -> int:
    """Drop what was loaded longer ago than its kind is kept; how many files went."""
    now = world.clock.now()
    return sum(
        store(world).retain(kind, now=now, days=_days(world, kind)) for kind in KINDS.values()
    )


def forget(world: World, kind: Kind, before: datetime, *, actor: ThingId) -> int:
    """Drop all rows of a kind before a moment; how many files that touched."""
    return store(world).forget(kind, before, order(world, actor))
