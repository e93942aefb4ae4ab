"""Fairness: what differs is found, what does not is not, and nobody is told apart."""

import csv
import io
import json
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from ontology.events import Draft
from ontology.identity import ThingId
from ontology.lifecycle import Actor, Role
from ontology.marked_reader import FileInvalid
from rules.fairness_terms import BY, Terms, read
from service import desk, policy_sources
from service.acts import propose
from service.bundle import packaged
from service.cli.policy import app
from service.clock import StoppedClock, monotonic_ms
from service.decision_bodies import DecisionRequest
from service.fairness import FairnessInvalid, fairness, month, period
from service.fairness_cases import Case, Gathered, Had
from service.fairness_figures import Division
from service.fairness_report import Asked, Fairness, lines
from service.fairness_verdicts import divided
from service.job_kinds import KINDS
from service.job_runner import JobRunner
from service.monthly_looks import ask_monthly
from service.problems import ProblemError
from service.reported import table
from service.sweep import sweep
from service.world import World
from tests.conftest import Door
from tests.rules.examples import quick

OPERATOR = ThingId("person/operator")
TEXT = packaged()["rules/guidelines/fairness.yaml"].decode()
TERMS = read(TEXT)
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
EXTRA = """\
book: extra
stratum: escalate
owner: team/crisis-office
rules:
  - id: many-customers
    reason: What hits many goes higher up; nobody recorded how many.
    when: {incident: {customers_affected: at least 10}}
    then: [{escalate: {tier: board, within: 1 hour}}]
"""
CLUSTERS = ("victim", "accidental", "preventable")


def people(
    seed: int, many: int = 900, *, less: float = 0.0, slower: float = 0.0
) -> dict[tuple[str, str], Case]:
    """People of whom visitors meet the worse incidents, where all are offered more.

    `less` is by how much visitors are offered less than commuters of the same incident, `slower`
    by how many minutes they wait longer.
    """
    chance = Random(seed)  # noqa: S311 - no secret
    cases = {}
    for number in range(many):
        cluster = chance.choice(CLUSTERS)
        worse = CLUSTERS.index(cluster)
        visitor = chance.random() < (0.2, 0.4, 0.7)[worse]
        offered = chance.random() < 0.2 + 0.25 * worse - less * visitor
        case = Case(
            like=("incident/derailment", cluster, "severe"),
            first=NOW,
            groups=(
                "segment/visitor" if visitor else "segment/commuter",
                chance.choice(("en", "de", "fr")),
                None,
                chance.choice(("true", "false")),
            ),
            had=Had(measures=frozenset({"offer"} if offered else ()), deadline=60.0),
            answered=chance.gauss(40 + 10 * worse + slower * visitor, 12),
            person=True,
        )
        cases[f"customer/{number}", "incident/derailment"] = case
    return cases


def spoken(case: Case, language: str | None) -> tuple[str | None, ...]:
    return (case.groups[0], language, *case.groups[2:])


def verdicts(divisions: tuple[Division, ...]) -> dict[tuple[str, str], str]:
    return {
        (group.name, one.measure): one.verdict
        for division in divisions
        for group in division.groups
        for one in group.figures
    }


def shown(cases: dict[tuple[str, str], Case], terms: Terms = TERMS) -> Fairness:
    return Fairness(
        asked=Asked(since=date(2026, 10, 1), until=date(2026, 11, 1)),
        at=NOW,
        gathered=Gathered(cases=cases, decisions=len(cases)),
        terms=terms,
        divisions=divided(cases, terms),
    )


def test_a_known_disparity_is_found_with_an_interval_that_covers_it() -> None:
    found = verdicts(divided(people(1, less=0.18, slower=9), TERMS))
    assert found["segment/visitor", "offer"] == "differs"
    assert found["segment/visitor", "answered"] == "differs"
    covered = 0
    for seed in range(40):
        (segment, *_) = divided(people(seed, less=0.18), TERMS)
        (offer,) = [one for one in segment.groups[1].figures if one.measure == "offer"]
        assert offer.like is not None
        covered += offer.like.low <= -0.18 <= offer.like.high
    assert covered >= 35


def test_worse_incidents_are_no_disparity() -> None:
    (segment, *_) = divided(people(2), TERMS)
    (offer,) = [one for one in segment.groups[1].figures if one.measure == "offer"]
    assert offer.apart is not None
    assert offer.apart[0] > 0
    assert offer.verdict == "not shown"


