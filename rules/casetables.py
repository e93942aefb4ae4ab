"""Case tables are run: each case passes, or says how what came differs from what was wanted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ontology.decisions import Decision
from ontology.facts import Catalogue
from rules.case import Case
from rules.cases import CasesInvalid, read_cases
from rules.combine import decide
from rules.diagnostics import Diagnostic
from rules.policy import Policy, build, is_case_table
from rules.strata import Engines, Evaluation, evaluate
from rules.wanted import unmet

CASES: Final = ".cases.yaml"
_BOOK: Final = ".yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """What came of one case; `differences` is empty where it passed."""

    file: str
    line: int
    note: str
    rule: str | None
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everything that was wanted came."""
        return not self.differences


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What came of all tables of a bundle; `unpaired` names rules without a case each way."""

    results: tuple[CaseResult, ...]
    unpaired: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether every case passed and every rule has its pair."""
        return not self.unpaired and all(result.passed for result in self.results)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table that was read, and the policy that it runs on: one book, or the whole."""

    file: str
    policy: Policy
    cases: tuple[Case, ...]


def run(book: str, cases: str, *, file: str, catalogue: Catalogue) -> tuple[CaseResult, ...]:
    """Run the cases of one book on that book alone; `file` names the table in messages.

    Facts that an earlier stratum would conclude are given like any other.

    Raises:
        PolicyInvalid: the book is broken.
        CasesInvalid: the table is broken, or speaks of rules that the book does not have.
    """
    policy = build({"book.yaml": book.encode()}, catalogue)
    return run_on(policy, read_cases(cases, file=file, catalogue=catalogue), file=file)


def run_on(policy: Policy, cases: Iterable[Case], *, file: str) -> tuple[CaseResult, ...]:
    """Run cases on a policy.

    Raises:
        CasesInvalid: a case speaks of a rule that the policy does not have.
    """
    cases = [*cases]
    ids = {rule.id for rule in policy.rules}
    strange = [case for case in cases if case.rule is not None and case.rule not in ids]
    if strange:
        raise CasesInvalid(_strange(case, file) for case in strange)
    engines = Engines.of(policy)
    return tuple(_result(case, policy, engines, file) for case in cases)


def read_tables(whole: Policy, catalogue: Catalogue) -> tuple[Table, ...]:
    """Every table of a bundle: `x.cases.yaml` runs on `x.yaml` alone, one without a book on all.

    Raises:
        CasesInvalid: a table is broken.
    """
    books = {book.file: book for book in whole.books}
    found: list[Table] = []
    for name in sorted(filter(is_case_table, whole.files)):
        cases = read_cases(whole.files[name].decode(), file=name, catalogue=catalogue)
        book = books.get(name.removesuffix(CASES) + _BOOK)
        policy = whole if book is None else whole.alone(book)
        found.append(Table(file=name, policy=policy, cases=cases))
    return tuple(found)


def run_tables(whole: Policy, tables: Iterable[Table]) -> Report:
    """Run every case of some tables.

    Raises:
        CasesInvalid: a case speaks of a rule that its policy does not have.
    """
    results: list[CaseResult] = []
    seen: set[tuple[str, bool]] = set()
    for table in tables:
        results += run_on(table.policy, table.cases, file=table.file)
        seen |= {(c.rule, c.fires) for c in table.cases if c.rule and c.fires is not None}
    return Report(results=tuple(results), unpaired=_unpaired(whole, seen))


def run_bundle(files: Mapping[str, bytes], catalogue: Catalogue) -> Report:
    """Run every table of a bundle.

    Raises:
        PolicyInvalid: a book is broken.
        CasesInvalid: a table is broken.
    """
    whole = build(files, catalogue)
    return run_tables(whole, read_tables(whole, catalogue))


def _unpaired(policy: Policy, seen: set[tuple[str, bool]]) -> tuple[str, ...]:
    pairs = [(rule.id, fires) for rule in policy.rules for fires in (True, False)]
    return tuple(
        f"{rule} has no case in which it {'fires' if fires else 'stays quiet'}"
        for rule, fires in pairs
        if (rule, fires) not in seen
    )


def _result(case: Case, policy: Policy, engines: Engines, file: str) -> CaseResult:
    came: Evaluation | Decision
    if case.want or case.without:
        came = decide(case.facts, policy, case.at, engines)
        fired = {firing.rule for firing in came.firings} | {*came.outranked}
        differences = [*unmet(case, came)]
    else:
        came = evaluate(policy, case.facts, case.at, engines)
        fired = {firing.rule for firing in came.firings}
        differences = []
    if case.rule is not None:
        differences = [*_of_rule(case, sorted(fired)), *differences]
    differences += [f"the engines disagree about {rule}" for rule in came.disagreements]
    differences += [f"{error.rule} failed: {error.reason}" for error in came.errors]
    return CaseResult(
        file=file, line=case.line, note=case.note, rule=case.rule, differences=tuple(differences)
    )


def _of_rule(case: Case, fired: list[str]) -> list[str]:
    if (case.rule in fired) == case.fires:
        return []
    came, wanted = ("stays quiet", "fires") if case.fires else ("fires", "stays quiet")
    others = ", ".join(fired) or "no rule"
    return [f"{case.rule} {came}, wanted: {wanted}; fired: {others}"]


def _strange(case: Case, file: str) -> Diagnostic:
    return Diagnostic(
        file=file,
        line=case.line,
        column=1,
        offending=str(case.rule),
        reason="names no rule of the book beside this table",
    )
