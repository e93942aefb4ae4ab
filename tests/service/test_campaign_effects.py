"""What a campaign changed: measurements come in by the doors, and what was planted is found."""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from knowledge.ledger import Ledger
from knowledge.measures.estimates import Estimate, Withheld
from knowledge.measures.observation_kinds import KINDS
from knowledge.sealing import KeyStore
from ontology.events import Json
from ontology.identity import ThingId
from service.campaign_bodies import CampaignReportIn
from service.campaign_effects import campaign as look
from service.campaign_report import CampaignReport
from service.campaign_rows import CONTROL
from service.campaigns import planned, send_due
from service.clock import StoppedClock
from service.observation_loading import take
from service.recording import Body, put_records
from service.settings import Settings
from service.world import World
from tests.service.conftest import START
from tests.service.test_campaigns import DAY, approved, passed
from tests.service.test_messages import LATE, WRITER, prepared

__all__ = ["prepared"]

SYSTEM = "crm"
MANY = 240
FEW = 6
SOME = 26
WHERE = {"jurisdiction": "US-NY", "timeZone": "America/New_York"}
Found = tuple[World, CampaignReport]


def place(n: int) -> str:
    if n < SOME:
        return "isle" if n < FEW else "west"
    return "north" if n % 2 else "south"


def people(keys: KeyStore) -> Iterator[Body]:
    for name in ("commuters", "visitors"):
        yield Body(type="Segment", id=ThingId(f"segment/{name}"), properties={"name": name})
    for name in ("north", "south", "isle", "west"):
        said = {"name": name, **WHERE}
        yield Body(type="Region", id=ThingId(f"region/{name}"), properties={**said})
    for n in range(MANY):
        who = keys.pseudonym("customer", SYSTEM, f"c{n}")
        region = place(n)
        told: dict[str, Json] = {
            "affectedBy": [LATE],
            "since": "2020-01-01",
            "inSegment": f"segment/{'visitors' if n % 3 else 'commuters'}",
            "homeRegion": f"region/{region}",
        }
        yield Body(type="Customer", id=who, properties=told)
        begun = {"ofCustomer": who, "purpose": "marketing", "validFrom": "2020-01-01T00:00:00Z"}
        yield Body(type="Consent", id=ThingId(f"consent/c{n}"), properties={**begun})


@pytest.fixture(scope="module")
def measured(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Found]:
    """A campaign that ran, and what became of its people; only in the north did it keep them."""
    home = tmp_path_factory.mktemp("effects") / "bare"
    shutil.copytree(prepared, home)
    settings = Settings(home=home, language=False)
    keys, clock = KeyStore.open(settings.keys_path), StoppedClock(START)
    ledger = Ledger.open(
        settings.database_url, keys=keys, now=clock.now, lock_path=home / "ledger.lock"
    )
    with closing(keys), closing(World(settings, ledger, keys, clock)) as world:
        put_records(world, [*people(keys)], actor=WRITER)
        offers = [{"id": "ticket", "name": "A ticket", "cost": 1}]
        changes: dict[str, Any] = {"offers": offers, "budget": 1000, "per_day": None}
        thing = approved(world, **changes, control={"share": 0.5}, measured_after=20)
        passed(world, clock, DAY)
        assert send_due(world) == 1
        passed(world, clock, 66 * DAY)
        arms = {one.customer: one.arm for one in planned(world, thing)}
        for kind, rows in outcomes(world, arms).items():
            _, faults = take(world, KINDS[kind], rows, system=SYSTEM, actor=WRITER.id)
            assert not [*faults], [*faults][:2]
        found = look(world, CampaignReportIn(campaign=thing), lambda *_: None)
        assert isinstance(found, CampaignReport)
        yield world, found


