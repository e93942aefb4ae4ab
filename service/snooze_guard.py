"""The guard of snoozes: which rule, for what, how long; a refusal says why."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from knowledge.graph import Graph
from ontology.events import Json
from ontology.identity import IdentityInvalid, Scope, ThingId, kind_of, thing_id
from ontology.lifecycle import ActRefused
from ontology.lifecycle_data import DataProblem, duration
from rules.diagnostics import near
from rules.snoozing import ABOUT, refusal
from service.clock import Clock
from service.policies import Policies
from service.snoozes import Snoozes

LONGEST: Final = timedelta(days=7)


class SnoozeGuard:
    """Refuses to snooze what protects people, what nobody knows, and for too long."""

    def __init__(self, policies: Policies, graph: Graph, clock: Clock, snoozes: Snoozes) -> None:
        """Judge by the active policy, the graph and the snoozes, as of the moment."""
        self._policies: Final = policies
        self._graph: Final = graph
        self._clock: Final = clock
        self._snoozes: Final = snoozes

    def __call__(self, thing: ThingId, act: str, data: Mapping[str, Json]) -> tuple[Scope, ...]:
        """The scope that two snoozes of the same rule for the same thing would both write.

        Raises:
            ActRefused: with every reason.
        """
        known = self._snoozes.get(thing)
        if act == "begin":
            rule, about = str(data.get("rule")), str(data.get("about"))
        elif act == "renew" and known is not None:
            rule, about = known.rule, str(known.about)
        else:
            return ()
        problems = [*self._rule(rule), *self._about(about), *_length(data.get("within"))]
        if act == "begin":
            problems += self._twice(rule, about)
        if problems:
            raise ActRefused(act, tuple(problems), ())
        return ()

    def _rule(self, name: str) -> Iterator[DataProblem]:
        policy = self._policies.current().policy
        rules = {rule.id: rule for rule in policy.rules}
        if name not in rules:
            meant = near(name, rules)
            hint = f"; did you mean {meant!r}?" if meant else ""
            yield DataProblem("rule", f"the active policy has no rule {name[:80]!r}{hint}")
        elif (why := refusal(rules[name], policy)) is not None:
            yield DataProblem("rule", f"{name} can't be snoozed: {why}")

    def _about(self, name: str) -> Iterator[DataProblem]:
        try:
            about = thing_id(name)
        except IdentityInvalid as error:
            yield DataProblem("about", str(error))
            return
        if kind_of(about) not in ABOUT:
            kinds = ", ".join(ABOUT)
            yield DataProblem("about", f"{name[:80]!r} is none of {kinds}; write incident/…")
        elif not self._graph.exists(about):
            yield DataProblem("about", f"there is no {name[:140]!r} here")

    def _twice(self, rule: str, about: str) -> Iterator[DataProblem]:
        same = self._snoozes.same(rule, about, self._clock.now())
        if same is not None:
            words = f"{rule} is snoozed for {about} already, until {same.until.isoformat()}"
            yield DataProblem("state", f"{words}; renew {same.id}")


def _length(within: Json) -> Iterator[DataProblem]:
    if isinstance(within, str) and duration(within) > LONGEST:
        yield DataProblem("within", f"{within!r} is longer than 7 days; write P7D or less")
