"""Right forms of the parts of a book, and cures of the mistakes that YAML stumbles over."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from ontology.marked_yaml import YamlInvalid
from rules.diagnostics import Diagnostic

EXAMPLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "book": "book: escalation",
        "stratum": "stratum: escalate",
        "owner": "owner: team/crisis-office",
        "rules": "rules: [{id: …, reason: …, when: {…}, then: […]}]",
        "tables": "tables: [{id: …, reason: …, hit: U, inputs: […], outputs: […], rows: […]}]",
        "inputs": "inputs: [incident.cluster, spread.window, spread.excess]",
        "outputs": "outputs: [escalate.tier, escalate.within]",
        "rows": "rows: [{when: [preventable, PT1H, at least 10], then: [executive, 15 minutes]}]",
        "complete": "complete: {incident: {cluster: given, severity: given}}",
        "accepts": "accepts: [{finding: shadowed, rule: early-warning, with: surge, reason: …}]",
        "finding": "finding: shadowed",
        "id": "id: runaway-spread",
        "reason": "reason: A complaint that grows by itself needs an executive before it peaks.",
        "when": "when: {spread: {window: PT1H, excess: at least 4}}",
        "then": "then: [{escalate: {tier: executive, within: 15 minutes}}]",
    }
)


LONGEST_LINE: Final = 400
"""Of a line, as much as is looked into for a cure: patterns take long over long lines."""


def yaml_problem(error: YamlInvalid, text: str, file: str) -> Diagnostic:
    """The diagnostic of a text that is no YAML; `file` is only named in it."""
    lines = {n: line[:LONGEST_LINE] for n, line in enumerate(text.splitlines(), 1)}
    for number in (error.line, error.line - 1):  # YAML often notices a line late
        for pattern, reason, cure in _LINES:
            found = pattern.search(lines.get(number, ""))
            if found is not None:
                place = (number, found.start() + 1)
                return _diagnostic(file, place, lines, reason, cure(found))
    for words, reason, example in _WORDS:
        if words in str(error):
            opened = _unclosed(lines) if "bracket" in reason else None
            place = (opened or error.line, 1 if opened else error.column)
            return _diagnostic(file, place, lines, reason, example)
    return _diagnostic(file, (error.line, error.column), lines, str(error), None)


def _diagnostic(
    file: str,
    place: tuple[int, int],
    lines: Mapping[int, str],
    reason: str,
    example: str | None,
) -> Diagnostic:
    return Diagnostic(
        file=file,
        line=place[0],
        column=place[1],
        offending=lines.get(place[0], "").strip()[:80],
        reason=reason,
        example=example,
    )


def _unclosed(lines: Mapping[int, str]) -> int | None:
    """The last line that opens more brackets than it closes."""
    opening = [n for n, line in lines.items() if _count(line, "[{") > _count(line, "]}")]
    return max(opening, default=None)


def _count(line: str, signs: str) -> int:
    return sum(line.count(sign) for sign in signs)


_LINES: Final[tuple[tuple[re.Pattern[str], str, Callable[[re.Match[str]], str]], ...]] = (
    (re.compile(r"\t"), "YAML indents with spaces, not with tabs", lambda _: "two spaces a level"),
    (
        re.compile(r"([\w.]+):\s+([><!][^,}\]]*)"),
        "YAML reads a leading >, < or ! as its own sign; quote the test",
        lambda m: f'{m[1]}: "{m[2].strip()}"',
    ),
    (
        re.compile(r"(\w+):\s+'([^']*'\w[^']*)'?"),
        "an apostrophe ends a text in single quotation marks; use double ones",
        lambda m: f'{m[1]}: "{m[2].strip()}"',
    ),
    (
        re.compile(r"(\w+):\s+(@?\"[^\"]*\"\s*[^,}\]\s#][^,}\]]*)"),
        "quote the whole test with single quotes",
        lambda m: f"{m[1]}: '{m[2].strip()}'",
    ),
    (
        re.compile(r"^\s*-(\w[\w-]*:.*)"),
        "a space follows the dash",
        lambda m: f"- {m[1]}",
    ),
    (
        re.compile(r"\b([a-z_]+):([^\s/,}\]][^,}\]]*)"),
        "a space follows the colon",
        lambda m: f"{m[1]}: {m[2]}",
    ),
    (
        re.compile(r"\{[^{}]*?(\w+:\s[^,:{}\[\]]*?)[\s;]+(\w+:\s[^,{}]*)"),
        "a comma stands between the fields in braces",
        lambda m: f"{{{m[1]}, {m[2]}}}",
    ),
    (
        re.compile(r"^\s*(?:- )?(\w[\w-]*):\s+([^\"'{\[(\s>|][^:#]*:\s.*)"),
        "a text with a colon is quoted",
        lambda m: f'{m[1]}: "{m[2].strip()}"',
    ),
)
_WORDS: Final = (
    (
        "but found '-'",
        "a list goes on here that did not begin with a dash; begin every member with `- `",
        EXAMPLES["then"],
    ),
    (
        "expected <block end>",
        "is indented unlike the lines it belongs to; fields of one rule begin in one column",
        "two spaces a level",
    ),
    (
        "mapping values are not allowed",
        "is indented further than the line before, which has a value; begin a rule with `- id:`",
        "- id: runaway-spread",
    ),
    (
        "expected ',' or",
        "opens a bracket that is not closed",
        "notify: [team/legal, team/communications]",
    ),
    (
        "while scanning a quoted scalar",
        "opens a quotation mark that is not closed",
        '"at least 4"',
    ),
)
