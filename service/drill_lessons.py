"""What to practise next, as the score of a drill shows it."""

from collections.abc import Iterator, Mapping, Sequence

from ontology.events import Json
from service.drill_deeds import Deed


def lessons(
    done: Sequence[Deed],
    three: Mapping[str, Json],
    words: Sequence[Mapping[str, Json]],
    against: Sequence[Json],
    refused: Sequence[Json],
) -> Iterator[str]:
    """What to practise next: acts, answers, words, what contradicts, what was refused."""
    yield from (said for one in done if (said := _of_act(one)) is not None)
    yield from (said for one in _rows(three["points"]) if (said := _of_point(one)) is not None)
    for each in words:
        for row in _rows(each["criteria"]):
            if row["kept"] is False:
                yield f"{each['text']}: a better text {row['criterion']}."
    if not words:
        yield "Words: nobody wrote any; a drill without a text practises half of it."
    if against:
        yield f"Contradictions: {len(against)}; agree on the core claims before anybody writes."
    if refused:
        yield f"The gate refused {len(refused)} times; read what it said before the next drill."


def _of_act(one: Deed) -> str | None:
    name, act = one.expected.id, one.expected.act
    said = {
        "missing": f"{name}: nobody did {act}. {one.expected.why}",
        "by-others": f"{name}: {one.by} did {act}, which is for {one.expected.who}.",
        "late": f"{name}: {act} took {one.minutes} minutes, not {one.expected.within}.",
    }
    return said.get(one.outcome)


def _of_point(point: Mapping[str, Json]) -> str | None:
    name, people, right = point["point"], point["people"], point["reference"]
    if people is None:
        return f"{name}: nobody answered; say it aloud and record it."
    if point["people_agree_with_reference"] is not False:
        return None
    return f"{name}: you said {_listed(people)}; the reference says {_listed(right)}."


def _listed(value: Json) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _rows(value: Json) -> list[dict[str, Json]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
