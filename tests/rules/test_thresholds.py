from math import inf

import pytest

from ontology.facts import Fact, Origin, catalogue
from rules.policy import Policy, build
from rules.thresholds import (
    Reach,
    Threshold,
    ThresholdInvalid,
    forced,
    opened,
    reach,
    reads_figures,
    threshold,
    thresholds,
)

BOOK = """
book: detection
stratum: detect
owner: team/communications
rules:
  - id: surge
    reason: A surge.
    covers: ["1.1"]
    when:
      spread: {window: PT1H, excess: at least 3, volume: at least 10}
    then:
      - detect: surge
  - id: falls
    reason: Feeling falls.
    covers: ["1.1"]
    when:
      spread: {window: PT1H, sentiment_shift: at most -1.5}
    then:
      - detect: negative-shift
  - id: usual-or-not
    reason: Much, or about something new.
    covers: ["1.1"]
    when:
      spread: {window: PT1H, excess: ">= 3, not given", authors: at least 30}
    then:
      - detect: many-voices
  - id: one-of-two
    reason: One corner speaks.
    covers: ["2.4"]
    when:
      any:
        - spread: {window: PT1H, platform_share: at least 0.95, volume: at least 30}
        - spread: {window: PT1H, region_share: at least 0.95, volume: at least 30}
    then:
      - detect: not-representative
  - id: two-numbers
    reason: Two numbers for one figure.
    covers: ["1.1"]
    when:
      any:
        - spread: {window: PT1H, excess: at least 3}
        - spread: {window: P1D, excess: at least 2}
    then:
      - detect: early-surge
  - id: two-facts
    reason: An hour and a day.
    covers: ["1.1"]
    when:
      - spread: {window: PT1H, excess: at least 3}
      - spread: {window: P1D, volume: at least 100}
    then:
      - detect: lasting-interest
  - id: quiet
    reason: Nothing much.
    covers: ["1.1"]
    when:
      incident: {phase: open}
      absent: {spread: {window: PT1H, excess: at least 3}}
    then:
      - detect: flood
  - id: opened
    reason: It is open.
    covers: ["1.1"]
    when:
      incident: {phase: open}
    then:
      - detect: flood
"""


@pytest.fixture(scope="module")
def policy() -> Policy:
    return build({"book.yaml": BOOK.encode()}, catalogue())


def spread(**values: object) -> Fact:
    origin = Origin(source="request", ref="/spread")
    return catalogue().fact("spread", {"window": "PT1H", **values}, origin)


def reached(policy: Policy, rule: str, names: list[str], *facts: Fact) -> set[Reach]:
    mine = policy.rule(rule)
    chosen = [threshold(mine, name) for name in names]
    return {found for one in opened(mine, chosen) for found in reach(one, facts)}


def test_every_number_that_a_rule_holds_a_figure_against_is_a_threshold(policy: Policy) -> None:
    found = {one.name: one.value for one in thresholds(policy.rule("surge"))}
    assert found == {"spread.excess": 3.0, "spread.volume": 10.0}
    assert [one.name for one in thresholds(policy.rule("one-of-two"))].count("spread.volume") == 1


def test_a_threshold_beside_not_given_is_one_too(policy: Policy) -> None:
    excess = threshold(policy.rule("usual-or-not"), "excess")
    assert (excess.operator, excess.value) == (">=", 3.0)


@pytest.mark.parametrize(
    ("rule", "name", "words"),
    [
        ("surge", "exces", "did you mean 'spread.excess'"),
        ("surge", "virality", r"it has .*spread.excess \(at least 3\)"),
        ("two-numbers", "excess", "against several numbers"),
        ("quiet", "excess", "in an absence"),
        ("opened", "excess", "holds no figure"),
    ],
)
def test_what_is_no_threshold_is_refused_with_those_that_are(
    policy: Policy, rule: str, name: str, words: str
) -> None:
    with pytest.raises(ThresholdInvalid, match=words):
        threshold(policy.rule(rule), name)


def test_thresholds_of_different_facts_are_not_moved_together(policy: Policy) -> None:
    mine = policy.rule("two-facts")
    chosen = [threshold(mine, name) for name in ("spread.excess", "spread.volume")]
    with pytest.raises(ThresholdInvalid, match="different facts"):
        opened(mine, chosen)


def test_a_figure_reaches_as_high_as_it_is_where_all_else_holds(policy: Policy) -> None:
    found = reached(policy, "surge", ["excess"], spread(excess=4.2, volume=12))
    assert found == {Reach(heights=(4.2,), sure=True)}


def test_a_figure_reaches_nothing_where_another_test_fails(policy: Policy) -> None:
    assert reached(policy, "surge", ["excess"], spread(excess=4.2, volume=9)) == set()
    assert reached(policy, "surge", ["excess"], spread(window="PT15M", excess=4.2)) == set()


def test_a_figure_that_is_not_known_is_no_answer(policy: Policy) -> None:
    assert reached(policy, "surge", ["excess"], spread(volume=12)) == {
        Reach(heights=(inf,), sure=False)
    }
    assert reached(policy, "surge", ["volume"], spread(volume=12)) == {
        Reach(heights=(12.0,), sure=False)
    }


def test_a_figure_that_need_not_be_known_reaches_any_height(policy: Policy) -> None:
    found = reached(policy, "usual-or-not", ["excess"], spread(authors=40))
    assert found == {Reach(heights=(inf,), sure=True)}


def test_two_thresholds_of_one_fact_have_two_heights(policy: Policy) -> None:
    found = reached(policy, "surge", ["excess", "volume"], spread(excess=4.2, volume=9))
    assert found == {Reach(heights=(4.2, 9.0), sure=True)}


def test_a_figure_that_falls_reaches_higher_the_lower_it_is(policy: Policy) -> None:
    (found,) = reached(policy, "falls", ["sentiment_shift"], spread(sentiment_shift=-2.0))
    shift: Threshold = threshold(policy.rule("falls"), "sentiment_shift")
    assert found.heights == (2.0,)
    assert shift.met(found.heights[0], -2.0)
    assert not shift.met(found.heights[0], -2.01)


def test_an_alternative_without_the_figure_fires_wherever_the_threshold_stands(
    policy: Policy,
) -> None:
    found = reached(policy, "one-of-two", ["platform_share"])
    assert found == {Reach(heights=(inf,), sure=True)}


def test_without_figures_the_rule_asks_what_is_left(policy: Policy) -> None:
    left = forced(policy.rule("surge"))
    assert left is not None
    assert [pattern.kind for pattern in left.conditions[0].patterns] == ["incident"]


def test_a_rule_reads_figures_also_where_they_must_be_absent(policy: Policy) -> None:
    assert reads_figures(policy.rule("quiet"))
    assert reads_figures(policy.rule("surge"))
