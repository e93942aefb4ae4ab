"""The reasons of a recorded decision, in the same words over HTTP and on the command line."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from ontology.decisions import Decision
from ontology.events import Event, Json
from ontology.facts import STRATA
from rules.counterfactual import Aspect, counterfactuals
from rules.explanation import explain
from rules.rulebook import Rule
from rules.strata import evaluate
from rules.whynot import WhyNot, why_not
from service import desk
from service.policies import Compiled
from service.world import World


class RuleUnknown(ValueError):
    """The policy of a decision has no rule of that name; `nearest` are three like it at most."""

    def __init__(self, rule: str, known: Iterable[str]) -> None:
        """Look for the nearest names."""
        names = [*known]
        self.rule = rule
        self.nearest = tuple(get_close_matches(rule, names, n=3)) or tuple(names[:1])
        alike = " or ".join(repr(name) for name in self.nearest)
        super().__init__(f"The policy of this decision has no rule {rule[:80]!r}; it has {alike}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """A recorded decision with the policy that it names."""

    event: Event
    decision: Decision
    policy: Compiled

    @classmethod
    def of(cls, world: World, event: Event) -> "Reasons":
        """The reasons of one event.

        Raises:
            Erased: it was about a person who was erased.
        """
        decision = desk.stored(event)
        return cls(event=event, decision=decision, policy=world.policies.get(decision.policy))

    def why(self) -> dict[str, Json]:
        """The rules that counted, what they saw, and where each fact comes from."""
        told = explain(self.decision, self.policy.policy)
        return {"id": self.event.id, "text": told.text(), **told.to_json()}

    def why_not(self, name: str) -> dict[str, Json]:
        """Which conditions of a rule failed, and by how much.

        Raises:
            RuleUnknown: there is no such rule.
        """
        rules = {rule.id: rule for rule in self.policy.policy.rules}
        rule = rules.get(name)
        if rule is None:
            raise RuleUnknown(name, rules)
        told = self._quiet([rule])[0]
        return {"id": self.event.id, "text": told.text(), **told.to_json()}

    def nearest(self, most: int) -> list[dict[str, Json]]:
        """The rules that stayed quiet and were nearest to firing: fewest conditions failed.

        Those that only name what something is are left out; those that escalate come first.
        """
        rules = [one for one in self.policy.policy.rules if one.stratum != STRATA[0]]
        quiet = [one for one in self._quiet(rules) if not one.fires and one.in_effect]
        order = ("escalate", *STRATA)
        quiet.sort(key=lambda one: (one.missing, order.index(one.rule.stratum), one.rule.id))
        return [
            {"reason": one.rule.reason, "text": one.text(), **one.to_json()}
            for one in quiet[:most]
        ]

    def _quiet(self, rules: Iterable[Rule]) -> list[WhyNot]:
        facts, at = desk.facts_of(self.event), self.decision.at
        seen = evaluate(self.policy.policy, facts, at, self.policy.engines)
        fired = {firing.rule for firing in seen.firings}
        return [why_not(rule, seen.facts, at, fired=rule.id in fired) for rule in rules]

    def otherwise(self, of: Aspect) -> dict[str, Json]:
        """The smallest changes of facts after which the tier or the routes would be others."""
        found = counterfactuals(
            desk.facts_of(self.event),
            self.policy.policy,
            self.decision.at,
            self.policy.engines,
            of,
        )
        items: list[Json] = [{**one.to_json(), "text": one.text()} for one in found]
        return {"id": self.event.id, "of": of, "items": items}

    def picture(self) -> bytes:
        """The derivation as SVG: facts on the left, conclusions to the right."""
        from service.derivation import draw  # noqa: PLC0415 - matplotlib comes with it

        return draw(self.decision, self.policy.policy)
