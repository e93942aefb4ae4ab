"""Rule engines side by side: the same 20 to 2,000 rules, the same 10 facts as dicts, rules out."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from itertools import count
from statistics import median
from typing import Any, Final

from bench.measuring import Figure, cpu_ms
from bench.rulebooks import Asked, Facts, book, facts, holds, rules, typed
from ontology.facts import catalogue
from rules.compiled import Compiled
from rules.durable import Durable, available
from rules.rulebook import Rule, parse

Engine = Callable[[Facts], set[str]]
Work = Callable[[], object]

SIZES: Final = (20, 200, 1_000, 2_000)
_COMPARED: Final = 200
"""The size at which our aims were set."""

_RUNS: Final = 2_000
_FEW: Final = 300
_ROUNDS: Final = 5
_HOST: Final = 1_000


def measure() -> Iterator[Figure]:
    """CPU time of a decision, engine by engine and size by size, each checked for its answer."""
    for size in SIZES:
        ready: dict[str, tuple[Work, int]] = {}
        for name, build, runs in _ENGINES:
            try:
                ready[name] = _checked(name, build, size), runs
            except (ImportError, _TooMany) as error:
                yield Figure(
                    name=f"{name}, {size} rules",
                    value=float("nan"),
                    unit="ms CPU",
                    note=f"left out: {error}",
                )
        taken = _taken(ready)
        for name, value in taken.items():
            yield Figure(name=f"{name}, {size} rules", value=value, unit="ms CPU")
        yield from _ratios(taken, size)


class _TooMany(ValueError):
    """An engine cannot carry so many rules."""


def _checked(
    name: str, build: Callable[[Mapping[str, Sequence[Asked]]], Engine], size: int
) -> Work:
    """An engine with its rules, asked once for the right answer."""
    made, given = rules(size), facts()
    wanted = {rule for rule, asked in made.items() if all(holds(one, given) for one in asked)}
    engine = build(made)
    found = engine(given)
    if found != wanted:
        raise RuntimeError(f"{name} finds {len(found)} rules, not the {len(wanted)} wanted")
    return partial(engine, given)


def _taken(ready: Mapping[str, tuple[Work, int]]) -> dict[str, float]:
    """The median of rounds in which the engines are measured in turn."""
    rounds: dict[str, list[float]] = {name: [] for name in ready}
    for _ in range(_ROUNDS):
        for name, (work, runs) in ready.items():
            rounds[name].append(cpu_ms(work, runs=runs // _ROUNDS))
    return {name: median(each) for name, each in rounds.items()}


def _ratios(taken: Mapping[str, float], size: int) -> Iterator[Figure]:
    peers = [name for name in ("zen-engine", "durable-rules Host") if name in taken]
    if not peers:
        return
    best = min(peers, key=taken.__getitem__)
    for name, aim in (("attune durable", "≥ 2"), ("attune compiled", "≥ 10")):
        if name in taken:
            yield Figure(
                name=f"{name}, {size} rules, times as fast",
                value=taken[best] / taken[name],
                unit="×",
                against=best,
                ratio=taken[best] / taken[name],
                aim=aim if size == _COMPARED else "",
            )


def _book(made: Mapping[str, Sequence[Asked]]) -> tuple[Rule, ...]:
    return parse(book(made), file="bench.yaml", catalogue=catalogue()).rules


def _compiled(made: Mapping[str, Sequence[Asked]]) -> Engine:
    engine = Compiled(_book(made))
    return lambda given: {*engine.fire(typed(given)).matched}


def _durable(made: Mapping[str, Sequence[Asked]]) -> Engine:
    if not available():
        raise ImportError("durable-rules is not installed")
    engine = Durable(_book(made))
    return lambda given: {*engine.fire(typed(given)).matched}


def _zen(made: Mapping[str, Sequence[Asked]]) -> Engine:
    """One decision table that collects, without its trace."""
    zen = import_module("zen")
    columns = dict.fromkeys((one.kind, one.field) for asked in made.values() for one in asked)
    ids = {column: f"i{at}" for at, column in enumerate(columns)}
    content = {
        "hitPolicy": "collect",
        "inputs": [
            {"id": name, "name": name, "field": f"{kind}.{field}"}
            for (kind, field), name in ids.items()
        ],
        "outputs": [{"id": "o", "name": "rule", "field": "rule"}],
        "rules": [
            {"_id": name, "o": json.dumps(name), **dict.fromkeys(ids.values(), "")}
            | {ids[one.kind, one.field]: _cell(one) for one in asked}
            for name, asked in made.items()
        ],
    }
    nodes = [
        {"id": "a", "type": "inputNode", "name": "in", "position": {"x": 0, "y": 0}},
        {"id": "b", "type": "decisionTableNode", "name": "t", "content": content}
        | {"position": {"x": 1, "y": 0}},
        {"id": "c", "type": "outputNode", "name": "out", "position": {"x": 2, "y": 0}},
    ]
    edges = [
        {"id": "1", "sourceId": "a", "targetId": "b", "type": "edge"},
        {"id": "2", "sourceId": "b", "targetId": "c", "type": "edge"},
    ]
    graph = json.dumps({"nodes": nodes, "edges": edges})
    decision = zen.ZenEngine().create_decision(graph)
    return lambda given: {row["rule"] for row in decision.evaluate(given)["result"]}


def _cell(one: Asked) -> str:
    value = json.dumps(one.value)
    return f">= {value}" if one.sign == ">=" else value


def _cel(made: Mapping[str, Sequence[Asked]]) -> Engine:
    """All rules in one expression: a list of their names."""
    cel = import_module("cel")
    signs = {"=": "=="}
    parts = []
    for name, asked in made.items():
        tests = " && ".join(
            f"{one.kind}.{one.field} {signs.get(one.sign, one.sign)} {_cel_value(one.value)}"
            for one in asked
        )
        parts.append(f"({tests} ? '{name}' : '')")
    program = cel.compile(f"[{', '.join(parts)}]")
    return lambda given: {*program.execute(given)} - {""}


def _cel_value(value: object) -> str:
    return f"double({value})" if isinstance(value, float) else json.dumps(value)


def _clips(made: Mapping[str, Sequence[Asked]]) -> Engine:
    """Templates and rules; each rule asserts its name."""
    clips = import_module("clips")
    environment = clips.Environment()
    for kind, values in facts().items():
        slots = "".join(f" (slot {name})" for name in values)
        environment.build(f"(deftemplate {kind}{slots})")
    environment.build("(deftemplate fired (slot rule))")
    for name, asked in made.items():
        patterns = {one.kind: "" for one in asked}
        for at, one in enumerate(asked):
            amount = f"?v{at}&:(>= ?v{at} {one.value})"
            plain = f'"{one.value}"' if isinstance(one.value, str) else str(one.value).upper()
            patterns[one.kind] += f" ({one.field} {amount if one.sign == '>=' else plain})"
        left = " ".join(f"({kind}{slots})" for kind, slots in patterns.items())
        environment.build(f'(defrule {name} {left} => (assert (fired (rule "{name}"))))')
    templates = {kind: environment.find_template(kind) for kind in facts()}
    true, false = clips.Symbol("TRUE"), clips.Symbol("FALSE")

    def run(given: Facts) -> set[str]:
        environment.reset()
        for kind, values in given.items():
            plain = {
                n: (true if v is True else false if v is False else v) for n, v in values.items()
            }
            templates[kind].assert_fact(**plain)
        environment.run()
        fired = environment.find_template("fired")
        return {fact["rule"] for fact in fired.facts()}

    return run


def _host(made: Mapping[str, Sequence[Asked]]) -> Engine:
    """The library's own Host: a new session a decision, fact by fact, then deleted."""
    if len(made) > _HOST:
        raise _TooMany("256 rules with one condition end the process")
    engine = import_module("durable.engine")
    found: set[str] = set()
    definitions = {}
    for name, asked in made.items():
        kinds: dict[str, list[dict[str, Any]]] = {}
        for one in asked:
            test = {f"{one.kind}_{one.field}": one.value}
            kinds.setdefault(one.kind, []).append(test if one.sign == "=" else {"$gte": test})
        members = [
            {f"m{at}": {"$and": tests} if len(tests) > 1 else tests[0]}
            for at, tests in enumerate(kinds.values())
        ]
        definitions[name] = {"all": members, "run": _noting(found, name)}
    host = engine.Host()
    host.set_rulesets({"bench": definitions})
    sessions = count()

    def run(given: Facts) -> set[str]:
        found.clear()
        session = str(next(sessions))
        for kind, values in given.items():
            fact = {f"{kind}_{name}": value for name, value in values.items()}
            host.assert_fact("bench", {"sid": session, **fact})
        host.delete_state("bench", session)
        return {*found}

    return run


def _noting(found: set[str], name: str) -> Callable[[object], None]:
    """An action; the library counts its arguments, so a default one would change its meaning."""
    return lambda _context: found.add(name)


_ENGINES: Sequence[tuple[str, Callable[[Mapping[str, Sequence[Asked]]], Engine], int]] = (
    ("attune compiled", _compiled, _RUNS),
    ("attune durable", _durable, _RUNS),
    ("common-expression-language", _cel, _FEW),
    ("zen-engine", _zen, _FEW),
    ("durable-rules Host", _host, _FEW),
    ("clipspy", _clips, _FEW),
)
