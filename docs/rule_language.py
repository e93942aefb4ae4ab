"""The reference of the rule language as Markdown; its examples are tried while it is made."""

import re
from datetime import timedelta
from typing import Final

from docs.answers import OPEN, answers
from docs.calculations import calculations
from docs.questions import questions
from docs.quoting import parted, says
from docs.reference import table
from docs.trials import AT, book, fires, said, said_of_cases, said_of_policy
from ontology.facts import STRATA, catalogue
from rules import parts
from rules.case import LISTS, SCALARS, Place, shape_of
from rules.limits import LIMITS
from rules.temporary import PREFIX
from rules.yaml_cures import EXAMPLES

_YAML: Final = (
    ("a: &x 1\nb: *x", "An anchor and its alias"),
    ("a: !!str 1", "A tag"),
    ("a: 1\n---\nb: 2", "A second document"),
    ("a: [1, 2", "A bracket that is not closed"),
    ("", "An empty file"),
)


def language() -> str:
    """The whole reference."""
    made = (_files, _books, _strata, questions, answers, _cases, calculations, _limits)
    text = "".join(part() for part in made)
    heads = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    return f"{' · '.join(map(_linked, heads))}\n{text}"


def _linked(head: str) -> str:
    """A link to a heading."""
    anchor = re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-")
    return f"[{head}](#{anchor})"


def _files() -> str:
    rows = [(what, _written(text), says(said(text))) for text, what in _YAML]
    return "\n## Files\nYAML 1.2. Refused are:\n\n" + table(("what", "written", "it says"), rows)


def _written(text: str) -> str:
    return f"`{text}`".replace("\n", "⏎") if text else "nothing"


def _books() -> str:
    bare = book().replace("owner: team/crisis-office\n", "")
    mute = book().replace("    reason: An example.\n", "")
    strange = book().replace("    when:", "    covres: ['1.1']\n    when:")
    return (
        "\n## A book\n"
        + parted(parts.BOOK, parts.BOOK_NEEDS)
        + f"\nWithout an owner: {says(said(bare))}\n"
        + _declared()
        + "\n## A rule\n"
        + parted(parts.RULE, parts.RULE_NEEDS)
        + f"\nWithout a reason: {says(said(mute))}\n\n`covres`: {says(said(strange))}\n"
        + _effective()
    )


def _declared() -> str:
    end = "rules:"
    joined = book().replace(end, f"complete: {{absent: {{incident: given}}}}\n{end}")
    strange = book().replace(end, f"accepts: [{{finding: shaded, reason: Meant.}}]\n{end}")
    return (
        "\n### complete\n"
        f"Facts of which some rule of the book must fire: `{EXAMPLES['complete']}` says that "
        "no known responsibility and severity may be without a rule. One fact of a kind, of "
        "which every test counts; `attune rules verify` tells the gaps.\n\n"
        f"With an absence: {says(said(joined))}\n"
        "\n### accepts\n"
        + parted(parts.ACCEPTED, parts.ACCEPTED_NEEDS)
        + f"\n`{EXAMPLES['accepts']}`\n"
        + f"\n`finding: shaded`: {says(said(strange))}\n"
    )


def _effective() -> str:
    text = book(more="effective: {from: 2026-10-01, until: 2026-11-01}")
    wrong = said(book(more="effective: {from: 1.10.2026}"))
    endless = said_of_policy(book().replace("example", f"{PREFIX}example", 1))
    times = (
        ("2026-09-30 23:59:59", AT.replace(hour=0) - timedelta(seconds=1)),
        ("2026-10-01 00:00", AT.replace(hour=0)),
        ("2026-11-01 00:00", AT.replace(month=11, hour=0)),
    )
    rows = [(name, "fires" if fires(text, OPEN, at) else "stays quiet") for name, at in times]
    return (
        "\n### effective\n"
        + parted(parts.EFFECTIVE)
        + "\n`effective: {from: 2026-10-01, until: 2026-11-01}`, a rule whose facts are there:\n\n"
        + table(("UTC", "it"), rows)
        + f"\n`effective: {{from: 1.10.2026}}`: {says(wrong)}\n"
        + f"\nIn a book named `{PREFIX}…` a rule without `until`: {says(endless)}\n"
    )


def _strata() -> str:
    kinds = catalogue().kinds.values()
    rows = [
        (
            f"`{name}`",
            ", ".join(f"`{kind.verb}`" for kind in kinds if kind.stratum == name),
            ", ".join(f"`{kind.name}`" for kind in kinds if kind.stratum == name),
        )
        for name in STRATA
    ]
    early = said(book(stratum="recover"))
    late = said(book(when="{prohibition: {name: denial}}"))
    return (
        "\n## Strata\nThey run in this order. A rule concludes facts of its own stratum or of a "
        "later one, and reads those that earlier ones concluded, which are complete by then.\n\n"
        + table(("stratum", "its actions", "complete after it"), rows)
        + f"\nToo late to conclude: {says(early)}\n\nToo early to read: {says(late)}\n"
    )


def _cases() -> str:
    rows = [(f"`{name}`", "", _may(place)) for name, place in SCALARS.items()]
    rows += [
        (f"`{name}`", f"`{part}`", _may(place))
        for name, members in LISTS.items()
        for part, place in members.items()
    ]
    wrong = "cases: [{note: A case, given: {incident: {phase: open}}, want: {tier: boss}}]"
    return (
        "\n## Cases\nA case table is a mapping `cases: [{…}, …]`; [case-tables.md](case-tables.md)"
        " says how to judge one.\n\n"
        + parted(parts.CASE, parts.CASE_NEEDS)
        + "\n### What a case may want\nA list has members by their first part, or by several.\n\n"
        + table(("wanted", "part", "may be"), rows)
        + f"\n`want: {{tier: boss}}`: {says(said_of_cases(wrong))}\n"
    )


def _may(place: Place) -> str:
    """What a part of a decision may be."""
    shape = shape_of(place, catalogue())
    return ", ".join(f"`{name}`" for name in shape.allowed) or f"like `{shape.example}`"


def _limits() -> str:
    rows = [(one.means, f"{one.most:,.0f}") for one in LIMITS]
    return "\n## Limits\n" + table(("of", "at most"), rows)
