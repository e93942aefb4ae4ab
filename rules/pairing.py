"""Pairing: which rule of one policy is which of another, by its id and by what it means."""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TypeAlias

from rules.conditions import Conjunction, Pattern
from rules.policy import Policy
from rules.rule import Rule

Pair: TypeAlias = tuple[Rule | None, Rule | None]


def paired(old: Policy, new: Policy) -> tuple[Pair, ...]:
    """Every rule of either policy once, beside its counterpart if it has one.

    A rule is its counterpart's by its id; under another id by meaning the very same. Rows of a
    table have numbers for ids, so among them the same meaning goes first.
    """
    pool = _Pool(old=list(old.rules), new=list(new.rules), pairs=[])
    pool.take(_same)
    rows = _rows(old) | _rows(new)
    pool.take(lambda rule: meaning(rule) if rule.id in rows else None)
    pool.take(lambda rule: rule.id)
    pool.take(meaning)
    found = [*pool.pairs, *((r, None) for r in pool.old), *((None, r) for r in pool.new)]
    return tuple(sorted(found, key=_place))


def meaning(rule: Rule) -> Hashable:
    """Equal for rules that conclude the same of the same facts at the same times.

    The order of what they ask and conclude does not matter, nor how it is written.
    """
    concluded = frozenset(fact.canonical() for fact in rule.conclusions)
    return (
        rule.stratum,
        concluded,
        frozenset(map(normal, rule.conditions)),
        (rule.effective.start, rule.effective.end),
    )


def normal(one: Conjunction) -> Hashable:
    """Equal for alternatives that ask the same, in whatever order."""
    if one.joins or any(absence.anchor is not None for absence in one.absences):
        return one
    return (
        frozenset(map(_facts, one.patterns)),
        frozenset(_facts(absence.pattern) for absence in one.absences),
    )


def _facts(pattern: Pattern) -> Hashable:
    return pattern.kind, frozenset(pattern.asks)


def _same(rule: Rule) -> Hashable:
    return rule.id, meaning(rule)


def _rows(policy: Policy) -> frozenset[str]:
    return frozenset(
        rule.id for book in policy.books for table in book.tables for rule in table.rules
    )


def _place(pair: Pair) -> tuple[str, str]:
    rule = pair[1] or pair[0]
    return ("", "") if rule is None else (rule.book, rule.id)


@dataclass(slots=True, kw_only=True)
class _Pool:
    """Rules that have no counterpart yet, and the pairs that were found."""

    old: list[Rule]
    new: list[Rule]
    pairs: list[Pair]

    def take(self, key: Callable[[Rule], Hashable]) -> None:
        """Pair what has the same key, in order; a key of None pairs nothing."""
        waiting: defaultdict[Hashable, deque[Rule]] = defaultdict(deque)
        for rule in self.old:
            waiting[key(rule)].append(rule)
        waiting.pop(None, None)
        left: list[Rule] = []
        for rule in self.new:
            if found := waiting.get(key(rule)):
                self.pairs.append((found.popleft(), rule))
            else:
                left.append(rule)
        taken = {old.id for old, _ in self.pairs if old is not None}
        self.old = [rule for rule in self.old if rule.id not in taken]
        self.new = left
