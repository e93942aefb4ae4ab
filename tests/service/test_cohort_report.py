"""The report on cohorts: who was touched, matched with whom, and how both went on."""

from typing import Any

import numpy as np
import pytest

from service.world import World
from tests.conftest import Door
from tests.service.measured import BEGIN, days, keep, who

PATH = "/v1/reports/cohorts"
INCIDENT = "incident/2013-ny-train"


def asked(**more: Any) -> dict[str, Any]:
    span = {"onset": BEGIN.isoformat(), "months": 4, "currency": "EUR"}
    return {"incident": INCIDENT, **span, **more}


@pytest.fixture
def followed(world: World) -> World:
    generator = np.random.default_rng(8)
    related, cases, surveys, paid = (list[dict[str, Any]]() for _ in range(4))
    for n in range(500):
        touched = n % 4 == 0
        leaves = float(generator.exponential(250 if touched else 900))
        followed = float(generator.uniform(125, 300))
        related.append(
            {
                "subject": who(n),
                "since": BEGIN - days(generator.uniform(100, 900)),
                "until": BEGIN + days(leaves) if leaves < followed else None,
                "observed_until": BEGIN + days(followed),
                "segment": f"segment/{'a' if n % 3 else 'b'}",
                "churned": leaves < followed,
            }
        )
        if touched:
            case = {"case": f"case/c-{n}", "subject": who(n), "incident": INCIDENT}
            cases.append({**case, "opened": BEGIN + days(1)})
        for month in range(4):
            at = BEGIN + days(30 * month + 10)
            if at < BEGIN + days(min(leaves, followed)):
                paid.append({"subject": who(n), "at": at, "amount": 20.0, "currency": "EUR"})
                score = 5 - (2.5 - month) * touched * (month < 2) + generator.normal() / 2
                score = float(np.clip(score, 1, 7))
                trust = {"subject": who(n), "at": at, "instrument": "trust", "score": score}
                surveys.append(trust)
    for kind, rows in (
        ("relationship", related),
        ("resolution", cases),
        ("survey", surveys),
        ("revenue", paid),
    ):
        keep(world, kind, rows)
    return world


@pytest.mark.usefixtures("followed")
def test_what_an_incident_cost_and_when_trust_came_back(door: Door) -> None:
    told = door.post(PATH, asked(exact=["segment"], nearest=["tenure"], margin=0.5)).get_json()
    by = {(one["part"], one["name"]): one for one in told["figures"]}
    assert told["restored_month"] == 3
    assert by["Trust, affected less others (1 to 7)", "month 1"]["high"] < -2
    assert by["Staying", "affected less others, of 120 days"]["high"] < 0
    assert by["Paid in 4 months, discounted", "affected less others"]["high"] < 0
    assert told["people"]["affected"] >= 125
    assert all(abs(one["after"]) < 0.1 for one in told["balance"])


@pytest.mark.usefixtures("followed")
def test_every_form_has_cohorts(door: Door) -> None:
    body = asked(exact=["segment"], nearest=["tenure"])
    assert "discounted by 8.0% a year" in door.post(f"{PATH}?format=text", body).text
    assert "others who are alike" in door.post(f"{PATH}?format=svg", body).text


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({}, 422, "incident"),
        (asked(onset="2026-03-01"), 422, "onset"),
        (asked(exact=["empathy"]), 422, "segment"),
        (asked(nearest=["effort"]), 422, "tenure"),
        (asked(months=0), 422, "months"),
        (asked(incident="incident/'; drop"), 422, "drop"),
        (asked(incident="team/legal"), 422, "no incident"),
        (asked(incident="incident/none"), 409, "nobody is known whom"),
    ],
)
def test_what_is_asked_wrongly_of_cohorts_is_told(
    door: Door, body: dict[str, Any], status: int, word: str
) -> None:
    answer = door.post(PATH, body)
    assert (answer.status_code, word in answer.text) == (status, True), answer.text
