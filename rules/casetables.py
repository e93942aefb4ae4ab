"""Case tables are run: each case passes, or says how what came differs from what was wanted."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Final

from ontology.decisions import Decision
from ontology.facts import Catalogue
from ontology.values import duration_text
from rules.cases import LISTS, Case, CasesInvalid, read_cases
from rules.combine import decide
from rules.diagnostics import Diagnostic
from rules.policy import Policy, build
from rules.strata import Engines, Evaluation, evaluate

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


def run_bundle(files: Mapping[str, bytes], catalogue: Catalogue) -> Report:
    """Run every table of a bundle: `x.cases.yaml` on `x.yaml` alone, one without a book on all.

    Raises:
        PolicyInvalid: a book is broken.
        CasesInvalid: a table is broken.
    """
    whole = build(files, catalogue)
    results: list[CaseResult] = []
    seen: set[tuple[str, bool]] = set()
    for name in sorted(name for name in files if name.endswith(CASES)):
        cases = read_cases(files[name].decode(), file=name, catalogue=catalogue)
        book = name.removesuffix(CASES) + _BOOK
        policy = (
            build({PurePosixPath(book).name: files[book]}, catalogue) if book in files else whole
        )
        results += run_on(policy, cases, file=name)
        seen |= {(case.rule, case.fires) for case in cases if case.rule and case.fires is not None}
    return Report(results=tuple(results), unpaired=_unpaired(whole, seen))


def _unpaired(policy: Policy, seen: set[tuple[str, bool]]) -> tuple[str, ...]:
    pairs = [(rule.id, fires) for rule in policy.rules for fires in (True, False)]
    return tuple(
        f"{rule} has no case in which it {'fires' if fires else 'stays quiet'}"
        for rule, fires in pairs
        if (rule, fires) not in seen
    )


def _result(case: Case, policy: Policy, engines: Engines, file: str) -> CaseResult:
    came: Evaluation | Decision
    if case.rule is not None:
        came = evaluate(policy, case.facts, case.at, engines)
        differences = _of_rule(case, sorted(firing.rule for firing in came.firings))
    else:
        came = decide(case.facts, policy, case.at, engines)
        differences = [*_of_decision(case, came)]
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


def _of_decision(case: Case, decision: Decision) -> Iterable[str]:
    for part, wanted in case.want.items():
        came = shows(decision, part)
        if isinstance(wanted, str):
            if came != (wanted,):
                yield f"{part} is {_list(came)}, wanted: {wanted}"
        elif not wanted and came:
            yield f"{part} has {_list(came)}, wanted: nothing"
        elif set(wanted) - set(came):
            lacking = [name for name in wanted if name not in came]
            yield f"{part} lacks {_list(lacking)}; it has {_list(came)}"
    for part, unwanted in case.without.items():
        present = [name for name in unwanted if name in shows(decision, part)]
        if present:
            yield f"{part} has {_list(present)}, wanted: without"


def shows(decision: Decision, part: str) -> tuple[str, ...]:
    """What a decision shows in one part, by name: the teams of its routes, its one tier."""
    if part in LISTS:
        found = getattr(decision, part)
        return tuple(one if isinstance(one, str) else str(_NAMED[part](one)) for one in found)
    if part == "within":
        return () if decision.within is None else (duration_text(decision.within),)
    value = getattr(decision, part)
    return () if value is None else (str(value),)


_NAMED: Final[Mapping[str, Callable[[object], object]]] = MappingProxyType(
    {
        "routes": attrgetter("team"),
        "responses": attrgetter("strategy"),
        "requirements": attrgetter("name"),
        "notifications": attrgetter("team"),
        "recovery": attrgetter("step"),
        "cautions": attrgetter("name"),
    }
)


def _list(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"


def _strange(case: Case, file: str) -> Diagnostic:
    return Diagnostic(
        file=file,
        line=case.line,
        column=1,
        offending=str(case.rule),
        reason="names no rule of the book beside this table",
    )
