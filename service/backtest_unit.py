"""One unit of a backtest: decisions of some sequences run again and counted, in any process."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, Final

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs
from numpy.typing import NDArray

from knowledge.decision_parts import NAMED, Part, Table
from knowledge.part_writing import WHOLE
from knowledge.recorded_decisions import PartFiles, Range
from ontology.decisions import SEMANTICS
from ontology.facts import catalogue
from rules.policy import Policy, build
from rules.vocabulary import Name, asked, lenient, strict, touching
from service.backtest_tally import Tally
from service.outcome_view import LISTS, View, view
from service.rerun_bits import Numbers
from service.reruns import Reruns, Texts

BY: Final = (*NAMED,)
"""By what changed decisions are counted."""

_POLICIES: Final = 4
_NEVER: Final = np.iinfo(np.int64).max
Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a backtest asks; the same for all its units.

    `against` are the files of the other policy, None for what was recorded. `known` has, by the
    digest of a policy that decided then, the names that it asked; `first` the sequence at which a
    name was first recorded. `window` and `shift` count pages, in microseconds. `since` and
    `until` are microseconds since 1970.
    """

    policy: Files
    against: Files | None
    known: Mapping[str, frozenset[Name]]
    first: Mapping[Name, int]
    since: int
    until: int
    window: int
    shift: int


def tally(files: PartFiles, wanted: Range, question: Question) -> Tally:
    """Run the decisions of some sequences again, and count.

    Raises:
        SealBroken: a part was altered, or belongs to another key store.
    """
    return count(files.read(wanted), question)


def count(part: Part, question: Question) -> Tally:
    """The same for a part at hand."""
    at = part.decisions["at"].cast("int64").to_numpy()
    part = _taken(part, (at >= question.since) & (at <= question.until))
    found = Tally()
    states = Counter(part.decisions["state"].to_pylist())
    found.count("decisions", part.decisions.num_rows)
    for state, many in states.items():
        if state != WHOLE:
            found.count(state, many)
    part = _taken(part, np.array([s == WHOLE for s in part.decisions["state"].to_pylist()], bool))
    before, after, determined = _outcomes(part, question, found)
    part = _taken(part, determined)
    if part.decisions.num_rows:
        _Counting(part, question, found).count(before[determined], after[determined])
    return found


def outcomes(part: Part, question: Question) -> Texts:
    """What the policy makes of each decision of a part, None where that can't be told."""
    found, determined = _side(part, question.policy, question, Tally())
    found[~determined] = None
    return found


def first_recorded(files: PartFiles, wanted: Range, names: frozenset[Name]) -> dict[Name, int]:
    """The sequence of the first decision that shows each of some names, if any does.

    Raises:
        SealBroken: a part was altered, or belongs to another key store.
    """
    part = files.read(wanted)
    found: dict[Name, int] = {}
    if not part.decisions.num_rows:
        return found
    lists = part.decisions["facts"].combine_chunks()
    sequences = np.repeat(part.decisions["sequence"].to_numpy(), np.diff(lists.offsets.to_numpy()))
    first = np.full(sum(table.num_rows for table in part.facts.values()), _NEVER)
    np.minimum.at(first, lists.flatten().to_numpy(), sequences)
    for kind, start in part.starts.items():
        table = part.facts[kind]
        mine = first[start : start + table.num_rows]
        for name in names:
            if name[0] == kind and (not name[1] or name[1] in table.column_names):
                known = mine if not name[1] else mine[table[name[1]].is_valid().to_numpy()]
                if len(known) and known.min() < _NEVER:
                    found[name] = int(known.min())
    return found


def _taken(part: Part, which: NDArray[np.bool_]) -> Part:
    if which.all():
        return part
    return Part(decisions=part.decisions.filter(pa.array(which)), facts=part.facts)


def _outcomes(
    part: Part, question: Question, found: Tally
) -> tuple[Texts, Texts, NDArray[np.bool_]]:
    """The outcome of each decision before and after, and whether both can be told."""
    policies = [question.policy, *([] if question.against is None else [question.against])]
    sides = [_side(part, files, question, found) for files in policies]
    after, determined = sides[0]
    if question.against is None:
        before = np.array(part.decisions["outcome"].to_pylist(), dtype=object)
        other = sum(s != SEMANTICS for s in part.decisions["semantics"].to_pylist())
        found.count("other_semantics", other)
    else:
        before = sides[1][0]
        determined &= sides[1][1]
    found.count("undetermined", int((~determined).sum()))
    return before, after, determined


