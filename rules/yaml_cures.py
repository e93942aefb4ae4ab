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
        "id": "id: runaway-spread",
        "reason": "reason: A complaint that grows by itself needs an executive before it peaks.",
        "when": "when: {spread: {window: PT1H, excess: at least 4}}",
        "then": "then: [{escalate: {tier: executive, within: 15 minutes}}]",
    }
)


def yaml_problem(error: YamlInvalid, text: str, file: str) -> Diagnostic:
    """The diagnostic of a text that is no YAML; `file` is only named in it."""
    lines = dict(enumerate(text.splitlines(), 1))
    for number in (error.line, error.line - 1):  # YAML often notices a line late
        for pattern, reason, cure in _YAML_CURES:
            found = pattern.search(lines.get(number, ""))
            if found is not None:
                return Diagnostic(
                    file=file,
                    line=number,
                    column=found.start() + 1,
                    offending=lines[number].strip()[:80],
                    reason=reason,
                    example=cure(found),
                )
    return Diagnostic(
        file=file,
        line=error.line,
        column=error.column,
        offending=lines.get(error.line, "").strip()[:80],
        reason=str(error),
    )


_YAML_CURES: Final[tuple[tuple[re.Pattern[str], str, Callable[[re.Match[str]], str]], ...]] = (
    (re.compile(r"\t"), "YAML indents with spaces, not with tabs", lambda _: "two spaces a level"),
    (
        re.compile(r":\s+([><!][^,}\]]*)"),
        "YAML reads a leading >, < or ! as its own sign; quote the test",
        lambda m: f': "{m[1].strip()}"',
    ),
    (
        re.compile(r":\s+(@?\"[^\"]*\"\s*[^,}\]\s#][^,}\]]*)"),
        "quote the whole test with single quotes",
        lambda m: f": '{m[1].strip()}'",
    ),
    (
        re.compile(r"\b([a-z_]+):([^\s/,}\]][^,}\]]*)"),
        "a space follows the colon",
        lambda m: f"{m[1]}: {m[2]}",
    ),
    (
        re.compile(r":\s+([^\"'{\[\s][^:#]*:\s.*)"),
        "a text with a colon is quoted",
        lambda m: f': "{m[1].strip()}"',
    ),
)
