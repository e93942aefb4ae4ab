"""The durable-rules engine: its C binding, driven in the one way that was measured to be safe.

A ruleset has one fixed session. A decision asserts one batch of facts that ends with a sentinel,
drains the matches, retracts the batch and checks that nothing is left. Whatever goes wrong, the
ruleset is thrown away, made anew, and the decision is left to the other engine.
"""

import re
import threading
import weakref
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import count
from typing import Any, Final

import orjson

from ontology.facts import Fact
from rules.compiled import Fired
from rules.conditions import MOST_PATTERNS
from rules.rulebook import Rule
from rules.sharding import SENTINEL, Branch, Plan, Probe, Shard, shards
from rules.whole_numbers import LARGEST, EncodingInvalid

SESSION: Final = "0"
MOST_FACTS: Final = 400
MOST_COMBINATIONS: Final = 4_096
MOST_DRAINED: Final = 40_000
_NAMES: Final = count()
_SHORT, _WHOLE = (
    re.compile(
        rb'\[(?:\{"id":[0-9]++,"sid":"%b"(?:,"[a-z0-9]++":-?+[0-9]{1,%d}+)*+\},?+)*+\]'
        % (SESSION.encode(), digits)
    )
    for digits in (len(str(LARGEST)) - 1, len(str(LARGEST)))
)
_LONG: Final = re.compile(rb"[0-9]{%d}" % len(str(LARGEST)))
_PLACES: Final = tuple(f"p{at}" for at in range(MOST_PATTERNS))

try:
    _BINDING: Any = import_module("durable_rules_engine")
except ImportError:  # Python 3.13 and later, or no C compiler when it was installed
    _BINDING = None

Found = Mapping[int, Iterable[tuple[int, ...]]]


class EngineFailed(RuntimeError):
    """The engine could not decide, or what it did cannot be trusted; another engine must."""


def available() -> bool:
    """Whether durable-rules is installed and loads."""
    return _BINDING is not None


class Ruleset:
    """One compiled ruleset and its session; one caller at a time."""

    def __init__(self, definition: Mapping[str, Any]) -> None:
        """Compile."""
        self._definition = orjson.dumps(definition).decode()
        self._lock = threading.Lock()
        self._compile()

    def _compile(self) -> None:
        self._handle: int = _BINDING.create_ruleset(f"attune{next(_NAMES)}", self._definition)
        self._release = weakref.finalize(self, _BINDING.delete_ruleset, self._handle)

    def run(self, messages: Sequence[bytes]) -> list[tuple[str, dict[str, Any]]]:
        """The matches of a batch of JSON objects: (name of the sub-rule, messages by place).

        Raises:
            EngineFailed: anything unexpected; the ruleset is made anew before.
        """
        end = b'{"id":%d,"sid":"%b","end":1}' % (len(messages), SESSION.encode())
        written = b"[%b]" % b",".join([*messages, end])
        if not _whole(written):
            raise EngineFailed(f"a message holds more than whole numbers: {written!r:.80}")
        batch = written.decode()
        with self._lock:
            try:
                return self._cycle(batch)
            except EngineFailed:
                self._renew()
                raise
            except Exception as error:
                self._renew()
                raise EngineFailed(f"durable-rules: {error}") from error

    def _cycle(self, batch: str) -> list[tuple[str, dict[str, Any]]]:
        code, state = _BINDING.assert_facts(self._handle, batch)
        if code not in {0, 1}:  # 1: some fact matched nothing
            raise EngineFailed(f"durable-rules took a fact for another (code {code})")
        matches = self._drain(state)
        _BINDING.retract_facts(self._handle, batch)
        left = _BINDING.get_facts(self._handle, SESSION)
        if left not in {"", "[]"}:
            raise EngineFailed("durable-rules kept facts of a decision")
        if sum(name == SENTINEL for name, _ in matches) != 1:
            raise EngineFailed("durable-rules dropped the end of a batch")
        return [match for match in matches if match[0] != SENTINEL]

    def _drain(self, state: int) -> list[tuple[str, dict[str, Any]]]:
        first = _BINDING.start_action_for_state(self._handle, state)
        written = first[1] if first else None
        matches: list[tuple[str, dict[str, Any]]] = []
        while written:
            matches += orjson.loads(written).items()
            if len(matches) > MOST_DRAINED:
                raise EngineFailed(f"durable-rules found more than {MOST_DRAINED} matches")
            written = _BINDING.complete_and_start_action(self._handle, state)
        return matches

    def _renew(self) -> None:
        self._release()
        self._compile()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    """A shard and its ruleset."""

    shard: Shard
    ruleset: Ruleset
    kinds: frozenset[str]
    crossed: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, shard: Shard) -> "_Loaded":
        patterns = [probe.patterns for probe in shard.probes.values()]
        return cls(
            shard=shard,
            ruleset=Ruleset(shard.definition()),
            kinds=frozenset(pattern.kind for some in patterns for pattern in some),
            crossed=frozenset(tuple(p.kind for p in some) for some in patterns if len(some) > 1),
        )


