"""Rule engines side by side: the same 200 rules, the same 10 facts as dicts, rules out."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from itertools import count
from statistics import median
from typing import Any, NamedTuple

from bench.measuring import Figure, cpu_ms
from ontology.facts import Fact, Origin, catalogue
from rules.compiled import Compiled
from rules.durable import Durable, available
from rules.rulebook import Rule, parse

Facts = Mapping[str, Mapping[str, Any]]
Engine = Callable[[Facts], set[str]]


class Asked(NamedTuple):
    """One test of a rule; `sign` is = or >=."""

    kind: str
    field: str
    sign: str
    value: Any


# Kind → its number, how much more each further rule asks, and what else it asks.
_KINDS: Mapping[str, tuple[str, float, str, Any]] = {
    "incident": ("customers_affected", 10, "phase", "open"),
    "spread": ("volume", 20, "window", "PT1H"),
    "signal": ("reach", 100, "judged", True),
    "customer": ("contacts_week", 1, "vulnerable", True),
    "team": ("load", 0.25, "id", "team/a"),
    "platform": ("minutes_to_exhaustion", 5, "status", "available"),
    "coverage": ("unjudged_share", 0.05, "customer_records", "available"),
    "calendar": ("time_zones", 1, "weekday", "monday"),
    "progress": ("unanswered", 3, "known", True),
    "feed": ("sampling_rate", 0.05, "status", "live"),
}
_MATCHED = 2
_RUNS = 2_000
_FEW = 300
_ROUNDS = 5
_ORIGIN = Origin(source="request", ref="/facts")


def measure() -> Iterator[Figure]:
    """CPU time of a decision for every engine that is installed, each checked for its answer."""
    rules, facts = _rules(200), _facts()
    wanted = {name for name, asked in rules.items() if all(_holds(one, facts) for one in asked)}
    ready: dict[str, tuple[Callable[[], object], int]] = {}
    for name, build, runs in _ENGINES:
        try:
            engine = build(rules)
        except ImportError as error:
            yield Figure(name=name, value=float("nan"), unit="ms CPU", note=f"skipped: {error}")
            continue
        found = engine(facts)
        if found != wanted:
            raise RuntimeError(f"{name} finds {len(found)} rules, not the {len(wanted)} wanted")
        ready[name] = partial(engine, facts), runs
    rounds: dict[str, list[float]] = {name: [] for name in ready}
    for _ in range(_ROUNDS):
        for name, (work, runs) in ready.items():
            rounds[name].append(cpu_ms(work, runs=runs // _ROUNDS))
    taken = {name: median(each) for name, each in rounds.items()}
    for name, value in taken.items():
        yield Figure(name=name, value=value, unit="ms CPU", note=f"{len(wanted)} rules fire")
    yield from _ratios(taken)


def _ratios(taken: Mapping[str, float]) -> Iterator[Figure]:
    peers = [name for name in ("zen-engine", "durable-rules Host") if name in taken]
    if not peers:
        return
    best = min(peers, key=taken.__getitem__)
    for name, aim in (("attune durable", "≥ 2"), ("attune compiled", "≥ 10")):
        if name in taken:
            yield Figure(
                name=f"{name}, times as fast",
                value=taken[best] / taken[name],
                unit="×",
                against=best,
                ratio=taken[best] / taken[name],
                aim=aim,
            )


def _rules(number: int) -> dict[str, list[Asked]]:
    """Rules about one kind, every other one about its neighbour too; each fact fits a tenth."""
    names = [*_KINDS]
    rules: dict[str, list[Asked]] = {}
    for at in range(number):
        kind = names[at % len(names)]
        amount, step, other, value = _KINDS[kind]
        place = at // len(names)
        rules[f"rule-{at}"] = [
            Asked(kind, other, "=", value),
            Asked(kind, amount, ">=", round((place + 1) * step, 3)),
        ]
        if at % 2:
            near = names[(at + 1) % len(names)]
            rules[f"rule-{at}"].append(Asked(near, _KINDS[near][2], "=", _KINDS[near][3]))
    return rules


def _facts() -> dict[str, dict[str, Any]]:
    made = {}
    for kind, (amount, step, other, value) in _KINDS.items():
        checked = catalogue().fact(
            kind, {amount: round(step * _MATCHED, 3), other: value}, _ORIGIN
        )
        made[kind] = dict(checked.values)
    return made


def _holds(asked: Asked, facts: Facts) -> bool:
    value = facts[asked.kind][asked.field]
    return bool(value == asked.value if asked.sign == "=" else value >= asked.value)


def _book(rules: Mapping[str, Sequence[Asked]]) -> tuple[Rule, ...]:
    """The rules as a book of attune."""
    written = []
    for name, asked in rules.items():
        when: dict[str, dict[str, str]] = {}
        for one in asked:
            text = json.dumps(one.value) if isinstance(one.value, bool) else str(one.value)
            when.setdefault(one.kind, {})[one.field] = f"{one.sign} {text}"
        if "team" in when:
            when["team"].setdefault("id", "-")
        then = [{"forbid": "denial"}]
        written.append({"id": name, "reason": "Measured.", "when": when, "then": then})
    book = {"book": "bench", "stratum": "require", "owner": "team/a", "rules": written}
    return parse(json.dumps(book), file="bench.yaml", catalogue=catalogue()).rules


def _typed(facts: Facts) -> list[Fact]:
    return [Fact(kind=kind, values=values, origins=()) for kind, values in facts.items()]


def _compiled(rules: Mapping[str, Sequence[Asked]]) -> Engine:
    engine = Compiled(_book(rules))
    return lambda facts: {*engine.fire(_typed(facts)).matched}


def _durable(rules: Mapping[str, Sequence[Asked]]) -> Engine:
    if not available():
        raise ImportError("durable-rules is not installed")
    engine = Durable(_book(rules))
    return lambda facts: {*engine.fire(_typed(facts)).matched}


def _zen(rules: Mapping[str, Sequence[Asked]]) -> Engine:
    """One decision table that collects, without its trace."""
    zen = import_module("zen")
    columns = dict.fromkeys((one.kind, one.field) for asked in rules.values() for one in asked)
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
            for name, asked in rules.items()
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
    return lambda facts: {row["rule"] for row in decision.evaluate(facts)["result"]}


def _cell(one: Asked) -> str:
    value = json.dumps(one.value)
    return f">= {value}" if one.sign == ">=" else value


def _cel(rules: Mapping[str, Sequence[Asked]]) -> Engine:
    """All rules in one expression: a list of their names."""
    cel = import_module("cel")
    signs = {"=": "=="}
    parts = []
    for name, asked in rules.items():
        tests = " && ".join(
            f"{one.kind}.{one.field} {signs.get(one.sign, one.sign)} {_cel_value(one.value)}"
            for one in asked
        )
        parts.append(f"({tests} ? '{name}' : '')")
    program = cel.compile(f"[{', '.join(parts)}]")
    return lambda facts: {*program.execute(facts)} - {""}


def _cel_value(value: object) -> str:
    return f"double({value})" if isinstance(value, float) else json.dumps(value)


def _clips(rules: Mapping[str, Sequence[Asked]]) -> Engine:
    """Templates and rules; each rule asserts its name."""
    clips = import_module("clips")
    environment = clips.Environment()
    for kind, (amount, _, other, _) in _KINDS.items():
        environment.build(f"(deftemplate {kind} (slot {amount}) (slot {other}))")
    environment.build("(deftemplate fired (slot rule))")
    for name, asked in rules.items():
        patterns = {one.kind: "" for one in asked}
        for at, one in enumerate(asked):
            amount = f"?v{at}&:(>= ?v{at} {one.value})"
            plain = f'"{one.value}"' if isinstance(one.value, str) else str(one.value).upper()
            patterns[one.kind] += f" ({one.field} {amount if one.sign == '>=' else plain})"
        left = " ".join(f"({kind}{slots})" for kind, slots in patterns.items())
        environment.build(f'(defrule {name} {left} => (assert (fired (rule "{name}"))))')
    templates = {kind: environment.find_template(kind) for kind in _KINDS}
    true, false = clips.Symbol("TRUE"), clips.Symbol("FALSE")

    def run(facts: Facts) -> set[str]:
        environment.reset()
        for kind, values in facts.items():
            plain = {
                n: (true if v is True else false if v is False else v) for n, v in values.items()
            }
            templates[kind].assert_fact(**plain)
        environment.run()
        fired = environment.find_template("fired")
        return {fact["rule"] for fact in fired.facts()}

    return run


def _host(rules: Mapping[str, Sequence[Asked]]) -> Engine:
    """The library's own Host: a new session a decision, fact by fact, then deleted."""
    engine = import_module("durable.engine")
    found: set[str] = set()
    definitions = {}
    for name, asked in rules.items():
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

    def run(facts: Facts) -> set[str]:
        found.clear()
        session = str(next(sessions))
        for kind, values in facts.items():
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
