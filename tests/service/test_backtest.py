"""A backtest says of every recorded decision what deciding it again, one by one, says."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from knowledge.part_writing import PartWriter
from knowledge.recorded_decisions import Range
from ontology.events import Json
from ontology.facts import Origin, catalogue
from ontology.outcomes import outcome_of
from rules.combine import decide
from rules.policy import build
from rules.strata import Engines
from rules.vocabulary import asked as names_asked
from service import desk
from service.backtest import BacktestInvalid, backtest, kept
from service.backtest_asking import backtested
from service.backtest_bodies import BacktestIn
from service.backtest_picture import picture
from service.backtest_report import Asked, Backtest
from service.backtest_tally import Tally
from service.backtest_unit import Question, count
from service.decision_bodies import DecisionRequest
from service.outcome_view import view
from service.policy_sources import Source, source
from service.problems import ProblemError
from service.rerun_facts import facts_of
from service.reruns import Reruns
from service.world import World
from tests.service.test_recorded_decisions import OPERATOR, asked

BOOK = "rules/books/detection.yaml"
SURGE = "spread: {window: PT1H, excess: at least 3, volume: at least 10}"
LOWER = "spread: {window: PT1H, excess: at least 1}"
EARLY = "books/early.yaml"


def quiet(*_: int) -> None:
    """Nobody watches."""


def changed(world: World, *, old: str = SURGE, new: str = LOWER) -> Source:
    """The active policy with one rule that asks less."""
    files = dict(source(world, "active").files)
    assert old in files[BOOK]
    return Source.of("changed", files | {BOOK: files[BOOK].replace(old, new)})


def run(world: World, policy: Source | None = None, **more: Any) -> Backtest:
    chosen = policy or source(world, "active")
    return backtest(world, Asked(policy=chosen, every=None, **more), quiet)


def told(found: Backtest) -> dict[str, Any]:
    """A report without when it was made."""
    return {name: value for name, value in found.to_json().items() if name != "at"}


def test_the_active_policy_against_itself_changes_nothing(world: World) -> None:
    asked(world, 20)
    report = told(run(world))
    assert report["counts"]["compared"] == 20
    assert report["counts"]["changed"] == 0
    assert not report["gained"]
    assert not report["lost"]
    assert not report["examples"]
    against = told(run(world, against=source(world, "active")))
    assert against["counts"]["changed"] == 0


def test_each_decision_is_what_deciding_it_again_gives(world: World) -> None:
    events = asked(world, 40)
    policy = changed(world)
    tally = run(world, policy).tally
    made = build(policy.content, catalogue())
    engines = Engines.of(made)  # both engines, where durable-rules is installed
    cells: Counter[tuple[str, str]] = Counter()
    different = []
    for event in events:
        before = outcome_of(desk.stored(event))
        at = desk.stored(event).at
        after = outcome_of(decide(desk.facts_of(event), made, at, engines))
        cells[view(before).tier, view(after).tier] += 1
        if before != after:
            different.append((event.sequence, event.id))
    assert {(b, a): n for b, row in tally.tiers.items() for a, n in row.items()} == dict(cells)
    assert tally.counts["changed"] == len(different)
    assert different
    assert {one for rows in tally.examples.values() for one in rows} <= {*different}
    for cell, rows in tally.examples.items():
        assert rows == sorted(rows), cell


@pytest.mark.parametrize("seed", range(3))
def test_how_decisions_are_parted_and_ordered_changes_nothing(world: World, seed: int) -> None:
    events = asked(world, 24, seed=seed)
    policy = changed(world)
    whole = run(world, policy).tally
    chance = Random(seed)  # noqa: S311 - no secret
    cuts = sorted(chance.sample(range(events[0].sequence, events[-1].sequence), 3))
    bounds = [0, *cuts, events[-1].sequence]
    ranges = [Range(first=a + 1, last=b) for a, b in pairwise(bounds)]
    chance.shuffle(ranges)
    sum_ = Tally()
    for one in ranges:
        tally = count(world.decisions.read(one), question(world, policy))
        sum_.add(Tally.from_json(json.loads(json.dumps(tally.to_json()))))
    assert canonical(sum_) == canonical(whole)


def canonical(tally: Tally) -> str:
    return json.dumps(tally.to_json(), sort_keys=True)


def question(world: World, policy: Source) -> Question:
    active = source(world, "active")
    return Question(
        policy=policy.content,
        against=None,
        known={active.digest: names_asked(build(active.content, catalogue()))},
        first={},
        since=0,
        until=1 << 61,
        window=30 * 60_000_000,
        shift=8 * 3_600_000_000,
    )


def test_an_executor_gives_what_running_here_gives(world: World) -> None:
    asked(world, 12)
    policy = changed(world)
    here = told(run(world, policy))
    wanted = Asked(policy=policy, every=None)
    with ThreadPoolExecutor(1) as pool:
        assert told(backtest(world, wanted, quiet, pool)) == here


@pytest.mark.slow
def test_dask_gives_what_running_here_gives(world: World) -> None:
    from distributed import Client, LocalCluster

    for many in (9, 3, 1):
        asked(world, many, seed=many)
        world.decisions.catch_up()
    policy = changed(world)
    here = told(run(world, policy))
    with (
        LocalCluster(  # type: ignore[no-untyped-call]  # dask has no types
            n_workers=1, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        Client(cluster) as client,  # type: ignore[no-untyped-call]  # dask has no types
    ):
        wanted = Asked(policy=policy, every=None)
        assert told(backtest(world, wanted, quiet, client.get_executor())) == here


def test_a_run_that_was_broken_off_goes_on_and_gives_the_same(world: World) -> None:
    for many in (9, 3, 1):  # three parts, too different in size to be joined
        asked(world, many, seed=many)
        world.decisions.catch_up()
    units = len(world.decisions.ranges())
    assert units > 1
    policy = changed(world)
    wanted = Asked(policy=policy, every=None)
    whole = told(backtest(world, wanted, quiet))
    steps: list[int] = []

    class Broken(Exception):
        pass

    def breaking(done: int, _: int) -> None:
        steps.append(done)
        raise Broken

    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(Broken):
            backtest(world, wanted, breaking, pool)
        kept_back = [*(world.settings.home / "backtests").glob("*.checkpoint")]
        assert len(kept_back) == 1
        content = kept_back[0].read_bytes()
        kept_back[0].write_bytes(content + b"\0\0\0")  # what a crash cut short
        again = told(backtest(world, wanted, quiet, pool))
    assert again == whole
    assert not [*(world.settings.home / "backtests").glob("*.checkpoint")]


def test_a_spoilt_checkpoint_is_begun_anew(world: World) -> None:
    asked(world, 4)
    policy = changed(world)
    whole = told(run(world, policy))

    def breaking(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backtest(world, Asked(policy=policy, every=None), breaking)
    for file in (world.settings.home / "backtests").glob("*"):
        file.write_bytes(b"garbage" * 9)
    assert told(run(world, policy)) == whole


def test_erased_people_are_counted_and_never_decided_again(world: World) -> None:
    events = asked(world, 12)
    gone = events[0].personal["facts"]
    run(world)  # so that they stand in the columns
    world.ledger.erase(gone, actor=OPERATOR, id=world.ids("event"), reason="asked to")
    erased = sum(event.personal["facts"] == gone for event in events)
    counts = run(world, changed(world)).tally.counts
    assert counts["erased"] == erased
    assert counts["compared"] == 12 - erased


NEW = """\
book: early
stratum: escalate
owner: team/crisis-office
rules:
  - id: {name}
    reason: A rule that asks what nobody recorded.
    when:
      {when}
    then:
      - escalate: {{tier: board}}
