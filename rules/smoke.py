"""A trial run of a policy on every engine, on facts made from the examples of their shapes."""

from collections.abc import Iterator
from datetime import datetime

from ontology.facts import Catalogue, Fact, FactInvalid, Origin
from ontology.kinds import Field, Kind
from ontology.values import Value
from rules.policy import Policy
from rules.strata import Engines, evaluate
from rules.unary import value

_ORIGIN = Origin(source="request", ref="/trial")
MOST_OF_A_KIND = 12


class TrialFailed(RuntimeError):
    """A policy compiles but does not run as it must."""


def exercise(policy: Policy, catalogue: Catalogue, at: datetime) -> int:
    """Evaluate a policy on no facts, on one of each kind, on several; the number of firings.

    Raises:
        TrialFailed: an engine failed, or engines disagreed.
    """
    engines = Engines.of(policy)
    given = [kind for kind in catalogue.kinds.values() if kind.stratum is None]
    several = [fact for kind in given for fact in _several(kind, catalogue)]
    total = 0
    for facts in ([], [_example(kind, catalogue) for kind in given], several):
        found = evaluate(policy, facts, at, engines)
        if engines.faults:
            raise TrialFailed("; ".join(engines.faults))
        if found.disagreements or found.errors:
            named = [*found.disagreements, *(error.rule for error in found.errors)]
            raise TrialFailed(f"engines disagree or fail on {', '.join(named)}")
        total += len(found.firings)
    return total


def _example(kind: Kind, catalogue: Catalogue) -> Fact:
    fields = kind.fields.values()
    return catalogue.fact(kind.name, {f.name: value(f.example, f) for f in fields}, _ORIGIN)


def _several(kind: Kind, catalogue: Catalogue) -> Iterator[Fact]:
    """The example of a kind, and the same with each other value that a field allows."""
    example = _example(kind, catalogue)
    yield example
    others = [(f, one) for f in kind.fields.values() for one in _others(f)]
    for field, other in others[: MOST_OF_A_KIND - 1]:
        try:
            yield catalogue.fact(kind.name, {**example.values, field.name: other}, _ORIGIN)
        except FactInvalid:  # a bound that the example's neighbour oversteps
            continue


def _others(field: Field) -> tuple[Value, ...]:
    ends = (field.minimum, field.maximum)
    return (*field.allowed, *(one for one in ends if one is not None))
