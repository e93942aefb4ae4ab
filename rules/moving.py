"""Moving thresholds: the changed text of a book, and of the cases that stand on its boundaries."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ontology.facts import Catalogue
from ontology.values import Datatype, ValueInvalid
from rules.case import Case
from rules.cases import read_cases
from rules.casetables import CASES, read_tables, run_tables
from rules.policy import Policy, build
from rules.suggestion import Suggestion, suggestions
from rules.thresholds import Threshold, ThresholdInvalid, threshold

_NUMBER: Final = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.]*\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A threshold and where it is to stand."""

    threshold: Threshold
    to: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The files that change, and what becomes of the cases, in words.

    `cases` are those whose figures followed, `objections` those that fail now; `missing` are
    boundary cases that the rule lacks now.
    """

    files: Mapping[str, str]
    cases: tuple[str, ...]
    objections: tuple[str, ...]
    missing: tuple[Suggestion, ...]


def move(files: Mapping[str, str], moves: Sequence[Move], catalogue: Catalogue) -> Moved:
    """Move thresholds of one rule in a bundle that is in order; its cases follow.

    A case on the boundary goes to the new boundary; a figure that fired or did not keeps its
    side, so that the case still shows what it was written for. Notes and the reason of the rule
    stay: only a person can say anew what they mean.

    Raises:
        ThresholdInvalid: the number is not written so that it can be changed here.
        PolicyInvalid: the bundle is broken.
        CasesInvalid: a case table is broken.
    """
    rule = moves[0].threshold.rule
    book = moves[0].threshold.file
    changed = {book: _book(files[book], moves)}
    whole = _policy({**files, **changed}, catalogue)
    for one in moves:
        if threshold(whole.rule(rule), one.threshold.name).value != one.to:
            raise _by_hand(one.threshold)
    table = book.removesuffix(".yaml") + CASES
    told: tuple[str, ...] = ()
    if table in files:
        text, told = _followed(files[table], table, moves, catalogue)
        changed[table] = text
        whole = _policy({**files, **changed}, catalogue)
    tables = read_tables(whole, catalogue)
    report = run_tables(whole, tables)
    return Moved(
        files=changed,
        cases=told,
        objections=tuple(
            f"{one.file}:{one.line}: {one.note}: {'; '.join(one.differences)}"
            for one in report.results
            if not one.passed
        ),
        missing=tuple(one for one in suggestions(whole, tables, catalogue) if one.rule == rule),
    )


def written(value: float) -> str:
    """A number as a book writes it.

    >>> written(5.0), written(0.95), written(-1.5)
    ('5', '0.95', '-1.5')
    """
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _policy(files: Mapping[str, str], catalogue: Catalogue) -> Policy:
    return build({name: text.encode() for name, text in files.items()}, catalogue)


def _book(text: str, moves: Iterable[Move]) -> str:
    lines = text.splitlines(keepends=True)
    places = [(line, column, one) for one in moves for line, column in one.threshold.places]
    for line, column, one in sorted(places, key=lambda place: place[:2], reverse=True):
        lines[line - 1] = _replaced(lines[line - 1], column - 1, one)
    return "".join(lines)


def _replaced(line: str, start: int, one: Move) -> str:
    for hit in _NUMBER.finditer(line, start):
        if float(hit.group()) == one.threshold.value:
            return f"{line[: hit.start()]}{written(one.to)}{line[hit.end() :]}"
    raise _by_hand(one.threshold)


def _by_hand(one: Threshold) -> ThresholdInvalid:
    line, column = one.places[0]
    return ThresholdInvalid(
        f"{one.name} of {one.rule} is not written as a number at {one.file}:{line}:{column};"
        " change it by hand, in a working copy: attune policy pull"
    )


def _followed(
    text: str, table: str, moves: Sequence[Move], catalogue: Catalogue
) -> tuple[str, tuple[str, ...]]:
    """The table with its cases moved, and what was moved, in words."""
    cases = read_cases(text, file=table, catalogue=catalogue)
    mine = [case for case in cases if case.rule == moves[0].threshold.rule]
    ends = dict(zip([c.line for c in cases], [*(c.line for c in cases[1:]), 0], strict=True))
    lines, told = text.splitlines(keepends=True), list[str]()
    for case in mine:
        last = (ends[case.line] or len(lines) + 1) - 1
        for old, new, one in _changes(case, moves):
            if _in_lines(lines, (case.line - 1, last), one.threshold.field.name, old, new):
                name = one.threshold.field.name
                told.append(
                    f"{table}:{case.line}: {case.note}: {name} {written(old)} → {written(new)}"
                )
    return "".join(lines), tuple(told)


def _changes(case: Case, moves: Iterable[Move]) -> Iterator[tuple[float, float, Move]]:
    """Figures of a case that follow: from, to."""
    for one in moves:
        before, after = _sides(one.threshold, one.threshold.value), _sides(one.threshold, one.to)
        for value in sorted(_figures(case, one.threshold)):
            height = one.threshold.height(value)
            was = one.threshold.met(height, one.threshold.value)
            moves_on = value in before or was is not one.threshold.met(height, one.to)
            new = after[0 if was else 1]
            if moves_on and new != value and _possible(one.threshold, new):
                yield value, new, one


def _figures(case: Case, one: Threshold) -> set[float]:
    values = [f.values.get(one.field.name) for f in case.facts if f.kind == one.kind]
    return {float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)}


def _sides(one: Threshold, value: float) -> tuple[float, float]:
    """The values on both sides of a threshold: the last that fires, the first that does not."""
    step = 1.0 if one.field.datatype is Datatype.INTEGER else 10.0**-one.field.decimals
    away = -step if one.operator in {">", ">="} else step
    beside = round(value + away, 9)
    if "=" in one.operator:
        return value, beside
    return round(value - away, 9), value


def _possible(one: Threshold, value: float) -> bool:
    try:
        one.field.check(int(value) if one.field.datatype is Datatype.INTEGER else value)
    except ValueInvalid:
        return False
    return True


def _in_lines(lines: list[str], span: tuple[int, int], field: str, old: float, new: float) -> bool:
    """Replace `field: old` within lines; whether it stood there."""
    pattern = re.compile(rf"(?<![\w-])({re.escape(field)}:\s*)(-?\d+(?:\.\d+)?)(?![\w.])")
    found = False

    def changed(hit: re.Match[str]) -> str:
        nonlocal found
        if float(hit.group(2)) != old:
            return hit.group()
        found = True
        return f"{hit.group(1)}{written(new)}"

    for at in range(*span):
        lines[at] = pattern.sub(changed, lines[at])
    return found
