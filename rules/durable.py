"""The durable-rules engine: its C binding, driven in the one way that was measured to be safe.

A ruleset has one fixed session. A decision asserts one batch of facts that ends with a sentinel,
drains the matches, retracts the batch and checks that nothing is left. Whatever goes wrong, the
ruleset is thrown away, made anew, and the decision is left to the other engine.
"""

import re
import threading
import weakref
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import count
from typing import Any, Final

import orjson

from ontology.facts import Fact
from rules.branches import CombinationsExceeded, taken
from rules.compiled import Fired
from rules.rulebook import Rule
from rules.sharding import SENTINEL, Branch, Plan, Shard, shards
from rules.whole_numbers import LARGEST, EncodingInvalid

SESSION: Final = "0"
MOST_FACTS: Final = 400
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

try:
    _BINDING: Any = import_module("durable_rules_engine")
except ImportError:  # Python 3.13 and later, or no C compiler when it was installed
    _BINDING = None


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

    @classmethod
    def of(cls, shard: Shard) -> "_Loaded":
        kinds = frozenset(pattern.kind for pattern in shard.patterns.values())
        return cls(shard=shard, ruleset=Ruleset(shard.definition()), kinds=kinds)


class Durable:
    """The rules of one stratum on durable-rules; threads wait for one another.

    durable-rules says which fact fits which pattern. Which of them make a match together is told
    here: it reads past the end of a match of several facts once the first of them is retracted.
    """

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
            self._branches[branch.patterns[0] if branch.patterns else None].append(branch)
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
        found: defaultdict[int, set[int]] = defaultdict(set)
        for loaded in self._loaded:
            _match(loaded, facts, found)
        matched: dict[str, frozenset[int]] = {}
        for first in (None, *found):
            for branch in self._branches.get(first, ()):
                positions = _taken(branch, found, facts)
                if positions is not None:
                    matched[branch.rule] = matched.get(branch.rule, frozenset()) | positions
        return Fired(matched=matched)


def _match(loaded: _Loaded, facts: Sequence[Fact], found: defaultdict[int, set[int]]) -> None:
    """Add which facts fit which patterns of one shard."""
    positions = [at for at, fact in enumerate(facts) if fact.kind in loaded.kinds]
    if not positions:
        return
    try:
        messages = loaded.shard.encoding.facts([facts[at] for at in positions], SESSION)
    except EncodingInvalid as error:
        raise EngineFailed(str(error)) from error
    for name, places in loaded.ruleset.run(messages):
        found[int(name.partition("_")[0])].add(positions[places["p0"]["id"]])


def _taken(
    branch: Branch, found: Mapping[int, set[int]], facts: Sequence[Fact]
) -> frozenset[int] | None:
    try:
        return taken(branch, found, facts)
    except CombinationsExceeded as error:
        raise EngineFailed(str(error)) from error


def _whole(batch: bytes) -> bool:
    """INVARIANT: only whole numbers under 2^62 reach the C code.

    It drops a number that it cannot parse (`1e-20`, `inf`) and all facts behind it, and where
    that is the first one it hands out a session that is not there: a segmentation fault.
    """
    return _SHORT.fullmatch(batch) is not None or (
        _WHOLE.fullmatch(batch) is not None
        and all(int(number) <= LARGEST for number in _LONG.findall(batch))
    )
