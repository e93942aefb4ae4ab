"""The scorecard: one page from the home's own data, the same bytes each time."""

from typing import Any

import numpy as np
import pytest

from knowledge.measures.estimates import Estimate, Withheld
from service.outcome_bodies import Perspective
from service.scorecard_document import document
from service.scorecard_items import Item, Sheet
from service.scorecard_page import page
from service.world import World
from tests.conftest import Door
from tests.service.measured import BEGIN, days, keep, who

PATH = "/v1/reports/scorecard"
FALL = {"least": 0.5, "most": 1.5, "why": "The last two crises cost that much."}


def asked(**more: Any) -> dict[str, Any]:
    return {"until": BEGIN.isoformat(), "days": 90, "currency": "EUR", "fall": FALL, **more}


@pytest.fixture
def measured(world: World) -> World:
    generator = np.random.default_rng(6)
    related, surveys, paid, cases, pulse = (list[dict[str, Any]]() for _ in range(5))
    for n in range(500):
        score = float(np.clip(round(generator.normal(5, 1.2)), 1, 7))
        leaves = bool(generator.random() < 1 / (1 + np.exp(1.2 + 0.6 * (score - 5))))
        ended = BEGIN - days(generator.uniform(1, 170)) if leaves else None
        related.append(
            {
                "subject": who(n),
                "since": BEGIN - days(700),
                "until": ended,
                "observed_until": BEGIN + days(1),
                "churned": leaves,
            }
        )
        for ago in (200, 120, 20):
            if ended is None or BEGIN - days(ago) < ended:
                at = BEGIN - days(ago)
                low = float(np.clip(score - (ago == 20), 1, 7))
                surveys.append({"subject": who(n), "at": at, "instrument": "trust", "score": low})
                paid.append({"subject": who(n), "at": at, "amount": 40.0, "currency": "EUR"})
        opened = BEGIN - days(generator.uniform(1, 179))
        done = opened + days(generator.exponential(2))
        cases.append(
            {
                "case": f"case/s-{n}",
                "opened": opened,
                "resolved": done if done < BEGIN else None,
                "first_reply": opened + days(0.1),
            }
        )
    kinds = (("relationship", related), ("survey", surveys), ("revenue", paid))
    for kind, rows in (*kinds, ("resolution", cases), ("pulse", pulse)):
        if rows:
            keep(world, kind, rows)
    return world


@pytest.mark.usefixtures("measured")
def test_figures_have_targets_trends_owners_and_a_priced_fall(door: Door) -> None:
    goals = [{"figure": "trust", "target": 6.5, "owner": "team/customer-care"}]
    under = {"kpi/effort-after-recovery": "customer"}
    told = door.post(PATH, asked(goals=goals, perspectives=under)).get_json()
    by = {one["name"]: one for one in told["items"]}
    trust = by["Trust (1 to 7)"]
    assert (trust["verdict"], trust["trend"]) == ("missed", "worse")
    assert trust["owner"] == "team/customer-care"
    assert 0 < by["… added if it falls"]["now"]["low"] < by["… added if it falls"]["now"]["high"]
    assert sum(told["drivers"].values()) > 0.5
    assert {one["perspective"] for one in told["items"]} == {
        *("customer", "financial", "internal process", "learning and growth")
    }
    assert by["Promises kept in time"]["owner"] == "team/operations"
    assert by["Effort after recovery"]["perspective"] == "customer"
    assert any("The last two crises" in note for note in told["notes"])


@pytest.mark.usefixtures("measured")
def test_page_and_document_are_one_page_and_the_same_each_time(door: Door) -> None:
    shown = door.post(f"{PATH}?format=html", asked()).text
    assert "<script" not in shown
    assert "http" not in shown
    one, two = (door.post(f"{PATH}?format=pdf", asked()).data for _ in range(2))
    assert one == two
    assert one.startswith(b"%PDF")
    assert b"/Count 1\n" in one
    assert door.post(f"{PATH}?format=csv", asked()).text.startswith("perspective,name")
    assert "<svg" in door.post(f"{PATH}?format=svg", asked()).text


def test_many_figures_with_long_names_stay_on_one_page() -> None:
    one = Estimate(value=1.5, low=1.0, high=2.0, n=30)
    items = [
        Item(
            perspective=[*Perspective][at % 4],
            name=f"<b>名 {'long ' * 12}{at}",
            unit="%",
            now=one if at % 3 else Withheld(reason="r" * 300, n=1),
            change=one,
            rises=True,
            target=1.0,
            owner="team/" + "o" * 60,
        )
        for at in range(36)
    ]
    sheet = Sheet(title="T", until=BEGIN, items=items, notes=["n" * 300])
    assert b"/Count 1\n" in document(sheet)
    assert "<b>" not in page(sheet)


def test_without_a_declared_fall_the_risk_is_withheld_with_the_reason(door: Door) -> None:
    told = door.post(PATH, {"until": BEGIN.isoformat(), "currency": "EUR"}).get_json()
    risk = next(one for one in told["items"] if one["name"] == "Revenue at risk")
    assert "declare in `fall`" in risk["now"]["withheld"]
    assert all("withheld" in one["now"] or one["now"]["n"] >= 10 for one in told["items"])


def test_why_a_figure_is_withheld_is_told_once(door: Door) -> None:
    told = door.get("/v1/reports/scorecard?format=text").text
    trust = told[told.index("Trust") :].splitlines()
    assert "withheld" in trust[0]
    assert "period before" not in trust[1]


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"fall": {**FALL, "least": 2.0}}, "more than most"),
        ({"fall": {"least": 0.5, "most": 1.0}}, "why"),
        ({"goals": [{"figure": "joy", "target": 1, "owner": "team/a"}]}, "trust"),
        ({"goals": [{"figure": "trust", "target": 1, "owner": "ada"}]}, "team/"),
        ({"days": 1}, "7"),
        ({"sentiment": "mood"}, "trust"),
    ],
)
def test_what_is_declared_wrongly_for_the_board_is_refused(
    door: Door, more: dict[str, Any], word: str
) -> None:
    answer = door.post(PATH, asked(**more))
    assert (answer.status_code, word in answer.text) == (422, True), answer.text
