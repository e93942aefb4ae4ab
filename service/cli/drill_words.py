"""Drills in words on the command line: where one stands, its story, its score."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from service.cli.calling import rows, texts

if TYPE_CHECKING:
    from ontology.events import Json


def standing(found: "Mapping[str, Json]") -> Iterator[str]:
    """A drill as it stands, for whoever leads it with what is still to come."""
    yield f"{found['id']}  {found['state']}  {found['title']}"
    if "local_time" in found:
        yield f"    {found['local_time']}, minute {found['minute']}"
    for one in rows(found["people"]):
        yield f"    {one['person']}: {'+'.join(texts(one['roles']))}"
    for one in rows(found.get("ahead")):
        yield f"    ahead: {one['inject']} after {one['after']}, {one['title']}"


def event(one: "Mapping[str, Json]") -> str:
    """One event of the story."""
    said = one.get("title") or one.get("text") or one.get("act") or one.get("tier") or ""
    who = one.get("from") if one["what"] == "told" else one["by"]
    return f"{one['sequence']:>6}  {one['minute']:>7}  {one['what']:<8} {who}: {said}"


def score(found: "Mapping[str, Json]") -> Iterator[str]:
    """Acts, answers, figures, and what to practise next."""
    for one in rows(found["acts"]):
        took = f", {one['minutes']} minutes" if one["minutes"] is not None else ""
        yield f"{one['outcome']:<10} {one['id']}: {one['act']} within {one['within']}{took}"
    answers = found["answers"]
    for one in rows(answers.get("points") if isinstance(answers, dict) else []):
        sides = (f"{who} {_side(one[who])}" for who in ("people", "reference", "rules"))
        yield f"{one['point']}: {'; '.join(sides)}"
    figures = found["figures"]
    for name, figure in figures.items() if isinstance(figures, dict) else ():
        yield f"{name}: {_figure(figure)}"
    yield from (f"next: {words}" for words in texts(found["next"]))


def _side(value: "Json") -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(str, value)) or "nothing"
    return str(value or "nothing")


def _figure(figure: "Json") -> str:
    one = figure if isinstance(figure, dict) else {}
    if "withheld" in one:
        return f"withheld: {one['withheld']}"
    value, low, high = (float(str(one[name])) for name in ("value", "low", "high"))
    return f"{value:.0%} ({low:.0%} to {high:.0%}, n = {one['n']})"