"""


def asking(world: World, when: str) -> Source:
    files = dict(source(world, "active").files)
    text = NEW.format(name="early", when=when)
    return Source.of("asking", files | {f"rules/{EARLY}": text})


@pytest.mark.parametrize(
    ("when", "undetermined"),
    [
        ("incident: {customers_affected: at least 10}", True),
        ("incident: {customers_affected: at least 10, phase: closed}", False),
        ("incident: {phase: open}\n      absent: {incident: {customers_affected: 3}}", True),
        ("incident: {phase: open}\n      absent: {signal: {reach: 3}}", False),
        ("temporary_routing: {enough: true}", True),
        ("incident: {phase: open}\n      absent: {temporary_routing: {enough: true}}", True),
        ("incident: {phase: [open, candidate]}", False),
        ("signal: {judged: true}", False),
    ],
)
def test_a_decision_that_lacks_a_fact_is_undetermined_and_not_guessed(
    world: World, when: str, *, undetermined: bool
) -> None:
    """Where another thing that the rule asks fails anyway, nothing is lacking."""
    asked(world, 6)
    report = told(run(world, asking(world, when)))
    assert report["counts"]["undetermined"] == (6 if undetermined else 0)
    assert report["counts"]["compared"] == (0 if undetermined else 6)
    assert report["undetermined_rules"].get("early", 0) == (6 if undetermined else 0)


def test_snoozed_rules_stay_snoozed_as_they_were_then(world: World) -> None:
    events = asked(world, 5)
    facts = desk.facts_of(events[0])
    snooze = {
        "id": "snooze/night",
        "rule": "open-incident",
        "about": "incident/2013-ny-train",
        "by": "person/ada",
        "until": "2040-01-01T00:00:00+00:00",
    }
    facts.append(catalogue().fact("snooze", snooze, Origin(source="triple", ref="snooze/night")))
    policy = build(source(world, "active").content, catalogue())
    at = desk.stored(events[0]).at
    wanted = outcome_of(decide(facts, policy, at, Engines.compiled(policy)))
    writer = PartWriter(catalogue())
    rows: Json = [fact.to_json() for fact in facts]
    data: dict[str, Json] = {**events[0].data, "facts": rows}
    bare = {**events[1].data, "facts": []}  # what others know is not known of this one
    for event in (replace(events[0], data=data), replace(events[1], data=bare), *events[2:]):
        writer.add(event)
    outcomes = Reruns(policy).outcomes(writer.part()).tolist()
    assert outcomes[0] == wanted
    assert outcomes[2:] == [outcome_of(desk.stored(event)) for event in events[2:]]
    assert facts_of(writer.part(), 1) == []


def test_once_a_fact_was_recorded_later_decisions_tell_of_it(world: World) -> None:
    asked(world, 4)
    stated = {"incident": {"customers_affected": 12}}
    body = {"incident": "incident/2013-ny-train", "precedents": 0, "facts": stated}
    desk.ask(world, DecisionRequest.model_validate(body), OPERATOR)
    asked(world, 3)
    counts = run(world, asking(world, "incident: {customers_affected: at least 10}")).tally.counts
    assert counts["undetermined"] == 4
    assert counts["compared"] == 4
    assert counts["raised"] == 1


def test_times_are_kept_to(world: World) -> None:
    events = asked(world, 6)
    since = desk.stored(events[3]).at
    counts = run(world, since=since).tally.counts
    assert counts["decisions"] == 3
    counts = run(world, until=since - timedelta(microseconds=1)).tally.counts
    assert counts["decisions"] == 3
    with pytest.raises(BacktestInvalid, match="is no time"):
        run(world, since=since, until=since)


def test_a_home_without_decisions_has_an_empty_report(bare: World, world: World) -> None:
    policy = source(world, "active")
    report = backtest_bare(bare, policy)
    assert report["counts"]["decisions"] == 0
    assert report["share_changed"] == 0.0


def backtest_bare(bare: World, policy: Source) -> dict[str, Any]:
    return backtest(bare, Asked(policy=policy, every=None), quiet).to_json()


def test_a_name_that_means_nothing_is_refused_with_its_place(world: World) -> None:
    body = BacktestIn(policy="nonsense", against="worse")
    with pytest.raises(ProblemError) as refused:
        backtested(world, body, quiet)
    assert [fault.pointer for fault in refused.value.faults] == ["/policy", "/against"]


def test_the_picture_says_every_figure_in_words(world: World) -> None:
    asked(world, 10)
    svg = picture(run(world, changed(world)).to_json())
    assert svg.startswith("<svg")
    assert "specialist to specialist:" in svg
    assert "compared 10" in svg


def test_progress_rises_to_its_end(world: World) -> None:
    asked(world, 8)
    steps: list[tuple[int, int]] = []
    backtest(
        world,
        Asked(policy=source(world, "active"), every=None),
        lambda done, of: steps.append((done, of)),
    )
    assert steps == sorted(steps)
    assert steps[-1][0] == steps[-1][1]
    assert len({of for _, of in steps}) == 1


def test_a_backtest_that_counts_is_recorded(world: World) -> None:
    asked(world, 3)
    policy = source(world, "active")
    found = kept(world, Asked(policy=policy, every=None), quiet)
    assert found.recorded is not None
    event = world.ledger.by_id(found.recorded)
    assert event is not None
    assert event.data["digest"] == policy.digest
    assert event.data["compared"] == 3
    narrow = Asked(policy=policy, every=None, since=world.clock.now())
    assert kept(world, narrow, quiet).recorded is None
    other = Asked(policy=policy, every=None, against=policy)
    assert kept(world, other, quiet).recorded is None
