"""What crashes durable-rules, hangs it, or makes it lie must not reach it through attune."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given

from ontology.facts import Fact, catalogue
from ontology.values import LARGEST_INTEGER, Value
from rules.compiled import Compiled
from rules.durable import MOST_FACTS, Durable, EngineFailed, Ruleset, available
from rules.rulebook import Rule, parse
from rules.sharding import MOST_SUBRULES, Plan, shards
from tests.rules import policies
from tests.rules.examples import steady

pytestmark = pytest.mark.skipif(not available(), reason="durable-rules is not installed")


def fact(kind: str, **values: Value) -> Fact:
    return catalogue().fact(kind, values, policies.ORIGIN)


def agreed(rules: Sequence[Rule], facts: Sequence[Fact]) -> Mapping[str, frozenset[int]]:
    durable, compiled = Durable(rules).fire(facts), Compiled(rules).fire(facts)
    assert durable.matched == compiled.matched
    return durable.matched


def fired(when: Any, *facts: Fact) -> set[int] | None:
    found = agreed(policies.book_of([when]), facts).get("rule-0")
    return None if found is None else {*found}


# What crashes or hangs it


def test_no_facts_are_no_batch() -> None:
    assert fired({"team": {"id": "-"}}) is None


def test_facts_that_no_rule_asks_for_are_no_batch() -> None:
    assert fired({"team": {"id": "-"}}, fact("calendar", weekday="monday")) is None


def test_three_hundred_rules_may_share_one_condition() -> None:
    rules = policies.book_of([{"team": {"id": "-", "load": "at least 1"}}] * 300)
    assert len(agreed(rules, [fact("team", id="team/a", load=1.5)])) == 300


def test_two_thousand_conditions_may_be_about_one_kind() -> None:
    asked = [{"incident": {"customers_affected": f"> {at}"}} for at in range(2000)]
    assert (
        len(agreed(policies.book_of(asked), [fact("incident", customers_affected=1500)])) == 1500
    )


def test_one_fact_may_match_two_hundred_conditions() -> None:
    asked = [{"spread": {"window": "PT1H", "volume": f"at least {at}"}} for at in range(200)]
    matched = agreed(policies.book_of(asked), [fact("spread", window="PT1H", volume=999)])
    assert len(matched) == 200


def test_a_condition_that_asks_nothing_is_never_an_empty_conjunction() -> None:
    assert fired({"incident": {}}, fact("incident", phase="open")) == {0}


def test_three_hundred_rules_may_ask_for_an_absence() -> None:
    asked = [
        {"incident": {}, "absent": {"team": {"id": f"team/t{at}", "on_call": True}}}
        for at in range(300)
    ]
    facts = [fact("incident", phase="open"), fact("team", id="team/t7", on_call=True)]
    assert len(agreed(policies.book_of(asked), facts)) == 299


def test_a_thousand_and_more_decisions_are_one_session() -> None:
    engine = Durable(policies.book_of([{"team": {"id": "-", "on_call": True}}]))
    facts = [fact("team", id="team/a", on_call=True)]
    assert all(engine.fire(facts).matched for _ in range(1_100))


def test_more_than_twelve_facts_at_once_are_refused_when_read() -> None:
    with pytest.raises(ValueError, match="asks for more than 12 facts"):
        policies.book_of([[{"team": {"id": f"team/t{at}"}} for at in range(13)]])


def test_a_rule_may_ask_for_every_field_of_every_kind() -> None:
    asked = [
        {kind.name: {**dict.fromkeys(kind.keys, "-"), name: "not given"}}
        for kind in catalogue().kinds.values()
        if kind.stratum is None
        for name, field in kind.fields.items()
        if not field.key
    ]
    assert len(asked) > 120
    agreed(policies.book_of(asked), [fact("incident", phase="open"), fact("calendar")])


def test_a_rule_never_reads_what_its_own_stratum_concludes() -> None:
    with pytest.raises(ValueError, match="complete only after"):
        policies.book_of([{"prohibition": {"name": "denial"}}])


def under_every_limit(rules: Sequence[Rule]) -> bool:
    """Whether each ruleset keeps clear of what was measured to crash, hang or fail."""
    for shard in shards(Plan.of(rules)):
        definition = shard.definition()
        members = [one for rule in definition.values() for one in rule["all"]]
        written = [json.dumps(one, sort_keys=True) for one in members]
        kinds = Counter(
            shard.patterns[int(name.partition("_")[0])].kind for name in shard.subrules
        )
        assert len({*written}) < 512  # distinct conditions under one node
        assert max(Counter(written).values()) < 256  # rules that share a condition
        assert all(len(rule["all"]) == 1 for rule in definition.values())  # see Durable
        assert '"$and": []' not in str(written)
        assert shard.encoding.properties <= 252
        assert len(definition) <= MOST_SUBRULES + 1
        assert max(kinds.values(), default=0) < 65  # conditions that one fact can match
    return True


MANY: dict[str, list[Any]] = {
    "one kind": [{"incident": {"customers_affected": f"> {at}"}} for at in range(2000)],
    "one condition": [{"team": {"id": "-", "load": "at least 1"}}] * 300,
    "one fact": [{"spread": {"window": "PT1H", "volume": f"at least {n}"}} for n in range(200)],
    "ways": [{"spread": {"window": "-", "volume": f"not({n}), not given"}} for n in range(300)],
    "joins": [
        [{"signal": {"as": "a", "reach": f"> {n}"}}, {"signal": {"id": "same as a.id"}}]
        for n in range(150)
    ],
    "twelve": [[{"team": {"id": f"team/t{n}-{one}"}} for one in range(12)] for n in range(30)],
    "absences": [{"absent": {"team": {"id": f"team/t{n}"}}, "incident": {}} for n in range(300)],
}


@pytest.mark.parametrize("form", MANY)
def test_many_rules_are_split_under_every_measured_limit(form: str) -> None:
    assert under_every_limit(policies.book_of(MANY[form]))


@steady
@given(rules=policies.rules(12))
def test_drawn_rules_are_split_under_every_measured_limit(rules: tuple[Rule, ...]) -> None:
    assert under_every_limit(rules)


def test_two_hundred_rows_of_a_table_that_hold_of_one_fact_are_decided_by_both_engines() -> None:
    allowed = catalogue().kinds["prohibition"].fields["name"].allowed
    rows = [
        {"when": [f"at least {at + 1}"], "then": [allowed[at % len(allowed)]]} for at in range(200)
    ]
    table = {
        "id": "t",
        "reason": "Drawn.",
        "hit": "C",
        "inputs": ["incident.customers_affected"],
        "outputs": ["forbid"],
        "rows": rows,
    }
    book = {"book": "b", "stratum": "require", "owner": "team/a", "tables": [table]}
    rules = parse(json.dumps(book), file="t.yaml", catalogue=catalogue()).rules
    assert under_every_limit(rules)
    assert len(agreed(rules, [fact("incident", customers_affected=150)])) == 150


# What it gets wrong without a word


def test_a_number_that_it_cannot_parse_never_drops_the_facts_behind_it() -> None:
    ruleset = Ruleset({"any": {"all": [{"p0": {"k": 0}}]}, "$end": END})
    for broken in (1e-20, float("inf"), 2**63, True, "5", None):
        with pytest.raises(EngineFailed, match="whole numbers"):
            ruleset.run([orjson.dumps({"id": 0, "sid": "0", "k": broken})])
    assert len(ruleset.run([b'{"id":0,"sid":"0","k":0}'])) == 1


END = {"pri": 9, "all": [{"p0": {"end": 1}}]}


def test_a_batch_whose_end_does_not_come_back_is_no_answer() -> None:
    ruleset = Ruleset({"any": {"all": [{"p0": {"k": 0}}]}})
    for _ in range(2):  # the ruleset is made anew after each failure
        with pytest.raises(EngineFailed, match="end of a batch"):
            ruleset.run([b'{"id":0,"sid":"0","k":0}'])


@pytest.mark.parametrize("broken", [float("inf"), float("nan"), "4.5", True, None, 4])
def test_a_fact_of_another_type_is_refused_not_coerced(broken: Any) -> None:
    engine = Durable(policies.book_of([{"spread": {"window": "-", "excess": "at least 4"}}]))
    whole = fact("spread", window="PT1H", excess=4.5)
    bad = replace(whole, values={**whole.values, "excess": broken})
    if broken is None:
        assert not engine.fire([bad]).matched
    else:
        with pytest.raises(EngineFailed):
            engine.fire([bad])
    assert engine.fire([whole]).matched == {"rule-0": frozenset({0})}


def test_small_and_negative_numbers_keep_their_order() -> None:
    facts = [fact("spread", window="PT1H", velocity=v) for v in (-0.001, 0.0, 0.001)]
    assert fired({"spread": {"window": "-", "velocity": "< 0"}}, *facts) == {0}
    assert fired({"spread": {"window": "-", "velocity": "(0..1]"}}, *facts) == {2}


def test_both_ends_of_an_interval_count() -> None:
    facts = [fact("incident", customers_affected=v) for v in (0, 1, 2, 3)]
    assert fired({"incident": {"customers_affected": "[1..2]"}}, *facts) == {1, 2}


def test_alternatives_fire_a_rule_once() -> None:
    rules = policies.book_of([{"spread": {"window": "-", "volume": "1, [0..5], >= 1"}}])
    assert agreed(rules, [fact("spread", window="PT1H", volume=1)]) == {"rule-0": frozenset({0})}


@pytest.mark.parametrize("text", ["5", "5.0", "true", "null", "o.p.q", '"', "\\", "é", "$end"])
def test_a_text_equals_itself_and_nothing_else(text: str) -> None:
    others = ["5", "5.0", "true", "null", "o.p.q", '"', "\\", "é", "$end", "E", "É"]
    facts = [fact("team", id="team/a", external=other) for other in others]
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert fired({"team": {"id": "-", "external": quoted}}, *facts) == {others.index(text)}


def test_large_whole_numbers_are_told_apart() -> None:
    facts = [fact("incident", customers_affected=LARGEST_INTEGER - at) for at in (0, 1)]
    assert fired({"incident": {"customers_affected": f"{LARGEST_INTEGER}"}}, *facts) == {0}


def test_a_long_duration_does_not_saturate() -> None:
    facts = [fact("incident", age=timedelta(days=d)) for d in (9_999_998, 9_999_999)]
    assert fired({"incident": {"age": "> P9999998D"}}, *facts) == {1}


def test_equal_facts_are_no_duplicates() -> None:
    twins = [fact("calendar", weekday="monday")] * 2
    assert fired({"calendar": {"weekday": "monday"}}, *twins) == {0, 1}


def test_missing_values_join_nothing_not_even_themselves() -> None:
    when = [
        {"signal": {"as": "here"}},
        {"agreement": {"topic": "-", "region": "same as here.region"}},
    ]
    assert fired(when, fact("signal"), fact("agreement", topic="x")) is None


def test_texts_that_look_alike_are_not_joined() -> None:
    when = [{"signal": {"as": "a"}}, {"signal": {"as": "b", "language": "same as a.region"}}]
    one, other = fact("signal", region="region/1"), fact("signal", language="1")
    assert fired(when, one, other) is None


def test_patterns_are_re2_and_search_as_their_author_expects() -> None:
    facts = [fact("team", id="team/a", external=text) for text in ("desk 7", "DESK", "no desks")]
    assert fired({"team": {"id": "-", "external": {"matches": r"\d$"}}}, *facts) == {0}
    assert fired({"team": {"id": "-", "external": {"matches": r"\bdesk\b"}}}, *facts) == {0}
    assert fired({"team": {"id": "-", "external": {"matches": "(?i)^desk"}}}, *facts) == {0, 1}


def test_ordinals_and_properties_have_hashes_of_their_own() -> None:
    names = [str(at) for at in range(MOST_FACTS + 1)]
    names += [f"{sign}{at}{use}" for at in range(300) for sign, use in USES]
    assert len({fnv1(name) for name in names}) == len(names)


USES = (("f", ""), ("f", "m"), ("q", ""))


def fnv1(text: str) -> int:
    """The hash by which durable-rules finds messages and properties."""
    value = 2_166_136_261
    for byte in text.encode():
        value = (value * 16_777_619) % 2**32 ^ byte
    return value


def test_more_facts_or_combinations_than_were_measured_are_refused() -> None:
    pair = [{"team": {"id": "-", "as": "one"}}, {"team": {"id": "same as one.id"}}]
    engine = Durable(policies.book_of([pair]))
    teams = [fact("team", id=f"team/t{at}") for at in range(MOST_FACTS + 1)]
    with pytest.raises(EngineFailed, match="facts"):
        engine.fire(teams)
    with pytest.raises(EngineFailed, match="combinations"):
        engine.fire(teams[:100])
    assert engine.fire(teams[:3]).matched == {"rule-0": frozenset({0, 1, 2})}


def test_threads_may_share_an_engine() -> None:
    engine = Durable(policies.book_of([{"team": {"id": "-", "load": "> 1"}}]))
    batches = [[fact("team", id="team/a", load=float(at % 3))] for at in range(300)]
    with ThreadPoolExecutor(8) as pool:
        found = [*pool.map(lambda batch: bool(engine.fire(batch).matched), batches)]
    assert found == [at % 3 == 2 for at in range(300)]