def test_where_nothing_differs_few_reports_say_so() -> None:
    told = sum(
        "differs" in verdicts(divided(people(seed, many=300), TERMS)).values()
        for seed in range(60)
    )
    assert told <= 8


def test_a_difference_that_the_policy_means_is_shown_with_its_reason() -> None:
    cases = people(3)
    for case in cases.values():
        if case.groups[-1] == "true":
            case.had.measures |= {"urgent"}
            case.answered = (case.answered or 0) - 25
    found = shown(cases)
    assert verdicts(found.divisions)["true", "urgent"] == "meant"
    assert verdicts(found.divisions)["true", "answered"] == "meant"
    assert any("meant: Vulnerable customers are meant" in line for line in lines(found))
    other = {key: replace(c, answered=-(c.answered or 0)) for key, c in cases.items()}
    assert verdicts(divided(other, TERMS))["true", "answered"] == "differs"


def test_a_proposal_is_shown_beside_what_was_decided_with_the_change() -> None:
    cases = people(4, less=0.25)
    chance = Random(0)  # noqa: S311 - no secret
    for case in cases.values():
        offered = chance.random() < 0.2 + 0.25 * CLUSTERS.index(case.like[1])
        case.after = Had(measures=frozenset({"offer"} if offered else ()), deadline=30.0)
    report = shown(cases).to_json()
    (offer,) = [one for one in report["findings"] if one["group"] == "segment/visitor"]
    assert offer["measure"] == "offer"
    assert offer["after"]["verdict"] == "not shown"
    assert offer["after"]["change"] == pytest.approx(
        offer["after"]["value"] - offer["value"], abs=2e-6
    )


def test_unknown_groups_are_counted_and_erased_people_are_told_of() -> None:
    cases = people(5, many=100)
    for case in [*cases.values()][:30]:
        case.groups = spoken(case, None)
    report = shown(cases).to_json()
    missing = {one["by"]: one["missing"] for one in report["divisions"]}
    assert missing == {"segment": 0, "language": 30, "region": 100, "vulnerable": 0}


def test_many_decisions_about_few_people_are_few_people() -> None:
    cases = people(6, many=60)
    one = next(iter(cases.values()))
    for number in range(30):
        copy = replace(one, groups=spoken(one, "fy"))
        cases[f"customer/{number % 4}", f"incident/{number}"] = copy
    (language,) = [d for d in divided(cases, TERMS) if d.by == "language"]
    assert "fy" not in [group.name for group in language.groups]
    assert language.withheld >= 2


@quick
@given(st.lists(st.sampled_from("aaaaaaaabbbbcde"), min_size=1, max_size=90))
def test_law_differencing_a_report_tells_of_no_small_group(languages: list[str]) -> None:
    """Whoever takes all that is shown from all that there is, is left with ten or none."""
    cases = {
        (f"customer/{at}", ""): Case(
            like=("none", "none", "none"), first=NOW, groups=(None, name, None, None), person=True
        )
        for at, name in enumerate(languages)
    }
    report = shown(cases).to_json()
    (told,) = [one for one in report["divisions"] if one["by"] == "language"]
    assert all(group["cases"] >= TERMS.smallest for group in told["groups"])
    left = report["cases"] - (told["missing"] or 0) - sum(g["cases"] for g in told["groups"])
    if told["missing"] is not None:
        assert left == 0 or (left >= TERMS.smallest and told["withheld"] > 1)


