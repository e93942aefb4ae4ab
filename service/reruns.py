"""Reruns: a policy over recorded decisions, whole columns at a time, each situation once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs
from numpy.typing import NDArray

from knowledge.decision_parts import Part, Table, value_of
from ontology.facts import Fact, catalogue
from ontology.values import Value
from rules.policy import Policy
from rules.rerun import Rerun, text
from rules.rerun_parts import DEPENDS, JOINED, Alternative, Kinds
from rules.snoozing import KIND as SNOOZE

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_AT_ONCE: Final = 8_192
"""Decisions that are run at once: some 40 MB."""

_ROWS_AT_ONCE: Final = 1_024
"""Rows whose bits are unpacked at once."""

_WORD: Final = 64

Numbers = NDArray[np.int64]
Texts = NDArray[np.object_]
_Words = NDArray[np.uint64]
_NO_WORDS: Final[_Words] = np.zeros((0, 1), np.uint64)
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
            name: _mask(rerun.leading(name, range(len(rerun.rules))), len(rerun.rules))
            for name in DEPENDS
        }
        self._part: Part | None = None
        self._wide: _Words = _NO_WORDS
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
        self, name: str, packed: NDArray[np.uint8], known: _Words
    ) -> tuple[list[str], Numbers]:
        """The texts of a part of the outcomes, and which of them each decision has."""
        rules, kinds = self._rules[name], DEPENDS[name].facts
        used, seen = np.flatnonzero(rules), known[:, self._columns.get(kinds, _NO_COLUMNS)]
        fired = packed[:, used] & rules[used]
        keys = np.hstack([fired, np.ascontiguousarray(seen).view(np.uint8).reshape(len(seen), -1)])
        if not keys.shape[1]:
            return [self._rerun.part(name, (), ())], np.zeros(len(known), dtype=np.int64)
        _, first, codes = np.unique(_void(keys), return_index=True, return_inverse=True)
        facts = self._places(kinds, seen[first])
        said = zip(_places(fired[first], used * 8), facts, strict=True)
        return [self._rerun.part(name, which, those) for which, those in said], codes

    def _places(self, kinds: Kinds, seen: _Words) -> Iterator[tuple[int, ...]]:
        """The places in `Rerun.seen` of what decisions know of some kinds."""
        standing = self._standing.get(kinds, _NO_NUMBERS).tolist()
        starts = np.arange(seen.shape[1]) * _WORD
        return (tuple(standing[at] for at in row) for row in _places(seen, starts))

    def _fired(self, known: _Words) -> NDArray[np.bool_]:
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
                for number in _ones(self._rerun.concluded[rule]):
                    columns[number] |= fired[rule]
        return fired

    def _agreeing(
        self,
        one: Alternative,
        holds: NDArray[np.bool_],
        joined: _Words,
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
        _, first, codes = np.unique(_void(keys), return_index=True, return_inverse=True)
        places = self._places(JOINED, known[first])
        agrees = [
            self._rerun.agrees(one, facts, [rule for rule in taking if earlier[rule, rows[at]]])
            for at, facts in zip(first.tolist(), places, strict=True)
        ]
        holds[rows] = np.array(agrees)[codes]

    def _situations(self, part: Part, rows: Numbers) -> _Words:
        """The bits of all facts of each decision: the patterns that they hit, what else counts."""
        if self._part is not part:
            self._wide, self._part = self._classes(part), part
        lists = part.decisions["facts"].combine_chunks()
        offsets = lists.offsets.to_numpy().astype(np.int64)
        return _or(self._wide, lists.values.to_numpy(), offsets, rows)

    def _classes(self, part: Part) -> _Words:
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

    def _known(self, kinds: Kinds, places: Numbers) -> tuple[_Words, Numbers]:
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

    def _kind(self, kind: str, table: Table) -> tuple[_Words, Numbers, Numbers]:
        """The classes of a kind's facts: their bits, what else counts, and each fact's class."""
        many = table.num_rows
        if not self._rerun.concerns(kind):
            empty = np.zeros((1, self._words()), np.uint64), np.array([-1])
            return *empty, np.zeros(many, dtype=np.int64)
        columns = {
            name: _column(table, name)
            for name in self._rerun.reads(kind)
            if name in table.column_names
        }
        codes = np.zeros(many, dtype=np.int64)
        for name, (values, numbers) in columns.items():
            asks = self._rerun.reads(kind)[name]
            told: dict[object, int] = {}
            small = np.array(
                [
                    told.setdefault(self._rerun.told(asks, _value(kind, name, value)), len(told))
                    for value in values
                ]
            )
            _, codes = np.unique(codes * len(told) + small[numbers], return_inverse=True)
        _, first, codes = np.unique(codes, return_index=True, return_inverse=True)
        found = [
            self._rerun.fact_class(kind, _row(kind, columns, int(at))) for at in first.tolist()
        ]
        size = self._words() * 8
        content = b"".join(one.hits.to_bytes(size, "little") for one in found)
        bits = np.frombuffer(content, dtype="<u8").reshape(len(found), -1).astype(np.uint64)
        return bits, np.array([one.seen for one in found]), codes


def _ones(bits: int) -> Iterator[int]:
    """The places of the bits that are set."""
    while bits:
        yield (bits & -bits).bit_length() - 1
        bits &= bits - 1


def _mask(places: Iterable[int], many: int) -> NDArray[np.uint8]:
    """Places as bits, packed as fired rules are."""
    found = np.zeros(many, dtype=bool)
    found[[*places]] = True
    return np.packbits(found, bitorder="little")


def _places(words: NDArray[np.unsignedinteger[Any]], starts: Numbers) -> Iterator[tuple[int, ...]]:
    """The places of the bits that are set in each row of words that begin at some places."""
    size = words.itemsize * 8
    for first in range(0, len(words), _ROWS_AT_ONCE):
        some = np.ascontiguousarray(words[first : first + _ROWS_AT_ONCE])
        bits = np.unpackbits(some.view(np.uint8), axis=1, bitorder="little")
        rows, columns = np.nonzero(bits)
        places = (starts[columns // size] + columns % size).tolist() if len(rows) else []
        ends = np.cumsum(np.bincount(rows, minlength=len(some))).tolist()
        yield from (tuple(places[a:b]) for a, b in zip([0, *ends], ends, strict=False))


def _void(keys: NDArray[np.uint8]) -> NDArray[np.void]:
    """Each row as one value, which numpy can tell from others."""
    whole = np.ascontiguousarray(keys)
    return whole.view(np.dtype((np.void, whole.shape[1]))).ravel()


def _or(wide: _Words, flat: NDArray[np.int32], offsets: Numbers, rows: Numbers) -> _Words:
    """The bits of all facts of each of some decisions together."""
    starts, ends = offsets[rows], offsets[rows + 1]
    if len(rows) and int(rows[-1]) - int(rows[0]) + 1 == len(rows):
        facts = flat[starts[0] : ends[-1]]
    else:
        facts = np.concatenate(
            [flat[a:b] for a, b in zip(starts, ends, strict=True)] or [flat[:0]]
        )
    owners = np.repeat(np.arange(len(rows)), ends - starts)
    kept = np.asarray(wide.any(axis=1))[facts]
    facts, owners = facts[kept], owners[kept]
    found = np.zeros((len(rows), wide.shape[1]), np.uint64)
    if len(facts):
        firsts = np.flatnonzero(np.diff(owners, prepend=-1))
        found[owners[firsts]] = np.bitwise_or.reduceat(wide[facts], firsts, axis=0)
    return found


def _snoozed(part: Part, rows: Numbers) -> Iterator[int]:
    """Which of some decisions have a rule that people snoozed."""
    if SNOOZE in part.facts:
        first = part.starts[SNOOZE]
        last = first + part.facts[SNOOZE].num_rows
        lists = part.decisions["facts"].take(rows).to_pylist()
        yield from (at for at, facts in enumerate(lists) if any(first <= f < last for f in facts))


def facts_of(part: Part, row: int) -> list[Fact]:
    """The facts of one decision, without where they come from."""
    starts, numbers = part.starts, part.decisions["facts"][row].as_py()
    return [
        Fact(kind=kind, values=_known(kind, told), origins=())
        for kind, table in part.facts.items()
        for told in table.take(_within(numbers, starts[kind], table.num_rows)).to_pylist()
    ]


def _within(numbers: Iterable[int], start: int, many: int) -> Any:  # noqa: ANN401 - a pyarrow array
    """Which rows of a kind some facts are."""
    return pa.array([n - start for n in numbers if 0 <= n - start < many], pa.int64())


def _known(kind: str, told: Mapping[str, Any]) -> dict[str, Value]:
    fields = catalogue().kinds[kind].fields
    return {
        name: value_of(value, fields[name].datatype)
        for name, value in told.items()
        if value is not None
    }


def _column(table: Table, name: str) -> tuple[Sequence[Any], Numbers]:
    """The distinct values of a column, None among them, and the place of each row's value."""
    coded = table[name].combine_chunks().dictionary_encode()
    coded = coded.combine_chunks() if hasattr(coded, "combine_chunks") else coded
    values = [*coded.dictionary.to_pylist(), None]
    numbers = coded.indices.fill_null(len(values) - 1).to_numpy(zero_copy_only=False)
    return values, numbers.astype(np.int64)


def _row(
    kind: str, columns: Mapping[str, tuple[Sequence[Any], Numbers]], at: int
) -> dict[str, Value]:
    told = {name: values[numbers[at]] for name, (values, numbers) in columns.items()}
    return _known(kind, told)


def _value(kind: str, name: str, told: object) -> Value | None:
    if told is None:
        return None
    return value_of(told, catalogue().kinds[kind].fields[name].datatype)
