"""Verification: everything that can be proven wrong with a whole policy, each with facts.

A search over the tests of rules finds; the engines that decide confirm; what neither proves in
the time there is, is unknown and counted.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, TypeAlias

from ontology.facts import Catalogue
from rules import reachability
from rules.conflicts import conflict, overlap, pairs
from rules.findings import KINDS, Finding, Findings, Place
from rules.gaps import coverings, gaps
from rules.inquiry import Inquiry
from rules.policy import Policy
from rules.rule import Acceptance, Book
from rules.shadowing import shadowed

Look: TypeAlias = Callable[[], list[Finding] | None]

ON_REQUEST: Final = frozenset({"overlap"})
"""What is looked for only where it is asked for: merging settles it, and there is much of it."""
USUAL: Final = frozenset(KINDS) - ON_REQUEST

_EVERY: Final = 20
"""So many looks pass between two reports of progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """One thing to look into; it may find findings of `kinds`."""

    name: str
    kinds: frozenset[str]
    look: Look


def verify(
    policy: Policy,
    catalogue: Catalogue,
    at: datetime,
    *,
    only: Collection[str] = USUAL,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    expired: Callable[[], bool] = lambda: False,
) -> Findings:
    """Everything of the kinds `only` that is wrong with a policy at a moment (aware).

    `progress` is called with what is done and all there is; what it raises ends the search. Once
    `expired` says so, what is left to look into counts as unknown.
    """
    inquiry = Inquiry(policy=policy, catalogue=catalogue, at=at)
    kinds = {*only} | (USUAL if "stale" in only else frozenset())
    tasks = [task for task in _tasks(inquiry, kinds) if task.kinds & kinds]
    found: dict[str, Finding] = {}
    looked, unknown = Counter[str](), Counter[str]()
    for done, task in enumerate(tasks):
        if done % _EVERY == 0:
            progress(done, len(tasks))
        looked[task.name] += 1
        answer = None if expired() else task.look()
        unknown[task.name] += answer is None
        found |= {one.fingerprint: one for one in answer or () if one.kind in kinds}
    progress(len(tasks), len(tasks))
    return _judged(inquiry, [*found.values()], looked, unknown, only)


def _tasks(inquiry: Inquiry, only: Collection[str]) -> Iterator[_Task]:
    every: Sequence[tuple[str, frozenset[str], Callable[..., list[Finding] | None]]] = (
        ("expired", frozenset({"expired"}), reachability.expired),
        ("unreachable", frozenset({"unreachable"}), reachability.unreachable),
        ("ineffective", frozenset({"ineffective"}), reachability.ineffective),
        ("shadowed", frozenset({"shadowed", "duplicate", "conflict"}), shadowed),
    )
    for name, kinds, look in every:
        for rule in inquiry.policy.rules if name == "expired" else inquiry.rules:
            yield _Task(name=name, kinds=kinds, look=partial(look, inquiry, rule))
    for covering in coverings(inquiry):
        look_at = partial(gaps, inquiry, covering)
        yield _Task(name="gap", kinds=frozenset({"gap"}), look=look_at)
    for kind, pair_look in (("conflict", conflict), ("overlap", overlap)):
        for pair in pairs(inquiry, kind) if kind in only else ():
            yield _Task(name=kind, kinds=frozenset({kind}), look=partial(pair_look, inquiry, pair))


def _judged(
    inquiry: Inquiry,
    found: Sequence[Finding],
    looked: Counter[str],
    unknown: Counter[str],
    only: Collection[str],
) -> Findings:
    """What is accepted set apart from what is told, and what is accepted for nothing told too."""
    told: list[Finding] = []
    accepted: list[tuple[Finding, str]] = []
    used: set[tuple[str, int]] = set()
    for one in found:
        matching = [(b, a) for b in inquiry.policy.books for a in b.accepts if _means(b, a, one)]
        used |= {(book.file, acceptance.line) for book, acceptance in matching}
        if matching:
            accepted.append((one, matching[0][1].reason))
        else:
            told.append(one)
    if "stale" in only and not unknown.total():
        told += _stale(inquiry, used)
    return Findings(
        policy=inquiry.policy.digest,
        at=inquiry.at,
        rules=len(inquiry.policy.rules),
        found=tuple(sorted((one for one in told if one.kind in only), key=_order)),
        accepted=tuple(sorted(accepted, key=lambda pair: _order(pair[0]))),
        looked=dict(looked),
        unknown=dict(unknown),
    )


def _means(book: Book, accepted: Acceptance, finding: Finding) -> bool:
    """Whether a book's acceptance speaks of a finding."""
    names = [finding.place.name, *(one.name for one in finding.others)]
    files = {finding.place.file, *(one.file for one in finding.others)}
    return (
        accepted.finding == finding.kind
        and book.file in files
        and (accepted.rule or book.name) in names
        and (not accepted.other or accepted.other in names)
    )


def _stale(inquiry: Inquiry, used: Collection[tuple[str, int]]) -> Iterator[Finding]:
    """What is accepted for nothing; rules whose time is over take theirs with them."""
    over = {rule.id for rule in inquiry.policy.rules} - {rule.id for rule in inquiry.rules}
    for book in inquiry.policy.books:
        for one in book.accepts:
            if (book.file, one.line) not in used and not {one.rule, one.other} & over:
                of = one.rule or book.name
                yield Finding(
                    kind="stale",
                    place=Place(name=of, file=book.file, line=one.line),
                    others=(),
                    why=f"accepts a {one.finding} of {of} that is not there any more",
                    cure="take the acceptance out",
                )


def _order(finding: Finding) -> tuple[int, str, int, str]:
    return KINDS.index(finding.kind), finding.place.file, finding.place.line, finding.fingerprint
