"""Mutation score: how many of a policy's mutants fail some case of its tables."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from ontology.facts import Catalogue, Fact
from rules.case import Case
from rules.casetables import Table, read_tables
from rules.combine import decide
from rules.compiled import Compiled
from rules.coverage import NOTHING, Share
from rules.mutants import Mutant, mutants
from rules.policy import Policy, build
from rules.rule import Rule
from rules.strata import Engines, evaluate
from rules.wanted import unmet


@dataclass(frozen=True, slots=True, kw_only=True)
class Survivor:
    """A mutant that passes every case."""

    rule: str
    file: str
    line: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What became of the mutants of some rules of one book."""

    book: str
    score: Share
    survivors: tuple[Survivor, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One case as it stands: the facts that rules may see, sorted, and which rules fire."""

    case: Case
    facts: tuple[Fact, ...]
    fired: frozenset[str]
    policy: Policy
    engines: Engines


class Proof:
    """The cases of a policy, run once; judges one rule after the other on generated code alone."""

    def __init__(self, whole: Policy, tables: Iterable[Table], catalogue: Catalogue) -> None:
        """Run every case; tens of milliseconds for hundreds."""
        self._whole, self._catalogue = whole, catalogue
        self._about: defaultdict[str, list[_Seen]] = defaultdict(list)
        self._decisions: dict[str, list[_Seen]] = defaultdict(list)
        for table in tables:
            engines = Engines.compiled(table.policy)
            own = {rule.id for rule in table.policy.rules}
            for case in table.cases:
                seen = _seen(case, table.policy, engines)
                if case.rule is not None:
                    self._about[case.rule].append(seen)
                if case.want or case.without:
                    for rule in own:
                        self._decisions[rule].append(seen)

    @classmethod
    def of(cls, files: Mapping[str, bytes], catalogue: Catalogue) -> "Proof":
        """Read a bundle.

        Raises:
            PolicyInvalid: a book is broken.
            CasesInvalid: a table is broken.
        """
        whole = build(files, catalogue)
        return cls(whole, read_tables(whole, catalogue), catalogue)

    def rules(self) -> tuple[str, ...]:
        """The ids of all rules."""
        return tuple(rule.id for rule in self._whole.rules)

    def judge(self, name: str) -> Judged:
        """Try every mutant of one rule on every case."""
        rule = self._whole.rule(name)
        tried = [*mutants(rule, self._catalogue)]
        alive = [mutant for mutant in tried if not self._killed(mutant)]
        return Judged(
            book=rule.book,
            score=Share(met=len(tried) - len(alive), of=len(tried)),
            survivors=tuple(_survivor(mutant) for mutant in alive),
        )

    def _killed(self, mutant: Mutant) -> bool:
        """Whether some case tells; those about the rule first, for they are the cheapest."""
        name = mutant.rule.id
        if mutant.fires_alike:
            return any(
                _decided_otherwise(one, mutant, fires=True)
                for one in self._decisions[name]
                if name in one.fired
            )
        engine = Compiled((mutant.rule,))
        return any(
            _fires(engine, one, mutant.rule) is not one.case.fires for one in self._about[name]
        ) or any(
            fires is not (name in one.fired) and _decided_otherwise(one, mutant, fires=fires)
            for one in self._decisions[name]
            for fires in [_fires(engine, one, mutant.rule)]
        )


def sum_up(judged: Iterable[Judged]) -> Mapping[str, Judged]:
    """What became of the mutants, book by book."""
    books: dict[str, Judged] = {}
    for one in judged:
        held = books.get(one.book, Judged(book=one.book, score=NOTHING, survivors=()))
        both = held.score + one.score, held.survivors + one.survivors
        books[one.book] = Judged(book=one.book, score=both[0], survivors=both[1])
    return MappingProxyType({name: books[name] for name in sorted(books)})


def _seen(case: Case, policy: Policy, engines: Engines) -> _Seen:
    found = evaluate(policy, case.facts, case.at, engines)
    fired = frozenset(firing.rule for firing in found.firings)
    return _Seen(case=case, facts=found.facts, fired=fired, policy=policy, engines=engines)


def _fires(engine: Compiled, seen: _Seen, rule: Rule) -> bool:
    # INVARIANT: a rule asks only for kinds that are complete before its stratum, so the facts at
    # the end of an evaluation are, of those kinds, the facts that it sees.
    return rule.id in engine.fire(seen.facts).matched and rule.effective.at(seen.case.at)


def _decided_otherwise(seen: _Seen, mutant: Mutant, *, fires: bool) -> bool:
    """Whether a case of a decision fails once the mutant stands in for its rule."""
    if seen.case.rule == mutant.rule.id and seen.case.fires is not fires:
        return True
    policy, engines = _standing_in(seen, mutant)
    return any(
        True for _ in unmet(seen.case, decide(seen.case.facts, policy, seen.case.at, engines))
    )


def _standing_in(seen: _Seen, mutant: Mutant) -> tuple[Policy, Engines]:
    """Policy and engines with the mutant instead of its rule, under the digest of the original."""
    rule = mutant.rule
    rules = tuple(rule if one.id == rule.id else one for one in seen.policy.rules)
    by_id = MappingProxyType({one.id: one for one in rules})
    policy = replace(seen.policy, rules=rules, _by_id=by_id)
    concluded = tuple((fact.place(), fact) for fact in rule.conclusions)
    by_stratum = dict(seen.engines.by_stratum)
    if not mutant.fires_alike:
        by_stratum[rule.stratum] = (Compiled(policy.stratum(rule.stratum)),)
    engines = replace(
        seen.engines,
        by_stratum=by_stratum,
        concluded={**seen.engines.concluded, rule.id: concluded},
    )
    return policy, engines


def _survivor(mutant: Mutant) -> Survivor:
    return Survivor(
        rule=mutant.rule.id, file=mutant.rule.file, line=mutant.line, words=mutant.words
    )