def _side(
    part: Part, files: Files, question: Question, found: Tally
) -> tuple[Texts, NDArray[np.bool_]]:
    """What one policy makes of each decision, and whether that can be told."""
    bench = _bench(tuple(sorted(files.items())))
    outcomes = bench.outcomes(part)
    determined = np.ones(part.decisions.num_rows, dtype=bool)
    for unknown, rows in _lacking(part, bench.asked, question):
        some = _taken(part, rows)
        sure = bench.determined(some, unknown)
        determined[rows] = sure
        for rule in touching(bench.policy.rules, unknown):
            found.unanswered[rule] = found.unanswered.get(rule, 0) + int((~sure).sum())
    return outcomes, determined


def _lacking(
    part: Part, names: frozenset[Name], question: Question
) -> Sequence[tuple[frozenset[Name], NDArray[np.bool_]]]:
    """What a policy asks that decisions cannot tell, and which decisions those are."""
    policies = np.array([str(one) for one in part.decisions["policy"].to_pylist()], dtype=object)
    sequences = part.decisions["sequence"].to_numpy()
    found: list[tuple[frozenset[Name], NDArray[np.bool_]]] = []
    for policy in sorted({*policies.tolist()}):
        doubtful = names - question.known.get(policy, frozenset())
        turns = sorted({question.first.get(name, _NEVER) for name in doubtful})
        low = 0
        for turn in turns:
            unknown = frozenset(n for n in doubtful if question.first.get(n, _NEVER) >= turn)
            rows = (policies == policy) & (sequences >= low) & (sequences < turn)
            if rows.any():
                found.append((unknown, rows))
            low = turn
    return found


class _Bench:
    """A policy that is run over many parts, in all readings that their decisions need."""

    def __init__(self, files: Files) -> None:
        self.policy: Final[Policy] = build(files, catalogue())
        self.asked: Final = asked(self.policy)
        self._reruns: Final[dict[tuple[str, frozenset[Name]], Reruns]] = {}

    def outcomes(self, part: Part) -> Texts:
        """What the policy decides."""
        return self._of("", frozenset()).outcomes(part)

    def determined(self, part: Part, unknown: frozenset[Name]) -> NDArray[np.bool_]:
        """Whether the same rules fire however what is unknown would be."""
        less, more = (self._of(reading, unknown).fired(part) for reading in ("strict", "lenient"))
        same = np.ones(part.decisions.num_rows, dtype=bool)
        for rule in {*less, *more}:
            same &= less.get(rule, ~same & False) == more.get(rule, ~same & False)
        return same

    def _of(self, reading: str, unknown: frozenset[Name]) -> Reruns:
        if (reading, unknown) not in self._reruns:
            made = {"strict": strict, "lenient": lenient}.get(reading)
            policy = self.policy if made is None else made(self.policy, unknown)
            self._reruns[reading, unknown] = Reruns(policy)
        return self._reruns[reading, unknown]


@lru_cache(maxsize=_POLICIES)
def _bench(files: tuple[tuple[str, bytes], ...]) -> _Bench:
    return _Bench(dict(files))


