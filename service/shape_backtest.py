"""Shapes on recorded messages: what would have been refused, or let through, by other ones."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from ontology.events import Draft, Json
from ontology.gate import judge
from ontology.gate_engine import GateEngine
from ontology.identity import ThingId
from ontology.lifecycle import Actor, ActRefused, Role
from ontology.lifecycle import act as follow
from ontology.shape_files import read_shapes
from ontology.shape_files import shapes as packaged
from ontology.shape_graph import Shapes
from ontology.shape_results import Result
from service import acts
from service.clock import StoppedClock
from service.message_content import KIND
from service.message_history import Attempt
from service.shape_checks import shapes_of
from service.shape_differences import form
from service.world import Parts, World

Would: TypeAlias = Literal["refused", "let-through", "cannot-be-told"]
_VIOLATION: Final = "Violation"
_Files: TypeAlias = tuple[tuple[str, bytes], ...]


class Judging:
    """New shapes beside those that were active at each moment."""

    def __init__(self, world: World, files: Mapping[str, bytes]) -> None:
        """Read the new shapes.

        Raises:
            ShapesInvalid: they can't be used.
        """
        self._world = world
        self._new = _key(files)
        _read(self._new)

    def differs(self, attempt: Attempt) -> bool:
        """Whether other shapes were active then."""
        return self._then(attempt) != self._new

    def row(self, attempt: Attempt) -> dict[str, Json] | None:
        """What would have been otherwise; None where nothing."""
        if not self.differs(attempt):
            return None
        if attempt.refused:
            return self._of_refused(attempt)
        if attempt.erased:
            return _row(attempt, "cannot-be-told", (), "what it said was erased since")
        more = self._more(attempt, attempt.drafts())
        return _row(attempt, "refused", more) if more else None

    def _more(self, attempt: Attempt, drafts: Sequence[Draft]) -> tuple[Result, ...]:
        """What the new shapes refuse of some drafts and the old ones did not."""
        before = {one.key for one in self._violations(attempt, drafts, self._then(attempt))}
        after = self._violations(attempt, drafts, self._new)
        return tuple(one for one in after if one.key not in before)

    def _of_refused(self, attempt: Attempt) -> dict[str, Json] | None:
        draft = self._again(attempt)
        then = () if draft is None else self._violations(attempt, [draft], self._then(attempt))
        if draft is None or not _named(attempt) <= {one.shape for one in then}:
            return self._by_name(attempt)  # what was refused came with the act, and is not kept
        if self._violations(attempt, [draft], self._new):
            return None
        return _row(attempt, "let-through", ())

    def _by_name(self, attempt: Attempt) -> dict[str, Json] | None:
        """Without what was refused only the names of its shapes tell something."""
        then, new = _read(self._then(attempt)), _read(self._new)
        named = _named(attempt)
        kept = {name for name in named & new.told if form(then, name) == form(new, name)}
        if kept:
            return None
        words = f"the words that {', '.join(sorted(named))} refused are not kept"
        return _row(attempt, "cannot-be-told", (), words)

    def _again(self, attempt: Attempt) -> Draft | None:
        """The act that was refused, made anew; None where what it carried is not kept."""
        event = attempt.first
        if event.data.get("type") != acts.ACTED:
            return None
        stands = acts.standing(self._before(attempt), attempt.message, KIND)
        actor = Actor(id=event.actor, roles=frozenset(Role))
        try:
            outcome = follow(
                self._world.lifecycles,
                stands,
                attempt.act,
                actor=actor,
                at=event.occurred_at,
                data={},
            )
        except ActRefused:
            return None
        return acts.acted(event.id, stands, outcome, actor, event.occurred_at)

    def _before(self, attempt: Attempt) -> World:
        """The world just before; only its ledger and its graph are looked at."""
        here, event = self._world, attempt.first
        parts = Parts(graph=attempt.graph, segments=here.segments, perception=here.perception)
        ledger = here.ledger.until(event.sequence - 1)
        return World(here.settings, ledger, here.keys, StoppedClock(event.occurred_at), parts)

    def _violations(
        self, attempt: Attempt, drafts: Sequence[Draft], files: _Files
    ) -> tuple[Result, ...]:
        at = attempt.first.occurred_at
        verdict = judge(attempt.graph, drafts, at, _read(files), GateEngine.FAST)
        return tuple(one for one in verdict.results if one.severity == _VIOLATION)

    def _then(self, attempt: Attempt) -> _Files:
        active = self._world.policies.at(attempt.first.recorded_at)
        if active is None:
            return ()
        files = self._world.policies.files(active.digest)
        return _key({name: text.encode() for name, text in files.items()})


def _key(files: Mapping[str, bytes]) -> _Files:
    return tuple(sorted(shapes_of(files).items()))


@lru_cache(maxsize=4)
def _read(files: _Files) -> Shapes:
    """The shapes of a bundle; a part that it lacks is the one that attune ships."""
    return read_shapes(dict(files)) if files else packaged()


def _named(attempt: Attempt) -> set[str]:
    """The shapes that refused it."""
    return {str(one["shape"]) for one in _results(attempt)}


def _results(attempt: Attempt) -> list[dict[str, Json]]:
    found = attempt.first.data.get("results")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _row(
    attempt: Attempt, would: Would, results: Sequence[Result], why: str | None = None
) -> dict[str, Json]:
    """An attempt as answers tell of it; values stay out, for they may be personal."""
    told: list[Json] = [
        {"shape": one.shape, "path": one.path, "source": one.source} for one in results
    ]
    incident: ThingId | None = attempt.incident()
    return {
        "message": attempt.message,
        "incident": incident,
        "act": attempt.act,
        "by": attempt.first.actor,
        "at": attempt.first.occurred_at.isoformat().replace("+00:00", "Z"),
        "sequence": attempt.first.sequence,
        "was": "refused" if attempt.refused else "let-through",
        "would": would,
        "shapes": told or [*_results(attempt)],
        **({"why": why} if why is not None else {}),
    }
