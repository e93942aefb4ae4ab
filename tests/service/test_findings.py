"""Findings: what fits a filter, counted, charted with its gaps, listed; and who may see what."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa  # type: ignore[import-untyped] # pyarrow has no type stubs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ontology.facts import catalogue
from ontology.identity import ThingId
from ontology.lifecycle import Role
from ontology.signals import Scores, Signal
from rules.sfeel import MISSING, holds
from rules.unary import TestInvalid, parse
from service import findings
from service.decision_bodies import DecisionRequest
from service.desk import ask
from service.finding_answer import Found
from service.finding_buckets import buckets
from service.finding_engine import Engine
from service.finding_fields import Asked, Column, QueryInvalid, column
from service.finding_query import Query
from service.findings import TooMuch, find
from service.settings import Settings
from service.world import World

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
EVERY = frozenset(Role)
BLIND = frozenset({Role.GOVERNANCE})
ADA = ThingId("person/ada")


def quiet(*_: object) -> None:
    """Nobody watches."""


def post(name: str, ago: timedelta, **more: object) -> Signal:
    given: dict[str, object] = {
        "id": f"signal/x-{name}",
        "platform": "platform/x",
        "feed": "feed/x",
        "posted_at": NOW - ago,
        "received_at": NOW - ago,
        "text": f"post {name}",
        "language": "en",
    }
    return Signal(**{**given, **more})  # type: ignore[arg-type] # as a signal says


def kept(world: World, signals: Sequence[Signal]) -> World:
    world.segments.commit(signals, actor=ADA, id=world.ids, at=NOW)
    return world


def hours(*numbers: float) -> list[timedelta]:
    return [timedelta(hours=one) for one in numbers]


def names(found: Found) -> list[object]:
    return [one["id"] for one in found.items]


def paged(world: World, query: Query) -> list[object]:
    """What all pages of a list show."""
    found = find(world, query, EVERY, quiet)
    seen = names(found)
    while found.cursor is not None:
        found = find(world, replace(query, cursor=found.cursor), EVERY, quiet)
        seen += names(found)
    return seen


SIGNALS = Query(source="signals", since=NOW - timedelta(days=7), limit=50)


def test_a_filter_finds_the_posts_of_which_every_test_holds(bare: World) -> None:
    angry, calm = Scores(frustration=0.9), Scores(frustration=0.1)
    kept(
        bare,
        [
            post("a", timedelta(hours=1), scores=angry, topics=("brakes", "train")),
            post("b", timedelta(hours=2), scores=angry, topics=("refund",)),
            post("c", timedelta(hours=3), scores=calm, topics=("brakes",)),
            post("d", timedelta(hours=4)),
        ],
    )
    where = (("frustration", "at least 0.7"), ("topics", "brakes, delay"))
    found = find(bare, replace(SIGNALS, where=where), EVERY, quiet)
    assert names(found) == ["signal/x-a"]
    assert (found.matched, found.of) == (1, 4)


def test_what_was_not_judged_answers_no_question_but_the_one_for_it(bare: World) -> None:
    kept(bare, [post("a", timedelta(hours=1))])
    for test, expected in (("less than 0.5", 0), ("not(0.9)", 0), ("not given", 1)):
        found = find(bare, replace(SIGNALS, where=(("frustration", test),)), EVERY, quiet)
        assert found.matched == expected, test


def test_none_of_several_topics_may_be_one_that_is_ruled_out(bare: World) -> None:
    kept(bare, [post("a", timedelta(hours=1), topics=("brakes", "train"))])
    kept(bare, [post("b", timedelta(hours=1), topics=("train",))])
    found = find(bare, replace(SIGNALS, where=(("topics", "not(brakes)"),)), EVERY, quiet)
    assert names(found) == ["signal/x-b"]


def test_facets_count_values_and_posts_without_one(bare: World) -> None:
    kept(
        bare,
        [
            post("a", timedelta(hours=1), topics=("brakes", "train"), language="de"),
            post("b", timedelta(hours=2), topics=("train",)),
            post("c", timedelta(hours=3), language=None),
        ],
    )
    found = find(bare, replace(SIGNALS, facets=("topics", "language")), EVERY, quiet)
    topics, languages = found.facets
    assert topics.values == (("train", 2), (None, 1), ("brakes", 1))
    assert languages.values == ((None, 1), ("de", 1), ("en", 1))


def test_numbers_between_nought_and_one_are_counted_by_tenths(bare: World) -> None:
    kept(bare, [post("a", timedelta(hours=1), scores=Scores(frustration=0.87))])
    (facet,) = find(bare, replace(SIGNALS, facets=("frustration",)), EVERY, quiet).facets
    assert facet.values == (("0.8", 1),)


def test_pages_of_a_list_have_every_post_once_newest_first(bare: World) -> None:
    ago = hours(1, 1, 1, 2, 26, 26, 50, 51, 51, 51)
    kept(bare, [post(str(place), one) for place, one in enumerate(ago)])
    seen = paged(bare, replace(SIGNALS, limit=3))
    assert seen == [f"signal/x-{place}" for place in range(10)]


@given(
    st.lists(st.integers(0, 300), min_size=1, max_size=30),
    st.integers(1, 7),
)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_of_any_size_have_every_post_once(
    tmp_path_factory: pytest.TempPathFactory, minutes: list[int], limit: int
) -> None:
    home = tmp_path_factory.mktemp("pages")
    world = World.open(Settings(home=home, language=False), create=True)
    with closing(world):
        now = world.clock.now()
        posts = [
            post(str(n), timedelta(), posted_at=now - timedelta(minutes=1 + m))
            for n, m in enumerate(minutes)
        ]
        kept(world, posts)
        query = Query(source="signals", limit=limit)
        seen: list[object] = []
        while True:
            found = find(world, query, EVERY, quiet)
            seen += names(found)
            if found.cursor is None:
                break
            query = replace(query, cursor=found.cursor)
        newest = sorted(posts, key=lambda one: one.id)
        newest.sort(key=lambda one: one.posted_at, reverse=True)
        assert seen == [one.id for one in newest]


def test_a_stalled_feed_is_a_gap_and_never_falling_volume(bare: World) -> None:
    ago = [timedelta(minutes=m) for m in (*range(5, 120, 10), *range(605, 720, 10))]
    kept(bare, [post(str(place), one) for place, one in enumerate(ago)])
    query = replace(SIGNALS, since=NOW - timedelta(hours=12), bucket="hour")
    chart = find(bare, query, EVERY, quiet).chart
    counts = [one.count for one in chart]
    assert counts[4] is None
    assert chart[4].silent == ("feed/x",)
    assert counts[0]
    assert counts[-1]
    assert sum(one or 0 for one in counts) == len(ago)


def test_an_hour_in_which_one_of_two_feeds_was_silent_names_it_beside_its_count(
    bare: World,
) -> None:
    every = [timedelta(minutes=m) for m in range(5, 360, 10)]
    kept(bare, [post(f"a{n}", one) for n, one in enumerate(every)])
    late = [post(f"b{n}", one, feed="feed/y") for n, one in enumerate(every[:6])]
    kept(bare, late)
    query = replace(SIGNALS, since=NOW - timedelta(hours=6), bucket="hour")
    bar = find(bare, query, EVERY, quiet).chart[2]
    assert bar.silent == ("feed/y",)
    assert bar.count


def test_days_whose_retention_has_ended_are_told_not_counted_as_nothing(bare: World) -> None:
    kept(bare, [post("a", timedelta(days=3)), post("b", timedelta(hours=1))])
    bare.segments.retain(NOW - timedelta(days=1))
    query = replace(SIGNALS, since=datetime(2026, 11, 18, tzinfo=UTC), bucket="day")
    found = find(bare, query, EVERY, quiet)
    assert [bar.dropped for bar in found.chart] == [True, True, True, False, False]
    assert found.chart[0].count is None
    assert found.of == 1


def test_a_file_that_is_broken_is_named_and_the_others_are_counted(bare: World) -> None:
    kept(bare, [post("a", timedelta(days=3)), post("b", timedelta(hours=1))])
    file = next(bare.settings.segments_path.glob("2026-11-19/*/*.parquet"))
    file.write_bytes(b"spoilt")
    found = find(bare, SIGNALS, EVERY, quiet)
    assert found.matched == 1
    assert len(found.lost) == 1


def test_words_are_read_only_by_those_who_may_and_are_told_of(bare: World) -> None:
    kept(bare, [post("a", timedelta(hours=1), text="Give me my refund!")])
    query = replace(SIGNALS, where=(("text", "matches (?i)REFUND"),))
    found = find(bare, query, EVERY, quiet)
    assert found.items[0]["text"] == "Give me my refund!"
    assert found.sensitive == ("text",)
    with pytest.raises(QueryInvalid, match="is for analyst"):
        find(bare, query, BLIND, quiet)
    hidden = find(bare, SIGNALS, BLIND, quiet).items[0]
    assert "text" not in hidden
    assert "id" not in hidden


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"where": (("frustation", "given"),)}, "/where/frustation"),
        ({"where": (("frustration", "at least lots"),)}, "/where/frustration"),
        ({"where": (("text", "matches ("),)}, "/where/text"),
        ({"facets": ("reach",)}, "/facets"),
        ({"facets": ("text",)}, "/facets"),
        ({"zone": "Europe/Nowhere"}, "/zone"),
        ({"zone": "../etc/passwd"}, "/zone"),
        ({"bucket": "fortnight"}, "/bucket"),
        ({"bucket": "minute"}, "/bucket"),
        ({"cursor": "nonsense"}, "/cursor"),
        ({"since": NOW + timedelta(days=1)}, "/since"),
        ({"source": "customers"}, "/source"),
    ],
)
def test_a_part_that_cannot_be_is_refused_with_its_place(
    bare: World, change: dict[str, object], where: str
) -> None:
    with pytest.raises(QueryInvalid) as refused:
        find(bare, replace(SIGNALS, **change), EVERY, quiet)  # type: ignore[arg-type]
    assert refused.value.where == where


def test_a_quotation_mark_is_a_value_and_no_part_of_a_statement(bare: World) -> None:
    kept(bare, [post("a", timedelta(hours=1), topics=("it's; DROP TABLE batch",))])
    where = (("topics", '"it\'s; DROP TABLE batch"'),)
    assert find(bare, replace(SIGNALS, where=where), EVERY, quiet).matched == 1


def test_who_watches_may_stop_it(bare: World) -> None:
    kept(bare, [post("a", timedelta(hours=1))])

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find(bare, SIGNALS, EVERY, stop)


def test_a_question_that_would_open_too_many_posts_is_refused(
    bare: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(bare, [post("a", timedelta(hours=1)), post("b", timedelta(hours=1))])
    monkeypatch.setattr(findings, "MOST_OPENED", 1)
    with pytest.raises(TooMuch, match="a language, a topic"):
        find(bare, replace(SIGNALS, where=(("text", "matches a"),)), EVERY, quiet)


@pytest.mark.parametrize(
    ("day", "long"), [(date(2026, 10, 25), 25), (date(2026, 3, 29), 23), (date(2026, 6, 1), 24)]
)
def test_a_day_of_a_place_is_as_long_as_its_clocks_make_it(day: date, long: int) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    since = datetime(day.year, day.month, day.day, tzinfo=berlin).astimezone(UTC)
    days = buckets("day", since, since + timedelta(days=3), berlin)
    assert days.edges[1] - days.edges[0] == timedelta(hours=long)
    whole = buckets("hour", since, days.edges[1], berlin)
    assert len(whole.edges) - 1 == long
    assert len({*whole.starts()}) == long


@given(
    st.sampled_from(["minute", "15 minutes", "hour", "6 hours", "day", "week", "month"]),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(1, 60 * 24),
    st.sampled_from(["UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu"]),
)
def test_buckets_leave_no_gap_and_overlap_nowhere(
    name: str, since: datetime, minutes: int, zone: str
) -> None:
    until = since + timedelta(minutes=minutes)
    edges = buckets(name, since, until, ZoneInfo(zone)).edges
    assert edges[0] == since
    assert edges[-1] == until
    assert [*edges] == sorted({*edges})


FIELDS = {
    "spread.volume": st.integers(-3, 60),
    "spread.excess": st.decimals(0, 9, places=2).map(float),
    "incident.tier": st.sampled_from(catalogue().kinds["incident"].fields["tier"].allowed),
    "incident.age": st.integers(0, 9_000).map(lambda minutes: timedelta(minutes=minutes)),
    "incident.internal": st.booleans(),
    "request.language": st.sampled_from(["en", "de", "fr", "en-GB", "é"]),
}
TESTS = (
    "-", "given", "not given", "not(given)", "4", ">= 4", "< 4.5", "[1..5)", "not(4)", "4, 7",
    "not(4, given)", "not given, 4", "at least executive", "frontline, board", "from 1 to 4",
    "not(at least executive)", "more than 2 hours", "[PT1H..PT9H]", "true", "not(true)",
    "matches ^e", "not(matches n)", "en, de", "null", "not(null)", '"é"', "2 hours, not given",
)  # fmt: skip


@given(st.sampled_from([*FIELDS]), st.sampled_from(TESTS), st.data())
def test_a_test_means_in_a_finding_what_it_means_in_a_rule(
    name: str, written: str, data: st.DataObject
) -> None:
    one = column("decisions", name, "")
    try:
        test = parse(written, one.field)
    except TestInvalid:
        return
    values: list[Any] = data.draw(st.lists(st.none() | FIELDS[name], min_size=1, max_size=6))
    flat = Column(name="value", field=one.field)
    plain = [v // timedelta(microseconds=1) if isinstance(v, timedelta) else v for v in values]
    table = pa.table({"value": plain, "place": [*range(len(values))]})
    if all(value is None for value in plain):
        return
    with Engine([Asked(column=flat, test=test, written=written)]) as engine:
        found = engine.fitting(table)["place"].to_pylist()
    expected = [holds(test, MISSING if v is None else v, one.field) for v in values]
    assert sorted(found) == [place for place, fits in enumerate(expected) if fits]


INCIDENT = "incident/2013-ny-train"
DECISIONS = Query(source="decisions", since=datetime(2026, 1, 1, tzinfo=UTC))


def decided(world: World, **more: object) -> None:
    ask(world, DecisionRequest.model_validate({"precedents": 0, **more}), ADA)


def test_decisions_are_found_by_what_they_knew_and_by_what_they_said(world: World) -> None:
    spread = {"window": "PT1H", "excess": 9.0, "volume": 400, "negative_share": 0.9}
    decided(world, incident=INCIDENT, facts={"spread": [spread]})
    decided(world, incident=INCIDENT)
    where = (("spread.window", "PT1H"), ("spread.excess", "at least 4"))
    found = find(world, replace(DECISIONS, where=where, facets=("tier", "rules")), EVERY, quiet)
    assert (found.matched, found.of) == (1, 2)
    tiers = dict(found.facets[0].values)
    again = find(
        world, replace(DECISIONS, where=(("tier", next(iter(tiers)) or ""),)), EVERY, quiet
    )
    assert again.matched


def test_tests_of_one_kind_of_fact_hold_of_one_and_the_same_fact(world: World) -> None:
    rows = [{"window": "PT1H", "excess": 9.0}, {"window": "P1D", "excess": 1.0}]
    decided(world, incident=INCIDENT, facts={"spread": rows})
    for window, expected in (("PT1H", 1), ("P1D", 0)):
        where = (("spread.window", window), ("spread.excess", "at least 4"))
        assert find(world, replace(DECISIONS, where=where), EVERY, quiet).matched == expected


def test_what_is_known_of_a_person_is_found_by_those_only_who_may_see_people(world: World) -> None:
    customer = world.graph.of_type("Customer")[0]
    decided(world, incident=INCIDENT, customer=customer, facts={"customer": {"vulnerable": True}})
    where = (("customer.vulnerable", "true"),)
    found = find(world, replace(DECISIONS, where=where), EVERY, quiet)
    assert found.matched == 1
    assert found.sensitive == ("customer.vulnerable",)
    with pytest.raises(QueryInvalid, match="is for"):
        find(world, replace(DECISIONS, where=where), frozenset({Role.ANALYST}), quiet)
    seen = find(world, replace(DECISIONS, facets=("rules",)), frozenset({Role.ANALYST}), quiet)
    assert seen.withheld == 1
    assert seen.facets[0].values == ((None, 1),)


def test_pages_of_decisions_have_each_once(world: World) -> None:
    for _ in range(5):
        decided(world, incident=INCIDENT)
    seen = paged(world, replace(DECISIONS, limit=2))
    assert len(seen) == len({*seen}) == 5