def test_a_table_and_a_picture_say_the_same_as_the_report() -> None:
    found = shown(people(7, less=0.2))
    rows = [*csv.DictReader(io.StringIO(table(found.rows())))]
    assert len(rows) == sum(len(g.figures) for d in found.divisions for g in d.groups)
    assert {row["verdict"] for row in rows} >= {"differs", "not shown"}
    drawn = ET.fromstring(found.picture())  # noqa: S314 - our own
    words = "".join(drawn.itertext())
    assert "segment segment/visitor, was offered" in words
    assert table(found.rows()) == table(found.rows())
    cases = {k: replace(c, groups=spoken(c, "=1+1")) for k, c in people(8, many=20).items()}
    assert "'=1+1" in table(shown(cases).rows())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("team/crisis-office", "somebody", "is no team or person"),
        ("smallest: 10", "smallest: 2", "is no number of people from 5 on"),
        ("by: vulnerable", "by: vulnerabel", "did you mean 'vulnerable'"),
        ("more: [specialist,", "more: [specalist,", "did you mean 'specialist'"),
        ("reason: Vul", "why: Vul", "is no key here"),
    ],
)
def test_terms_that_are_wrong_are_told_with_their_place(old: str, new: str, said: str) -> None:
    with pytest.raises(FileInvalid, match=said):
        read(TEXT.replace(old, new))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("2026-13", None, None), "no month like"),
        (("2026-1x", None, None), "no month like"),
        (("2026-10", "2026-10-01", None), "not both"),
        ((None, None, "2026-10-01"), "until needs since"),
        ((None, "yesterday", None), "no day like"),
    ],
)
def test_a_time_that_is_none_is_told(given: tuple[str | None, ...], said: str) -> None:
    with pytest.raises(FairnessInvalid, match=said):
        period(date(2026, 11, 2), *given)


def test_the_last_whole_month_is_looked_at_unless_another_is_named() -> None:
    assert period(date(2026, 1, 31), None, None, None) == (date(2025, 12, 1), date(2026, 1, 1))
    assert month("2028-02") == (date(2028, 2, 1), date(2028, 3, 1))


def asked(world: World, many: int, seed: int = 0) -> list[ThingId]:
    """Decisions about four customers in different situations."""
    chance = Random(seed)  # noqa: S311 - no secret
    return [
        desk.ask(
            world,
            DecisionRequest.model_validate(
                {
                    "incident": "incident/2013-ny-train",
                    "customer": {"system": "zendesk", "key": str(1001 + at % 4)},
                    "precedents": 0,
                    "facts": {"request": {"kind": chance.choice(["reply", "triage"])}},
                }
            ),
            OPERATOR,
        ).event.personal["facts"]
        for at in range(many)
    ]


def around(world: World) -> Asked:
    today = world.clock.now().date()
    return Asked(since=today - timedelta(days=1), until=today + timedelta(days=2))


def test_recorded_decisions_become_cases_of_people(world: World) -> None:
    people_ = asked(world, 12)
    found = fairness(world, around(world), lambda _done, _of: None)
    assert found.gathered.decisions == 12
    assert len(found.gathered.cases) == len({*people_})
    for case in found.gathered.cases.values():
        assert str(case.groups[0]).startswith("segment/")
        assert case.like[0] == "incident/2013-ny-train"
    assert all(not division.groups for division in found.divisions)
    world.ledger.erase(people_[0], actor=OPERATOR, id=world.ids("event"), reason="asked to")
    again = fairness(world, around(world), lambda _done, _of: None)
    assert again.gathered.erased == people_.count(people_[0])
    assert len(again.gathered.cases) == len(found.gathered.cases) - 1


def test_the_active_policy_as_a_proposal_changes_nothing(world: World) -> None:
    asked(world, 8)
    source = policy_sources.source(world, "active")
    wanted = replace(around(world), proposal=source)
    found = fairness(world, wanted, lambda _done, _of: None)
    assert found.gathered.undetermined == 0
    for case in found.gathered.cases.values():
        assert case.after == case.had
    assert found.to_json()["proposal"] == {"name": "active", "digest": source.digest}


def test_what_a_proposal_asks_that_nobody_recorded_is_undetermined(world: World) -> None:
    asked(world, 4)
    files = dict(world.policies.files(str(world.policies.active)))
    files["rules/books/extra.yaml"] = EXTRA
    source = policy_sources.Source.of("extra", files)
    found = fairness(world, replace(around(world), proposal=source), lambda _done, _of: None)
    assert found.gathered.undetermined == found.gathered.decisions == 4


def test_progress_is_told_and_can_end_it(world: World) -> None:
    asked(world, 2)

    class Enough(Exception):
        pass

    def stop(done: int, of: int) -> None:
        assert (done, of) == (1, 1)
        raise Enough

    with pytest.raises(Enough):
        fairness(world, around(world), stop)
    same = date(2026, 10, 1)
    with pytest.raises(FairnessInvalid, match="is no time"):
        fairness(world, Asked(since=same, until=same), stop)


