"""Reruns: a policy over recorded decisions, whole columns at a time, each situation once."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge.decision_parts import Part, Table
from rules.policy import Policy
from rules.rerun import Rerun, text
from rules.rerun_parts import DEPENDS, JOINED, Alternative, Kinds
from rules.snoozing import KIND as SNOOZE
from service.rerun_bits import Numbers, Words, as_one, mask, ones, places, together
from service.rerun_facts import column, facts_of, row_of, value_in

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_AT_ONCE: Final = 8_192
"""Decisions that are run at once: some 40 MB."""

_WORD: Final = 64

Texts = NDArray[np.object_]
_NO_WORDS: Final[Words] = np.zeros((0, 1), np.uint64)
_NO_NUMBERS: Final[Numbers] = np.zeros(0, np.int64)
_NO_COLUMNS: Final = slice(0, 0)
_GROUPS: Final = tuple(
    dict.fromkeys([JOINED, *(one.facts for one in DEPENDS.values() if one.facts)])
)
"""The kinds of facts on which parts of an outcome depend, each once."""


class Reruns:
    """One policy over many parts; what it once made of a situation is kept."""

    def __init__(self, policy: Policy) -> None:
        """Nothing is run yet."""
        self._policy: Final = policy
        ends = {
            (moment - _EPOCH) // _MICROSECOND
            for rule in policy.rules
            for moment in (rule.effective.start, rule.effective.end)
            if moment is not None
        }
        self._turns: Final = np.array(sorted(ends), dtype=np.int64)
        self._eras: Final[dict[int, _Era]] = {}

    def outcomes(self, part: Part) -> Texts:
        """The text of the outcome of each decision of a part."""
        found = np.empty(part.decisions.num_rows, dtype=object)
        for era, rows in self._parted(part):
            found[rows] = era.outcomes(part, rows)
        return found

    def fired(self, part: Part) -> Mapping[str, NDArray[np.bool_]]:
        """By rule, of which decisions of a part it fires; a rule that never does may lack."""
        found: dict[str, NDArray[np.bool_]] = {}
        for era, rows in self._parted(part):
            for name, which in era.fired(part, rows).items():
                whole = found.setdefault(name, np.zeros(part.decisions.num_rows, dtype=bool))
                whole[rows] = which
        return found

    def _parted(self, part: Part) -> Iterator[tuple["_Era", Numbers]]:
        """The decisions by which rules were in force, some at a time, to bound what is held."""
        at = part.decisions["at"].cast("int64").to_numpy()
        eras = np.searchsorted(self._turns, at, side="right")
        for era in np.unique(eras).tolist():
            rows = np.flatnonzero(eras == era)
            for first in range(0, len(rows), _AT_ONCE):
                yield self._era(era), rows[first : first + _AT_ONCE]

    def _era(self, era: int) -> "_Era":
        """The policy from one change of what is in force to the next."""
        if era not in self._eras:
            begun = int(self._turns[era - 1]) if era else int(min(self._turns, default=1)) - 1
            self._eras[era] = _Era(Rerun(self._policy, _EPOCH + begun * _MICROSECOND))
        return self._eras[era]


class _Era:
    """A policy while the same rules are in force."""

    def __init__(self, rerun: Rerun) -> None:
        self._rerun: Final = rerun
        self._rules: Final = {
            name: mask(rerun.leading(name, range(len(rerun.rules))), len(rerun.rules))
            for name in DEPENDS
        }
        self._part: Part | None = None
        self._wide: Words = _NO_WORDS
        self._columns: dict[Kinds, slice] = {}
        self._standing: dict[Kinds, Numbers] = {}

    def outcomes(self, part: Part, rows: Numbers) -> Texts:
        """The outcomes of some decisions of a part: part by part, each once for all alike."""
        known = self._situations(part, rows)
        packed = np.packbits(self._fired(known), axis=0, bitorder="little").T
        codes = np.zeros(len(rows), dtype=np.int64)
        texts: list[tuple[str, ...]] = [()]
        for name in DEPENDS:
            said, mine = self._said(name, packed, known)
            both, codes = np.unique(codes * len(said) + mine, return_inverse=True)
            texts = [(*texts[c // len(said)], said[c % len(said)]) for c in both.tolist()]
        found = np.array([text(parts) for parts in texts], dtype=object)[codes]
        for row in _snoozed(part, rows):
            found[row] = self._rerun.snoozed(facts_of(part, int(rows[row])))
        return found

    def fired(self, part: Part, rows: Numbers) -> Mapping[str, NDArray[np.bool_]]:
        """By rule, of which of some decisions it fires."""
        which = self._fired(self._situations(part, rows))
        return {rule.id: which[at] for at, rule in enumerate(self._rerun.rules)}

    def _said(
        self, name: str, packed: NDArray[np.uint8], known: Words
    ) -> tuple[list[str], Numbers]:
        """The texts of a part of the outcomes, and which of them each decision has."""
        rules, kinds = self._rules[name], DEPENDS[name].facts
        used, seen = np.flatnonzero(rules), known[:, self._columns.get(kinds, _NO_COLUMNS)]
        fired = packed[:, used] & rules[used]
        keys = np.hstack([fired, np.ascontiguousarray(seen).view(np.uint8).reshape(len(seen), -1)])
        if not keys.shape[1]:
            return [self._rerun.part(name, (), ())], np.zeros(len(known), dtype=np.int64)
        _, first, codes = np.unique(as_one(keys), return_index=True, return_inverse=True)
        facts = self._places(kinds, seen[first])
        said = zip(places(fired[first], used * 8), facts, strict=True)
        return [self._rerun.part(name, which, those) for which, those in said], codes

    def _places(self, kinds: Kinds, seen: Words) -> Iterator[tuple[int, ...]]:
        """The places in `Rerun.seen` of what decisions know of some kinds."""
        standing = self._standing.get(kinds, _NO_NUMBERS).tolist()
        starts = np.arange(seen.shape[1]) * _WORD
        return (tuple(standing[at] for at in row) for row in places(seen, starts))

    def _fired(self, known: Words) -> NDArray[np.bool_]:
        """Which rules fire, stratum by stratum, a pattern and a rule at a time."""
        hits, joined = known[:, : self._words()], known[:, self._columns[JOINED]]
        columns = np.unpackbits(
            np.ascontiguousarray(hits).view(np.uint8), axis=1, bitorder="little"
        ).T.astype(bool)
        fired = np.zeros((len(self._rerun.rules), len(hits)), dtype=bool)
        for alternatives in self._rerun.strata:
            earlier = fired.copy() if any(one.joined for one in alternatives) else fired
            for one in alternatives:
                holds = np.ones(len(hits), dtype=bool)
                for number in one.needs:
                    holds &= columns[number]
                for number in one.not_any:
                    holds &= ~columns[number]
                if one.joined is not None:
                    self._agreeing(one, holds, joined, earlier)
                fired[one.rule] |= holds
            for rule in {one.rule for one in alternatives}:
                for number in ones(self._rerun.concluded[rule]):
                    columns[number] |= fired[rule]
        return fired

    def _agreeing(
        self,
        one: Alternative,
        holds: NDArray[np.bool_],
        joined: Words,
        earlier: NDArray[np.bool_],
    ) -> None:
        """Keep of what holds by patterns what holds by values, too."""
        rows = np.flatnonzero(holds)
        if not len(rows):
            return
        taking = self._rerun.joining
        known = joined[rows]
        before = np.packbits(earlier[taking][:, rows], axis=0, bitorder="little").T
        keys = np.hstack([np.ascontiguousarray(known).view(np.uint8), before])
        _, first, codes = np.unique(as_one(keys), return_index=True, return_inverse=True)
        places = self._places(JOINED, known[first])
        agrees = [
            self._rerun.agrees(one, facts, [rule for rule in taking if earlier[rule, rows[at]]])
            for at, facts in zip(first.tolist(), places, strict=True)
        ]
        holds[rows] = np.array(agrees)[codes]

    def _situations(self, part: Part, rows: Numbers) -> Words:
        """The bits of all facts of each decision: the patterns that they hit, what else counts."""
        if self._part is not part:
            self._wide, self._part = self._classes(part), part
        lists = part.decisions["facts"].combine_chunks()
        offsets = lists.offsets.to_numpy().astype(np.int64)
        return together(self._wide, lists.values.to_numpy(), offsets, rows)

    def _classes(self, part: Part) -> Words:
        """The bits of every fact of a part: the patterns that it hits, and what else counts."""
        rows = [self._kind(kind, table) for kind, table in part.facts.items()]
        none = np.zeros((0, self._words()), np.uint64)
        hits = np.concatenate([none, *(classes[codes] for classes, _, codes in rows)])
        places = np.concatenate([_NO_NUMBERS, *(seen[codes] for _, seen, codes in rows)])
        wide, width = [hits], hits.shape[1]
        for kinds in _GROUPS:
            bits, self._standing[kinds] = self._known(kinds, places)
            self._columns[kinds] = slice(width, width + bits.shape[1])
            width += bits.shape[1]
            wide.append(bits)
        return np.hstack(wide)

    def _known(self, kinds: Kinds, places: Numbers) -> tuple[Words, Numbers]:
        """A bit of each fact of some kinds, one for all that count alike; what stands for each."""
        many = range(len(self._rerun.seen))
        standing = np.array([*(self._rerun.standing(kinds, at) for at in many), -1], np.int64)
        found = standing[places]
        has = np.flatnonzero(found >= 0)
        told, at = np.unique(found[has], return_inverse=True)
        bits = np.zeros((len(places), -(-len(told) // _WORD) or 1), np.uint64)
        bits[has, at // _WORD] = np.uint64(1) << (at % _WORD).astype(np.uint64)
        return bits, told

    def _words(self) -> int:
        return -(-self._rerun.patterns // _WORD) or 1

    def _kind(self, kind: str, table: Table) -> tuple[Words, Numbers, Numbers]:
        """The classes of a kind's facts: their bits, what else counts, and each fact's class."""
        many = table.num_rows
        if not self._rerun.concerns(kind):
            empty = np.zeros((1, self._words()), np.uint64), np.array([-1])
            return *empty, np.zeros(many, dtype=np.int64)
        columns = {
            name: column(table, name)
            for name in self._rerun.reads(kind)
            if name in table.column_names
        }
        codes = np.zeros(many, dtype=np.int64)
        for name, (values, numbers) in columns.items():
            asks = self._rerun.reads(kind)[name]
            told: dict[object, int] = {}
            small = np.array(
                [
                    told.setdefault(self._rerun.told(asks, value_in(kind, name, value)), len(told))
                    for value in values
                ]
            )
            _, codes = np.unique(codes * len(told) + small[numbers], return_inverse=True)
        _, first, codes = np.unique(codes, return_index=True, return_inverse=True)
        found = [
            self._rerun.fact_class(kind, row_of(kind, columns, int(at))) for at in first.tolist()
        ]
        size = self._words() * 8
        content = b"".join(one.hits.to_bytes(size, "little") for one in found)
        bits = np.frombuffer(content, dtype="<u8").reshape(len(found), -1).astype(np.uint64)
        return bits, np.array([one.seen for one in found]), codes


def _snoozed(part: Part, rows: Numbers) -> Iterator[int]:
    """Which of some decisions have a rule that people snoozed."""
    if SNOOZE in part.facts:
        first = part.starts[SNOOZE]
        last = first + part.facts[SNOOZE].num_rows
        lists = part.decisions["facts"].take(rows).to_pylist()
        yield from (at for at, facts in enumerate(lists) if any(first <= f < last for f in facts))
