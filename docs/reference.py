"""The ontology's own tables as Markdown: lifecycles, kinds of facts, types of records, shapes."""

from collections.abc import Iterable, Iterator, Sequence

from ontology.facts import catalogue
from ontology.kinds import STRATA, Field, Kind
from ontology.lifecycle_file import lifecycles
from ontology.lifecycle_terms import Act, DeadlineRule, Lifecycle, State
from ontology.record_types import Property, RecordType
from ontology.schema import schema
from ontology.shape_catalogue import ShapeTold, told
from ontology.shape_files import shapes as packaged
from ontology.values import duration_text


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    cells = ([cell.replace("|", r"\|") for cell in row] for row in lines)
    return "".join(f"| {' | '.join(row)} |\n" for row in cells)


def lives() -> str:
    """Every lifecycle: its states with deadlines, its acts with roles."""
    return "".join(map(_life, lifecycles().values()))


def _life(one: Lifecycle) -> str:
    states = [
        (f"`{s.name}`", _flag(s), s.comment, "; ".join(map(_deadline, s.deadlines)))
        for s in one.states.values()
    ]
    acts = map(_act, one.acts.values())
    born = f" Born by the event `{one.born}`, as `{one.initial}`." if one.born else ""
    return (
        f"\n## {one.kind}\n{one.comment}{born}\n\n"
        + table(("state", "", "meaning", "deadlines"), states)
        + "\n"
        + table(("act", "from", "to", "who", "carries", "meaning"), acts)
    )


def _flag(state: State) -> str:
    return "terminal" if state.terminal else "resting" if state.resting else ""


def _deadline(rule: DeadlineRule) -> str:
    said = f"`{rule.from_field}` of the act" if rule.from_field else f"`{rule.from_record}`"
    within = duration_text(rule.within) if rule.within else said
    return f"{rule.name}: {within}, then `{rule.lapse}`"


def _act(act: Act) -> Sequence[str]:
    carries = [
        f"{field.name}{'' if field.required else ' (may be left out)'}: {field.type}"
        + (f" of {', '.join(field.of)}" if field.of else "")
        for field in act.data.values()
    ]
    bounds = [f"not by who did {name}" for name in act.not_by]
    bounds += [f"by {act.persons} people"] if act.persons > 1 else []
    if act.persons_from is not None:
        bounds.append(f"by as many people as {'.'.join(act.persons_from)} says")
    who = ", ".join([*sorted(act.roles), *bounds])
    sources = ", ".join(f"`{name}`" for name in act.sources)
    return f"`{act.name}`", sources, f"`{act.to}`", who, "; ".join(carries), act.comment


def facts() -> str:
    """Every kind of fact: those that are given, then those that rules conclude."""
    kinds = catalogue().kinds.values()
    given = [kind for kind in kinds if kind.stratum is None]
    concluded = [kind for name in STRATA for kind in kinds if kind.stratum == name]
    return (
        "\n# Given by the situation\n"
        + "".join(map(_kind, given))
        + f"\n# Concluded by rules\nThe strata in their order: {' → '.join(STRATA)}.\n"
        + "".join(map(_kind, concluded))
    )


def _kind(kind: Kind) -> str:
    stratum = f" Stratum *{kind.stratum}*; action `{kind.verb}`." if kind.stratum else ""
    rows = [
        (_name(field), _holds(field), field.comment, f"`{field.example}`")
        for field in kind.fields.values()
    ]
    shown = table(("field", "holds", "meaning", "example"), rows)
    return f"\n## {kind.name}\n{kind.comment}{stratum}\n\n{shown}"


def _name(field: Field) -> str:
    return f"**`{field.name}`**" if field.key else f"`{field.name}`"


def _holds(field: Field) -> str:
    if field.allowed:
        return ", ".join(field.allowed)
    bounds = [
        f"{sign} {bound}"
        for sign, bound in (("≥", field.minimum), ("≤", field.maximum))
        if bound is not None
    ]
    unit = f" ({field.unit})" if field.unit and field.unit != "1" else ""
    kind = f"`{field.refers}/…`" if field.refers else field.datatype.value
    return " ".join([kind + unit, *bounds])


def records() -> str:
    """Every type of record with its properties."""
    return "".join(_record(one) for one in schema().types.values() if one.recordable)


def _record(one: RecordType) -> str:
    rows = [
        (f"`{name}`", " · ".join(_marks(one, prop)), _values(prop), prop.comment or prop.label)
        for name, prop in one.properties.items()
        if not prop.by_act
    ]
    note = " *Pseudonymous.*" if one.pseudonymous else ""
    shown = table(("property", "", "holds", "meaning"), rows)
    return f"\n## {one.name}\n{one.comment} Ids: `{one.kind}/…`.{note}\n\n{shown}"


def _marks(one: RecordType, prop: Property) -> Iterator[str]:
    if prop.name in one.required:
        yield "required"
    if prop.personal:
        yield "personal"
    if not prop.functional and prop.name not in one.single:
        yield "may be a list"


def _values(prop: Property) -> str:
    if prop.choices:
        return ", ".join(prop.choices)
    if prop.refers:
        return " or ".join(f"`{kind}/…`" for kind in prop.refers)
    return prop.datatype.value if prop.datatype else "text"


def shapes() -> str:
    """Every shape of the gate by the type that it judges: what it refuses, what mends that."""
    known = packaged()
    return "".join(_judging(name, told(known)) for name in known.targets)


def _judging(name: str, every: Iterable[ShapeTold]) -> str:
    rows = [_shape(one) for one in every if name in one.types]
    head = ("shape", "asks of", "refusal", "cure", "severity", "point")
    return f"\n## {name}\n{table(head, rows)}"


def _shape(one: ShapeTold) -> Sequence[str]:
    place = f"`{one.name}`<br>{one.source.rpartition('/')[2].rpartition(':')[0]}"
    path = f"`{one.path}`" if one.path else ""
    severity = one.severity.lower()
    return place, path, one.refusal, one.cure, severity, ", ".join(one.covers)
