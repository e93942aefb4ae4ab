"""The parts of books, rules, tables and cases: their names, and what each of them says.

Readers take the names, the editor's schema and the reference the words.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

BOOK: Final[Mapping[str, str]] = MappingProxyType(
    {
        "book": "The name of the book.",
        "stratum": "When its rules run; what a stratum concludes, later ones read.",
        "owner": "The team or person who answers for it.",
        "rules": "The rules, each beginning with `- id:`.",
        "tables": "Decision tables, each row of which is a rule.",
        "complete": "What its rules must leave no gap in: facts, as a `when` has them.",
        "accepts": "Findings of `attune rules verify` that are meant, each with its reason.",
    }
)
BOOK_NEEDS: Final = ("book", "stratum", "owner")
RULE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "id": "Small letters and hyphens; no two rules of a policy have the same id.",
        "reason": "Why it is there, in plain words; it stands in every explanation.",
        "when": "What must be so: kinds of facts, and tests of their fields.",
        "then": "What follows: actions, each of which concludes a fact.",
        "owner": "The team or person who answers for it; that of the book where it is left out.",
        "covers": "Numbers of the mission's map that it serves.",
        "effective": "From when on, and until when (no longer then), it is in force.",
        "note": "For readers; the engines never see it.",
    }
)
RULE_NEEDS: Final = ("id", "reason", "when", "then")
TABLE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "id": "Its rules are named after it: `tier-by-spread-1`, `tier-by-spread-2`.",
        "reason": "Why it is there; a row without a note of its own gives this reason.",
        "hit": "What happens where several rows hold: U, A, C or P; U where it is left out.",
        "inputs": "The fields that are tested: `incident.cluster`.",
        "outputs": "The fields that are concluded: `escalate.tier`; for P with what is allowed.",
        "rows": "The rows, a rule each.",
        "complete": "What its rows must leave no gap in, as a `when` has it; left out, whatever "
        "the inputs may be (with the hit policy C: nothing).",
        "owner": RULE["owner"],
        "covers": RULE["covers"],
        "effective": RULE["effective"],
        "note": RULE["note"],
    }
)
TABLE_NEEDS: Final = ("id", "reason", "inputs", "outputs", "rows")
ROW: Final[Mapping[str, str]] = MappingProxyType(
    {
        "id": "A name of its own, in place of the table's with a number.",
        "when": "A test an input, in their order, or by name.",
        "then": "A value an output, in their order, or by name; `-` for none.",
        "note": "Why this row is there; it takes the place of the table's reason.",
    }
)
ROW_NEEDS: Final = ("when", "then")
EFFECTIVE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "from": "The first moment: a date (as it begins in UTC), or a time with offset.",
        "until": "The first moment when it is no longer in force.",
    }
)
ACCEPTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "finding": "What was found: duplicate, shadowed, conflict, gap, unreachable, ineffective.",
        "rule": "The rule or table that it is about; of a gap of the whole book, left out.",
        "with": "The other rule; left out, whichever it is.",
        "reason": "Why it is meant to be so, in plain words.",
    }
)
ACCEPTED_NEEDS: Final = ("finding", "reason")
CALCULATION: Final[Mapping[str, str]] = MappingProxyType(
    {
        "table": "The name of the decision; the answer stands under it.",
        "hit": "What several rows that hold give; U where it is left out.",
        "inputs": "The inputs: a name and a type each.",
        "outputs": "The outputs: a name and a type each; with one, the answer is its value.",
        "rows": "The rows.",
    }
)
CALCULATION_MAY: Final = ("hit",)
CALCULATION_ROW: Final[Mapping[str, str]] = MappingProxyType(
    {
        "when": "A test an input, in their order, or by name; a row without it always holds.",
        "then": "A value an output, or a text beginning with `=`: an expression over the inputs.",
        "note": "For readers.",
    }
)
CALCULATION_ROW_MAY: Final = ("when", "note")
DECISION: Final[Mapping[str, str]] = MappingProxyType(
    {
        "decision": "The name of the decision; the answer stands under it.",
        "type": "What it gives.",
        "inputs": "The inputs: a name and a type each.",
        "expression": "An expression over the inputs.",
        "allowed": "The texts that it may give.",
        "note": "For readers.",
    }
)
DECISION_MAY: Final = ("inputs", "allowed", "note")
COLUMN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "name": "What tests and expressions call it.",
        "type": "One of the types.",
        "allowed": "Of a text: what it may be, the first counts most.",
        "label": "For readers.",
        "expression": "Of an input: how it is reckoned from those that are given.",
        "default": "Of an output: what it gives where no row holds; null where it is left out.",
    }
)
CASES: Final[Mapping[str, str]] = MappingProxyType({"cases": "The cases, a list."})
CASE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "note": "What the case shows, in the words of somebody who was there.",
        "given": "The facts, by kind; a list for several of a kind. What earlier strata would "
        "conclude is given like any other.",
        "want": "fires, stays quiet, or what the decision shows; with a rule, the latter says "
        "that the rule fires and this is what comes of it.",
        "rule": "The rule that it is about; left out, it is about the decision as a whole.",
        "without": "Members that must not be in a list of the decision.",
        "at": "The moment, with offset; 1 October 2026, 9:00 UTC where it is left out.",
        "judge": "A machine proposed the case: it is refused until a person has judged it and "
        "taken this line out.",
    }
)
CASE_NEEDS: Final = ("note", "given", "want")