def test_the_owner_is_asked_once_a_month_and_looking_is_recorded(
    worlds: Callable[..., World], clock: StoppedClock
) -> None:
    world = worlds()
    assert not ask_monthly(world)  # nothing was ever decided
    made = Draft(
        id="decision/one",
        type="decision.made",
        subject=ThingId("decision/one"),
        actor=OPERATOR,
        occurred_at=clock.now(),
        data={"live": False},
        governed=False,
    )
    world.ledger.append([made])
    assert not ask_monthly(world)  # nothing was decided before this month
    clock.advance(
        clock.now() + timedelta(days=9)
    )  # 1 December, after the clocks of Europe changed
    assert ask_monthly(world)
    assert not ask_monthly(world)
    assert not ask_monthly(worlds())
    world.catch_up()
    (due,) = world.due_now().queue(kinds=["fairness-review"])
    thing = ThingId("fairness-review/2026-11")
    assert (due.thing, due.state) == (thing, "due")
    clock.advance(clock.now() + timedelta(days=11))
    sweep(world, clock.now())
    assert [one.state for one in world.due_now().queue(kinds=["fairness-review"])] == ["overdue"]
    actor = Actor(id=OPERATOR, roles=frozenset({Role.GOVERNANCE}))
    said = {"finding": "Nothing that we do not mean."}
    looked = propose(
        world, thing=thing, kind="fairness-review", act="look", data=said, actor=actor
    )
    assert (looked.actor, looked.data["act"]) == (OPERATOR, "look")
    assert not ask_monthly(world)
    assert not world.due_now().queue(kinds=["fairness-review"])
    clock.advance(clock.now() + timedelta(days=31))
    assert ask_monthly(world)


def test_it_is_a_job_of_a_kind_of_its_own(world: World) -> None:
    asked(world, 2)
    kind = KINDS["report-fairness"]
    day = around(world)
    body = kind.body.model_validate({"since": str(day.since), "until": str(day.until)})
    assert kind.run(world, body, lambda _done, _of: None).to_json()["decisions"] == 2
    with pytest.raises(ProblemError) as refused:
        kind.run(world, kind.body.model_validate({"month": "May"}), lambda _done, _of: None)
    assert "'May' is no month like 2026-10" in refused.value.faults[0].detail
    with pytest.raises(policy_sources.SourceUnknown):
        kind.run(world, kind.body.model_validate({"proposal": "x"}), lambda _done, _of: None)


@pytest.mark.slow
def test_a_month_is_looked_at_over_http_by_a_process_of_its_own(door: Door, world: World) -> None:
    asked(world, 5)
    day = around(world)
    body = {"kind": "report-fairness", "since": str(day.since), "until": str(day.until)}
    where = door.post("/v1/jobs", body).headers["Location"]
    end, wait = monotonic_ms() + 120_000, threading.Event()
    with closing(JobRunner(world)) as runner:
        while (job := door.get(where).get_json())["state"] in {"queued", "running"}:
            assert monotonic_ms() < end
            runner.step()
            wait.wait(0.05)
    assert job["state"] == "done", job
    report = door.get(f"{where}/result").get_json()
    assert (report["decisions"], report["cases"]) == (5, 4)
    assert "customer/" not in json.dumps(report)


def test_the_command_shows_every_form_and_refuses_what_is_none(world: World) -> None:
    asked(world, 3)
    day = world.clock.now().date()
    home, since = str(world.settings.home), f"{day - timedelta(days=1)}"
    given = ["fairness", "--home", home, "--since", since]
    until = ["--until", f"{day + timedelta(days=2)}"]
    found = CliRunner().invoke(app, [*given, *until, "--json"])
    assert found.exit_code == 0, found.output
    report = json.loads(found.stdout)
    assert report["decisions"] == 3
    assert [one["by"] for one in report["divisions"]] == [*BY]
    for shape in ("text", "json", "csv", "svg"):
        assert CliRunner().invoke(app, [*given, *until, "--format", shape]).exit_code == 0
    for words in (["--month", "2026-10"], ["--proposal", "policy-proposal/none"]):
        assert CliRunner().invoke(app, [*given, *until, *words]).exit_code == 2
    assert CliRunner().invoke(app, [*given, "--out", "/nowhere/x"]).exit_code == 2
