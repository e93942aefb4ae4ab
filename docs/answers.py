"""The part of the reference on what rules conclude: actions, and the tables of books."""

from collections.abc import Mapping
from typing import Final

from docs.quoting import compact, parted, says
from docs.reference import table
from docs.trials import book, conclusions, of_table, said
from ontology.events import Json
from ontology.facts import catalogue
from rules import parts
from rules.construct import Concluding
from rules.forms_of_rules import BOTH, CONCLUDING, NEITHER, SETTLING, TABLE
from rules.rule_tables import HITS

OPEN: Final[Mapping[str, Json]] = {"incident": {"phase": "open"}}


def answers() -> str:
    """What a `then` may say, and tables whose rows are rules."""
    return _then() + _tables()


def _then() -> str:
    return "\n## then: actions\n" + "".join(map(_concluded, CONCLUDING)) + "\n" + _verbs()


def _concluded(form: Concluding) -> str:
    stratum = "escalate" if "escalate" in form.then else "require"
    found = conclusions(book(then=form.then, stratum=stratum), OPEN)
    told = {kind: facts for kind, facts in found.items() if kind != "rules"}
    return (
        f"\n### {form.name}\n{form.form}: {form.means}\n\n"
        f"- `then: {form.then}` concludes {compact(told)}\n"
        f"- Missing: {form.missing}\n"
        f"- `then: {form.wrong}`: {says(said(book(then=form.wrong, stratum=stratum)))}\n"
    )


def _verbs() -> str:
    rows = [
        (f"`{verb}`", f"`{kind.name}`", f"`{kind.main}`", ", ".join(f"`{n}`" for n in kind.fields))
        for verb, kind in catalogue().verbs().items()
    ]
    return "### All actions\n" + table(("action", "concludes", "main field", "fields"), rows)


def _tables() -> str:
    shown = TABLE.format(hit="…", second="…")
    rows = [(f"`{hit}` {word}", SETTLING[hit].means, *_settled(hit)) for hit, word in HITS.items()]
    return (
        "\n## Tables of a book\nEach row is a rule.\n\n"
        + parted(parts.TABLE, parts.TABLE_NEEDS)
        + "\nOf a row:\n\n"
        + parted(parts.ROW, parts.ROW_NEEDS)
        + f"\n### Hit policies of a book\n```yaml\n{shown}```\nThe second row gives `executive`, "
        "and with A, where it must agree, `crisis-team`.\n\n"
        + table(("hit", "what it does", "both rows hold", "neither", "rows that differ"), rows)
        + "\nMistakes:\n\n"
        + table(("written", "it says"), _mistakes())
    )


def _mistakes() -> list[tuple[str, str]]:
    """What is said of tables with a slip."""
    slips = (
        (
            "P",
            ", allowed: [executive, crisis-team]",
            "",
            "hit: P, outputs: [{name: escalate.tier}]",
        ),
        ("C", 'preventable, "-"', "preventable", "when: [preventable]"),
        ("C", "incident.cluster,", "cluster,", "inputs: [cluster, incident.severity]"),
        ("C", "[crisis-team]", "[crisis]", "then: [crisis]"),
        ("F", "", "", "hit: F"),
    )
    return [(f"`{shown}`", says(said(of_table(hit).replace(a, b)))) for hit, a, b, shown in slips]


def _settled(hit: str) -> tuple[str, str, str]:
    """What the table concludes where both rows hold, where none does; what is said of it."""
    text = of_table(hit, "crisis-team" if hit == "A" else "executive")
    wrong = said(of_table(hit))
    if said(text):
        return "refused", "", says(wrong)
    return _tiers(text, BOTH), _tiers(text, NEITHER), says(wrong) if wrong else "allowed"


def _tiers(text: str, given: Mapping[str, Json]) -> str:
    found = conclusions(text, given).get("escalation")
    members = found if isinstance(found, list) else []
    return ", ".join(str(one["tier"]) for one in members if isinstance(one, dict)) or "nothing"