def outcomes(world: World, arms: dict[ThingId, str]) -> dict[str, list[object]]:
    """Every second one leaves, but nobody in the north whom it was meant for; whoever is drawn."""
    made: dict[str, list[object]] = {"relationship": [], "survey": [], "revenue": []}
    left, seen = START + timedelta(days=10), START + timedelta(days=60)
    order: Counter[tuple[str, bool]] = Counter()
    for n in range(MANY):
        treated = arms[world.keys.pseudonym("customer", SYSTEM, f"c{n}")] != CONTROL
        k = order[place(n), treated]
        order[place(n), treated] += 1
        lost = k % 2 == 0 and not (treated and place(n) == "north")
        who = {"subject": f"c{n}"}
        end = {"until": left.isoformat()} if lost else {}
        stays = {"since": "2020-01-01T00:00:00Z", "observed_until": seen.isoformat()}
        made["relationship"].append(who | stays | end | {"churned": lost})
        at = {"at": (START + timedelta(days=3, minutes=n)).isoformat()}
        score = 3 + k % 3 + (1 if treated else 0)
        made["survey"].append(who | at | {"instrument": "ces", "score": score})
        made["revenue"].append(who | at | {"amount": 10 + k % 7, "currency": "USD"})
    return made


def groups(found: CampaignReport, outcome: str, by: str) -> dict[str, Any]:
    (row,) = [one for one in found.groups if one.outcome == outcome and one.by == by]
    return {one.group: one for one in row.found}


def test_what_was_planted_is_found_over_all_with_an_interval(measured: Found) -> None:
    stayed, effort, revenue = measured[1].effects
    for one, truth in ((stayed, 0.5 * 107 / MANY), (effort, 1.0), (revenue, 0.0)):
        assert isinstance(one.difference, Estimate)
        assert one.difference.low < truth < one.difference.high
        assert one.difference.n == MANY
    assert isinstance(stayed.difference, Estimate)
    assert stayed.difference.low > 0


def test_the_region_in_which_it_worked_stands_and_the_others_do_not(measured: Found) -> None:
    found = groups(measured[1], "stayed", "region")
    assert found["region/north"].stands
    assert not found["region/south"].stands
    (row,) = [o for o in measured[1].groups if (o.outcome, o.by) == ("stayed", "region")]
    assert row.differ is not None
    assert row.differ < 0.05


def test_a_place_of_a_few_is_withheld_and_can_not_be_worked_out(measured: Found) -> None:
    found = groups(measured[1], "revenue", "region")
    assert isinstance(found["region/isle"].difference, Withheld)
    assert isinstance(found["region/west"].difference, Withheld)
    assert isinstance(found["region/south"].difference, Estimate)


def test_every_look_counts_for_all_others(measured: Found) -> None:
    looks = [one for row in measured[1].groups for one in row.found if one.p is not None]
    assert all(
        one.q is not None and one.p is not None and one.q >= one.p * (1 - 1e-9) for one in looks
    )
    assert len(looks) >= 8


def test_it_is_said_in_lines_a_table_json_and_a_picture(measured: Found) -> None:
    found = measured[1]
    told = json.loads(json.dumps(found.to_json()))
    assert {one["by"] for one in told["groups"]} == {"segment", "region"}
    assert any("region/north" in line and "stands" in line for line in found.lines())
    header, *rows = found.rows()
    assert all(len(row) == len(header) for row in rows)
    drawn = found.picture()
    ET.fromstring(drawn)  # noqa: S314 - our own
    assert "region: north" in drawn
    assert "isle" not in drawn


def test_groups_that_are_not_asked_for_are_not_looked_at(measured: Found) -> None:
    world, found = measured
    body = CampaignReportIn(campaign=found.campaign, by=())
    plain = look(world, body, lambda *_: None)
    assert plain.to_json()["groups"] == []
    assert not any("q," in line for line in plain.lines())


def test_a_report_can_be_stopped_between_outcomes(measured: Found) -> None:
    def stop(done: int, _all: int) -> None:
        if done:
            raise InterruptedError

    world, found = measured
    stopped: Callable[..., Any] = look
    with pytest.raises(InterruptedError):
        stopped(world, CampaignReportIn(campaign=found.campaign), stop)