class Durable:
    """The rules of one stratum on durable-rules; threads wait for one another."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Compile; tens of milliseconds for 200 rules.

        Raises:
            EngineFailed: durable-rules is missing or refuses the rules.
        """
        if not available():
            raise EngineFailed("durable-rules is not installed")
        plan = Plan.of(rules)
        self._branches: defaultdict[int | None, list[Branch]] = defaultdict(list)
        for branch in plan.branches:
            self._branches[branch.probe].append(branch)
        try:
            self._loaded = [_Loaded.of(shard) for shard in shards(plan)]
        except Exception as error:
            raise EngineFailed(f"durable-rules refuses the rules: {error}") from error

    def fire(self, facts: Sequence[Fact]) -> Fired:
        """The rules that hold of the facts, each with the positions of the facts that it took.

        Raises:
            EngineFailed: too many facts or combinations, a fact that fits no shape, or an engine
                that misbehaves; the next call works again.
        """
        if len(facts) > MOST_FACTS:
            raise EngineFailed(f"{len(facts)} facts; durable-rules is given at most {MOST_FACTS}")
        found: dict[int, set[tuple[int, ...]]] = defaultdict(set)
        for loaded in self._loaded:
            self._probe(loaded, facts, found)
        matched: dict[str, frozenset[int]] = {}
        for probe in (None, *found):
            for branch in self._branches.get(probe, ()):
                taken = _taken(branch, found)
                if taken is not None:
                    matched[branch.rule] = matched.get(branch.rule, frozenset()) | taken
        return Fired(matched=matched)

    def _probe(
        self, loaded: _Loaded, facts: Sequence[Fact], found: dict[int, set[tuple[int, ...]]]
    ) -> None:
        positions = [at for at, fact in enumerate(facts) if fact.kind in loaded.kinds]
        if not positions:
            return
        asked = [facts[at] for at in positions]
        if loaded.crossed:
            _check_combinations(loaded.crossed, asked)
        try:
            messages = loaded.shard.encoding.facts(asked, SESSION)
        except EncodingInvalid as error:
            raise EngineFailed(str(error)) from error
        for name, places in loaded.ruleset.run(messages):
            number = int(name.partition("_")[0])
            probe = loaded.shard.probes[number]
            chosen = [places[place] for place in _PLACES[: len(probe.patterns)]]
            if not probe.joins or _joined(probe, chosen, loaded.shard):
                found[number].add(tuple(positions[message["id"]] for message in chosen))


def _whole(batch: bytes) -> bool:
    """INVARIANT: only whole numbers under 2^62 reach the C code.

    It drops a number that it cannot parse (`1e-20`, `inf`) and all facts behind it, and where
    that is the first one it hands out a session that is not there: a segmentation fault.
    """
    return _SHORT.fullmatch(batch) is not None or (
        _WHOLE.fullmatch(batch) is not None
        and all(int(number) <= LARGEST for number in _LONG.findall(batch))
    )


def _check_combinations(crossed: Iterable[tuple[str, ...]], facts: Sequence[Fact]) -> None:
    """A rule about several facts is tried on every combination; refuse what takes too long."""
    counts = Counter(fact.kind for fact in facts)
    total = 0
    for kinds in crossed:
        product = 1
        for kind in kinds:
            product *= counts[kind]
        total += product
    if total > MOST_COMBINATIONS:
        raise EngineFailed(f"{total} combinations; durable-rules is given {MOST_COMBINATIONS}")


def _joined(probe: Probe, chosen: Sequence[Mapping[str, Any]], shard: Shard) -> bool:
    """Check every join again: durable-rules compares 32-bit hashes of the joined values.

    A negative number stands for a missing value, which does not even equal itself.
    """
    for join in probe.joins:
        mine = shard.joined(probe, join.left, join.left_field)
        theirs = shard.joined(probe, join.right, join.right_field)
        value = chosen[join.left][mine]
        if value < 0 or value != chosen[join.right][theirs]:
            return False
    return True


def _taken(branch: Branch, found: Found) -> frozenset[int] | None:
    """The positions of the facts of a branch's matches, or None where it does not hold."""
    matches = {()} if branch.probe is None else {*found.get(branch.probe, ())}
    for blocker in branch.blockers:
        blocked = found.get(blocker.probe, ())
        if blocker.anchor is None:
            matches = set() if blocked else matches
        else:
            taken = {places[0] for places in blocked}
            matches = {match for match in matches if match[blocker.anchor] not in taken}
    return frozenset(at for match in matches for at in match) if matches else None
