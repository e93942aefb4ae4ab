"""Combining: the highest tier wins, deny overrides, the unknown raises caution."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from ontology.decisions import Caution, Decision, Route, RuleError
from ontology.facts import Fact, Origin, catalogue
from rules.combine import decide
from rules.compiled import Fired
from rules.policy import Policy, build
from rules.strata import Engines

AT = datetime(2026, 10, 1, 9, tzinfo=UTC)
QUIET_RULE = """
book: quiet
stratum: recover
owner: team/crisis-office
rules:
  - id: never-here
    reason: A policy needs a rule; this one asks for what these tests never give.
    when: {progress: {effort: 1}}
    then: [recover: debrief]
"""


def fact(kind: str, /, **values: object) -> Fact:
    return catalogue().fact(kind, values, Origin(source="request", ref="/facts"))


@cache
def engines(*books: str) -> tuple[Policy, Engines]:
    bundle = {f"{place}.yaml": text.encode() for place, text in enumerate(books)}
    policy = build(bundle, catalogue())
    return policy, Engines.compiled(policy)


def decided(*facts: Fact, book: str = QUIET_RULE) -> Decision:
    policy, compiled = engines(book)
    return decide(facts, policy, AT, compiled)


def book(stratum: str, *rules: str) -> str:
    listed = "\n".join(f"  - {rule}" for rule in rules)
    return f"book: drawn\nstratum: {stratum}\nowner: team/crisis-office\nrules:\n{listed}\n"


def rule(name: str, then: str, when: str = "signal: given") -> str:
    return f"{{id: {name}, reason: For the test., when: {{{when}}}, then: [{then}]}}"


SIGNAL = fact("signal", judged=True)


def test_nothing_known_is_frontline_at_the_duty_officer() -> None:
    decision = decided()
    assert decision.tier == "frontline"
    assert decision.routes == (Route(team="team/duty-officer"),)
    assert decision.cautions == (Caution(name="no-route", about="team/duty-officer"),)
    assert decision.verdict == "nothing-asked"


def test_the_shortest_time_of_the_highest_tier_counts() -> None:
    text = book(
        "escalate",
        rule("slow", "escalate: {tier: executive, within: 1 hour}"),
        rule("fast", "escalate: {tier: executive, within: 15 minutes}"),
        rule("low", "escalate: {tier: specialist, within: 1 minute}"),
    )
    decision = decided(SIGNAL, book=text)
    assert (decision.tier, decision.within) == ("executive", timedelta(minutes=15))
    assert [firing.rule for firing in decision.firings] == ["fast", "slow"]
    assert decision.outranked == ("low",)


@pytest.mark.parametrize("values", [{"kind": "triage", "automatic": True}, {"language": "en"}])
def test_who_only_asks_who_answers_sends_nothing(values: Mapping[str, object]) -> None:
    decision = decided(fact("request", **values), fact("degraded", part="spread"))
    assert decision.verdict == "nothing-asked"
    assert decision.requirements == ()


def test_a_request_that_does_not_say_what_it_is_but_goes_out_is_a_message() -> None:
    decision = decided(fact("request", channel="social"), fact("degraded", part="spread"))
    assert decision.verdict == "wait"


class Mute:
    """An engine that finds nothing, whatever the facts."""

    def fire(self, facts: Sequence[Fact]) -> Fired:
        del facts
        return Fired(matched={})


class Failing:
    """An engine whose rule `spread-rule` cannot be evaluated."""

    def fire(self, facts: Sequence[Fact]) -> Fired:
        del facts
        return Fired(matched={}, errors=(RuleError(rule="spread-rule", reason="too deep"),))


def test_where_engines_disagree_the_union_stands_and_it_is_said() -> None:
    policy, compiled = engines(book("require", rule("no", "forbid: [denial]")))
    by_stratum = {name: (Mute(), *one) for name, one in compiled.by_stratum.items()}
    decision = decide([SIGNAL], policy, AT, replace(compiled, by_stratum=by_stratum))
    assert decision.prohibitions == ("denial",)
    assert decision.disagreements == ("no",)
    assert Caution(name="engines-disagree", about="no") in decision.cautions
    assert decision.tier == "specialist"


def test_a_rule_that_fails_is_named_and_raises_caution() -> None:
    policy, compiled = engines(QUIET_RULE)
    by_stratum = {name: (Failing(),) for name in compiled.by_stratum}
    decision = decide([], policy, AT, replace(compiled, by_stratum=by_stratum))
    assert decision.errors == (RuleError(rule="spread-rule", reason="too deep"),)
    assert Caution(name="rule-failed", about="spread-rule") in decision.cautions
    assert decision.tier == "specialist"


@pytest.mark.parametrize("phase", ["open", "recovery", "candidate", None])
def test_a_tier_once_reached_holds_while_the_incident_lives(phase: str | None) -> None:
    known = {} if phase is None else {"phase": phase}
    decision = decided(fact("incident", tier="crisis-team", **known))
    assert decision.tier == "crisis-team"
    assert Caution(name="tier-held", about="crisis-team") in decision.cautions


@pytest.mark.parametrize(
    "values", [{"stood_down": True}, {"phase": "closed"}, {"phase": "resolved"}]
)
def test_a_stand_down_or_the_end_releases_it(values: Mapping[str, object]) -> None:
    assert decided(fact("incident", tier="executive", **values)).tier == "frontline"


def test_a_team_with_nobody_on_call_is_replaced_and_that_is_said() -> None:
    text = book(
        "route", rule("care", "route: {team: team/a, priority: urgent, otherwise: team/b}")
    )
    decision = decided(SIGNAL, fact("team", id="team/a", on_call=False), book=text)
    assert decision.routes == (Route(team="team/b", priority="urgent", instead_of="team/a"),)
    assert decision.cautions == (Caution(name="nobody-on-call", about="team/a"),)


def test_where_the_stand_in_is_away_too_the_duty_officer_answers() -> None:
    text = book("route", rule("care", "route: {team: team/a, otherwise: team/b}"))
    away = [fact("team", id=f"team/{name}", on_call=False) for name in "ab"]
    decision = decided(SIGNAL, *away, book=text)
    assert [route.team for route in decision.routes] == ["team/duty-officer"]


def test_the_duty_officer_stays_even_when_away_for_there_is_nobody_else() -> None:
    decision = decided(fact("team", id="team/duty-officer", on_call=False))
    assert decision.routes == (Route(team="team/duty-officer"),)
    assert Caution(name="nobody-on-call", about="team/duty-officer") in decision.cautions


def test_two_rules_for_one_team_give_one_route_of_the_higher_priority() -> None:
    text = book(
        "route",
        rule("one", "route: {team: team/a, priority: normal, otherwise: team/b}"),
        rule("two", "route: {team: team/a, priority: immediate}"),
    )
    assert decided(SIGNAL, book=text).routes == (
        Route(team="team/a", priority="immediate", otherwise="team/b"),
    )


def test_a_prohibited_denial_is_no_response_whoever_recommends_it() -> None:
    deny = book("respond", rule("yes", "respond: [deny, adjust]"))
    forbid = book("require", rule("no", "forbid: [denial]"))
    policy, compiled = engines(deny, forbid)
    decision = decide([SIGNAL], policy, AT, compiled)
    assert [response.strategy for response in decision.responses] == ["adjust"]
    assert decision.prohibitions == ("denial",)


@pytest.mark.parametrize(
    ("prohibition", "message"),
    [
        ("automatic-reply", {"kind": "reply", "automatic": True}),
        ("automatic-publication", {"kind": "statement", "public": True, "automatic": True}),
        ("marketing-contact", {"kind": "campaign"}),
        ("scheduled-posts", {"kind": "statement", "scheduled": True}),
        ("personalisation", {"kind": "reply", "personalised": True}),
        ("denial", {"kind": "statement", "strategy": "deny"}),
        ("fault-admission", {"kind": "statement", "admission": "fault"}),
        ("self-approval", {"kind": "statement", "drafted_by_approver": True}),
    ],
)
def test_a_message_that_breaks_a_prohibition_stops(
    prohibition: str, message: Mapping[str, object]
) -> None:
    text = book("require", rule("no", f"forbid: [{prohibition}]"))
    stopped = decided(SIGNAL, fact("request", **message), book=text)
    assert (stopped.verdict, stopped.broken) == ("stop", (prohibition,))
    other = decided(SIGNAL, fact("request", kind="alert", automatic=False), book=text)
    assert (other.verdict, other.broken) == ("go", ())


def test_a_requirement_makes_a_message_wait() -> None:
    text = book("require", rule("first", "require: [legal-approval]"))
    decision = decided(SIGNAL, fact("request", kind="statement"), book=text)
    assert decision.verdict == "wait"


@pytest.mark.parametrize(
    ("doubt", "caution"),
    [
        (fact("unknown", reference="customer x"), "unknown-reference"),
        (fact("degraded", part="language"), "part-missing"),
        (fact("signal", judged=False), "not-judged"),
        (fact("signal", id="signal/x"), "not-judged"),
    ],
)
def test_the_unknown_raises_the_tier_and_holds_back_machines(doubt: Fact, caution: str) -> None:
    automatic = fact("request", kind="reply", public=True, automatic=True)
    decision = decided(doubt, automatic)
    assert decision.tier == "specialist"
    assert caution in {one.name for one in decision.cautions}
    assert [one.name for one in decision.requirements] == ["human-validation"]
    assert decision.verdict == "wait"


def test_a_person_who_answers_one_customer_need_not_be_validated() -> None:
    doubt = fact("degraded", part="language")
    for message in ({"automatic": False, "public": True}, {"automatic": True, "public": False}):
        assert decided(doubt, fact("request", kind="reply", **message)).requirements == ()
