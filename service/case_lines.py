"""Cases on a terminal, and as JSON of the command line: pages of a search, one case."""

from collections.abc import Iterator, Mapping

from knowledge.precedents import Hit
from ontology.events import Json
from service.case_search import Page

_MOST_VALUES = 6
_RECOVERY = (
    ("half_life", "half-life from the trough, hours"),
    ("area", "lost: baseline less curve, value times hours"),
    ("recovered", "recovered, hours after it became known"),
)


def page_json(page: Page) -> dict[str, object]:
    """A page of a search."""
    items = [
        {"score": hit.score, **hit.precedent.to_json(), "why": why}
        for hit, why in zip(page.hits, page.why, strict=True)
    ]
    return {
        "items": items,
        "searched": page.searched,
        "nothing_similar": not items,
        "weak": page.weak,
        "language": page.language,
        "language_supported": page.understood,
        "absent": [*page.absent],
        "facets": {name: {str(v): n for v, n in of.items()} for name, of in page.facets.items()},
        "cursor": page.cursor,
    }


def page_lines(page: Page, *, facets: bool) -> Iterator[str]:
    """A page of a search: each case with why it is similar, then where the list goes on."""
    if not page.searched:
        yield "No precedents are loaded yet; run: attune precedents load"
        return
    yield from _question(page)
    if page.hits:
        yield f"{len(page.hits)} of {page.searched} cases"
    else:
        more = f" ({page.weak} weak matches; --all shows them)" if page.weak else ""
        yield f"Nothing similar among {page.searched} cases{more}."
    for hit, why in zip(page.hits, page.why, strict=True):
        yield from _hit(hit, why)
    if facets:
        for name, values in page.facets.items():
            told = ", ".join(f"{v} {n}" for v, n in [*values.items()][:_MOST_VALUES])
            yield f"{name:<9} {told}"
    if page.cursor is not None:
        yield f"more: --cursor {page.cursor}"


def _question(page: Page) -> Iterator[str]:
    if not page.understood:
        yield f"The question reads as {page.language!r}; cases are found by English: ask in it."
    if page.absent:
        yield f"In no case: {', '.join(page.absent)}"


def _hit(hit: Hit, why: Mapping[str, Json]) -> Iterator[str]:
    case = hit.precedent
    invented = ", invented" if case.invented else ""
    facts = ", ".join(filter(None, [case.date, case.severity, case.cluster, case.source]))
    yield f"{hit.score:.2f}  {case.title}  ({case.id}; {facts}{invented})"
    terms, sentences = why["terms"], why["sentences"]
    shared = ", ".join(map(str, terms)) if isinstance(terms, list) else ""
    best = sentences[0] if isinstance(sentences, list) and sentences else None
    near = f"“{best['text']}” {best['score']:.2f}" if isinstance(best, dict) else None
    for name, value in (
        ("near", near),
        ("words", shared),
        ("strategy", ", ".join(case.strategy)),
        ("outcome", case.outcome),
        ("lesson", case.lesson),
        ("see", case.reference),
    ):
        if value:
            yield f"      {name:<9}{value}"


def case_lines(said: Mapping[str, Json], checked: Mapping[str, Json]) -> Iterator[str]:
    """One case; of a draft what was replaced, what to look at, and the digest to sign."""
    yield f"{said['id']}  {said['state']}  {said['title']}"
    for name in ("text", "said", "outcome", "lesson"):
        if said.get(name):
            yield f"  {name:<9}{said[name]}"
    yield from _course(said)
    for one in _rows(checked.get("replaced")):
        words = f"{one['original']!r} → {one['placeholder']}"
        yield f"  replaced {words} in {one['where']}: {one['why']}"
    left = checked.get("look_at")
    if isinstance(left, list) and left:
        yield f"  look at  {', '.join(map(str, left))}"
    if "digest" in said:
        yield f"  digest   {said['digest']}"


def _course(said: Mapping[str, Json]) -> Iterator[str]:
    for one in _rows(said.get("timeline")):
        yield f"  {one['after']!s:<10}{one['what']}"
    for one in _rows(said.get("figures")):
        yield f"  {one['name']} {one['value']} at {one['after']} (n = {one['n']})"
    for one in _rows(said.get("recovery")):
        yield f"  {one['measure']}: {one['answer']}; {one['why']}"
        for name, words in _RECOVERY:
            yield f"    {words}: {_figure(one.get(name))}"


def _figure(said: Json) -> str:
    if not isinstance(said, dict):
        return "withheld"
    if "withheld" in said:
        return f"withheld: {said['withheld']} (n = {said['n']})"
    low, high = ("open" if said[end] is None else said[end] for end in ("low", "high"))
    return f"{said['value']} ({low} to {high}; n = {said['n']})"


def _rows(value: Json) -> Iterator[Mapping[str, Json]]:
    yield from (one for one in value if isinstance(one, dict)) if isinstance(value, list) else ()