class _Counting:
    """Counts pairs of outcomes: what differs is looked at once a pair, not once a decision."""

    def __init__(self, part: Part, question: Question, found: Tally) -> None:
        self._table: Final[Table] = part.decisions
        self._question: Final = question
        self._found: Final = found

    def count(self, before: Texts, after: Texts) -> None:
        olds, old = _coded(before)
        news, new = _coded(after)
        codes, pair = np.unique(old * len(news) + new, return_inverse=True)
        pairs = [
            (view(olds[code // len(news)]), view(news[code % len(news)]))
            for code in codes.tolist()
        ]
        differs = np.array([olds[c // len(news)] != news[c % len(news)] for c in codes.tolist()])
        many = np.bincount(pair, minlength=len(pairs)).tolist()
        for (one, other), changed, times in zip(pairs, differs.tolist(), many, strict=True):
            self._pair(one, other, times, changed=changed)
        raised = np.array([b.height < a.height for b, a in pairs])
        lowered = np.array([b.height > a.height for b, a in pairs])
        self._groups([differs[pair], raised[pair], lowered[pair]])
        self._examples(pairs, differs, pair)
        self._pages(pairs, pair)
        self._found.policies.update(Counter(map(str, self._table["policy"].to_pylist())))

    def _pair(self, before: View, after: View, times: int, *, changed: bool) -> None:
        found = self._found
        found.count("compared", times)
        found.count("changed", times * changed)
        found.count("raised", times * (before.height < after.height))
        found.count("lowered", times * (before.height > after.height))
        found.count("rerouted", times * (before.routes != after.routes))
        _bump(found.tiers.setdefault(before.tier, {}), after.tier, times)
        _bump(found.routes.setdefault(_teams(before), {}), _teams(after), times)
        for name in LISTS if changed else ():
            for entry in after.entries[name] - before.entries[name]:
                _bump(found.gained.setdefault(name, {}), entry, times)
            for entry in before.entries[name] - after.entries[name]:
                _bump(found.lost.setdefault(name, {}), entry, times)
        for side, one in enumerate((before, after)):
            for team in one.routes:
                found.load(team).cases[side] += times
            for team, many, seconds in chain.from_iterable(one.loads):
                load = found.load(team)
                load.deadlines[side] += times * many
                load.seconds[side] += times * seconds

    def _groups(self, flags: Sequence[NDArray[np.bool_]]) -> None:
        for name in BY:
            values, codes = _dictionary(self._table[name])
            rows = [np.bincount(codes, minlength=len(values))]
            rows += [np.bincount(codes[flag], minlength=len(values)) for flag in flags]
            counted = np.array(rows).T.tolist()
            group = self._found.groups.setdefault(name, {})
            for value, numbers in zip(values, counted, strict=True):
                if numbers[0]:
                    group[value] = numbers

    def _examples(
        self, pairs: Sequence[tuple[View, View]], differs: NDArray[np.bool_], pair: Numbers
    ) -> None:
        cells: dict[str, set[int]] = {}
        for at, (before, after) in enumerate(pairs):
            if differs[at]:
                cells.setdefault(f"{before.tier} → {after.tier}", set()).add(at)
        ids, sequences = self._table["id"], self._table["sequence"]
        for cell, members in cells.items():
            rows = np.flatnonzero(np.isin(pair, list(members)))[:5].tolist()
            self._found.examples[cell] = [
                (sequences[row].as_py(), ids[row].as_py()) for row in rows
            ]

    def _pages(self, pairs: Sequence[tuple[View, View]], pair: Numbers) -> None:
        """Who is told when: about an incident once a window, else each time."""
        incidents, codes = _dictionary(self._table["incident"])
        at = self._table["at"].cast("int64").to_numpy()
        order = np.argsort(at, kind="stable")
        slots = at // self._question.window
        low = int(slots.min())
        span = int(slots.max()) - low + 1
        key = (codes * span + (slots - low)) * len(pairs) + pair
        wanted, first, many = np.unique(key[order], return_index=True, return_counts=True)
        for code, place, times in zip(wanted.tolist(), first.tolist(), many.tolist(), strict=True):
            rest, number = divmod(code, len(pairs))
            incident, slot = divmod(rest, span)
            moment = int(at[order[place]])
            self._paged(pairs[number], incidents[incident], slot + low, moment, times)

    def _paged(
        self, pair: tuple[View, View], incident: str, slot: int, moment: int, times: int
    ) -> None:
        shift = str(slot * self._question.window // self._question.shift)
        for side, one in enumerate(pair):
            for team in one.told:
                if incident:
                    slots = self._found.pages.setdefault(incident, {}).setdefault(team, {})
                    slots[str(slot)] = slots.get(str(slot), 0) | 1 << side
                else:
                    shifts = self._found.alone.setdefault(team, {})
                    shifts.setdefault(shift, [0, 0])[side] += times
            if incident and one.told:
                held = self._found.first.setdefault(incident, [None, None])
                known = held[side]
                held[side] = moment if known is None else min(known, moment)


def _teams(one: View) -> str:
    return " + ".join(one.routes)


def _bump(counts: dict[str, int], name: str, times: int) -> None:
    counts[name] = counts.get(name, 0) + times


def _coded(texts: Texts) -> tuple[list[str], Numbers]:
    coded = pa.array(texts, pa.string()).dictionary_encode()
    return coded.dictionary.to_pylist(), coded.indices.to_numpy().astype(np.int64)


def _dictionary(column: Any) -> tuple[list[str], Numbers]:  # noqa: ANN401 - a pyarrow column
    """The values of a column of names, the empty one for none, and the place of each row's."""
    coded = column.unify_dictionaries().combine_chunks()
    values = coded.dictionary.to_pylist()
    codes = coded.indices.fill_null(len(values)).to_numpy(zero_copy_only=False)
    return [*values, ""], codes.astype(np.int64)
