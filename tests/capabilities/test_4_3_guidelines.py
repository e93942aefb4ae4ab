"""Empathy guidelines by culture and language: proposed by one person, approved by another, in
force by date, acknowledged by those who write, reviewed in time; what goes out names its version.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from tests.capabilities.governed import Person, person
from tests.serving import Served, attune

TEXT = "1. Zuerst nennen, was geschah.\n   - ✓ Der Zug steht.\n   - ✗ Eine Störung."
NEW = TEXT.replace("Zuerst nennen", "Zuerst sagen")
GUIDELINE = "guideline/ca-on"
DRAFT: dict[str, Any] = {
    "language": "de",
    "region": "region/ca-on",
    "text": "Die Züge stehen still bis Mittag.",
}


@pytest.fixture(scope="module")
def lead(service: Served) -> Person:
    """Leads a culture in another country."""
    return person(service, "team/localisation", "responder", "reviewer", "trainer")


@pytest.fixture(scope="module")
def governor(service: Served) -> Person:
    return person(service, "team/executive", "governance", "reviewer")


@pytest.fixture(scope="module")
def team(service: Served) -> str:
    said = {"name": "Ontario", "escalatesTo": "team/customer-care", "speaksLanguage": ["de"]}
    record = {"type": "Team", "id": "team/ontario-care", "properties": said}
    return str(service.post("/v1/records", record)["id"])


@pytest.fixture(scope="module")
def writer(service: Served, team: str) -> Person:
    return person(service, team, "responder", "reviewer")


def body(**changes: object) -> dict[str, Any]:
    said = {
        "guideline": GUIDELINE,
        "name": "Deutsch in Ontario",
        "owner": "team/localisation",
        "languages": ["de"],
        "regions": ["region/ca-on"],
        "teams": ["team/ontario-care"],
        "because": "Readers asked for it.",
        "text": TEXT,
    }
    return {**said, **changes}


def now(service: Served) -> datetime:
    return datetime.fromisoformat(service.get("/v1/clock")["at"])


def advanced(service: Served, by: timedelta) -> datetime:
    to = now(service) + by
    service.post("/v1/clock", {"at": to.isoformat()}, 200)
    return to


def door(somebody: Person) -> dict[str, str]:
    return {"ATTUNE_URL": somebody.service.url, "ATTUNE_KEY": somebody.key, "PATH": "/usr/bin"}


def said_by(somebody: Person, *words: object) -> str:
    done = attune("guidelines", *words, env=door(somebody))
    assert done.returncode == 0, done.stderr
    return done.stdout


def path(guideline: str = GUIDELINE) -> str:
    return f"/v1/guidelines/{guideline.partition('/')[2]}"


@pytest.fixture(scope="module")
def first(lead: Person, governor: Person, team: str) -> dict[str, Any]:
    made = lead.ask("POST", "/v1/guidelines", body(), 201)
    assert (made["state"], made["versionNumber"], made["author"]) == ("proposed", 1, lead.id)
    assert team in made["heldByTeam"]
    assert governor.act(made["id"], "approve", note="Read with two speakers.")["to"] == "approved"
    return made


@pytest.fixture(scope="module")
def second(
    service: Served, lead: Person, governor: Person, first: dict[str, Any]
) -> dict[str, Any]:
    advanced(service, timedelta(minutes=1))
    made = lead.ask("POST", "/v1/guidelines", body(text=NEW, because="Too stiff."), 201)
    assert made["revises"] == first["id"]
    governor.act(made["id"], "approve")
    return made


def test_the_sample_has_guidelines_of_several_cultures(service: Served) -> None:
    items = {one["guideline"]: one for one in service.get("/v1/guidelines")["items"]}
    assert {"guideline/house", "guideline/de-de", "guideline/fr"} <= set(items)
    assert items["guideline/de-de"]["state"] == "in-force"
    shown = service.get("/v1/guidelines/de-de")["shown"]
    assert shown["principles"][0]["do"][0].endswith("haben drei Stunden gewartet.")
    assert shown["approver"] != [shown["author"]]


def test_the_closest_one_holds_and_says_why(service: Served) -> None:
    asked = {"language": "de", "region": "region/de", "channel": "mail"}
    assert (
        service.get("/v1/guidelines/holding", **asked)["holds"]["guideline"] == "guideline/de-de"
    )
    british = service.get("/v1/guidelines/holding", language="en-GB", region="region/gb-sct")
    assert british["holds"]["guideline"] == "guideline/house"
    assert british["why"].startswith("it is the only one in force: for en, everywhere, ")
    none = service.get("/v1/guidelines/holding", language="ja")
    assert (none["holds"], none["why"]) == (None, "no guideline in force holds for it")


def test_nobody_approves_their_own_and_the_front_line_approves_none(
    lead: Person, writer: Person
) -> None:
    made = lead.ask("POST", "/v1/guidelines", body(guideline="guideline/own"), 201)["id"]
    assert "governance or legal" in json.dumps(lead.act(made, "approve", status=403))
    assert "governance or legal" in json.dumps(writer.act(made, "approve", status=403))
    lead.act(made, "recall")


def test_what_was_in_force_at_a_moment_can_be_asked(
    service: Served, first: dict[str, Any], second: dict[str, Any]
) -> None:
    before = service.get(path(), version=1)["versions"]
    begins = {one["version"]: one["begins"] for one in before}
    then = service.get(path(), at=begins[first["id"]])["shown"]
    assert then["id"] == first["id"]
    shown = service.get(path())
    assert shown["shown"]["id"] == second["id"]
    assert [one["state"] for one in shown["versions"]] == ["in-force", "replaced"]
    assert service.get(path(), at="2020-01-01T00:00:00Z")["shown"] is None


def test_the_difference_is_told_over_http_and_on_the_command_line(
    service: Served, lead: Person, second: dict[str, Any]
) -> None:
    found = service.get(f"{path()}/difference")
    assert (found["to"], found["because"]) == (second["id"], "Too stiff.")
    assert found["principles"][0]["after"]["says"].startswith("Zuerst sagen")
    shown = said_by(lead, "diff", GUIDELINE, "--old", 1, "--new", 2)
    assert "-1. Zuerst nennen, was geschah." in shown
    assert "+1. Zuerst sagen, was geschah." in shown


def test_a_draft_names_the_version_in_force_and_tells_who_has_not_read_it(
    writer: Person, lead: Person, second: dict[str, Any]
) -> None:
    made = writer.draft(**DRAFT)
    assert made["underGuideline"] == second["id"]
    assert made["guideline"]["acknowledged"] is False
    assert "you have not acknowledged" in made["guideline"]["notices"][0]
    owing = lead.ask("GET", f"{path()}/acknowledgements")["owing"]
    assert owing == [{"person": writer.id, "team": "team/ontario-care"}]
    assert writer.id in said_by(lead, "due", "--person", writer.id)

    assert "has acknowledged" in said_by(writer, "acknowledge", GUIDELINE)
    found = lead.ask("GET", f"{path()}/acknowledgements")
    assert found["owing"] == []
    (evidence,) = found["acknowledged"]
    assert (evidence["person"], evidence["digest"]) == (writer.id, second["contentDigest"])
    assert f"read  {writer.id}" in said_by(lead, "acknowledgements", GUIDELINE)
    assert writer.show(made["id"])["guideline"]["notices"] == []
    assert writer.show(made["id"])["guideline"]["acknowledged"] is True


def test_going_out_under_a_version_that_was_not_in_force_is_refused_with_its_cure(
    writer: Person, first: dict[str, Any], second: dict[str, Any]
) -> None:
    message = writer.draft(**DRAFT, guideline=first["id"])["id"]
    refused = json.dumps(writer.submit(message, 422))
    assert "guided-in-force" in refused
    assert "read the version that is in force, and write the text anew under it" in refused
    said = {"kind": "statement", "audience": "public", "channel": "website", "admission": "none"}
    anew = writer.ask("PUT", f"/v1/messages/{message.partition('/')[2]}", said | DRAFT)
    assert anew["underGuideline"] == second["id"]
    writer.submit(message)


def test_where_none_holds_nothing_is_refused_and_the_gap_is_listed(
    writer: Person, lead: Person, service: Served
) -> None:
    home = {"preferredLanguage": "ja", "homeRegion": "region/hk"}
    key = {"system": "crm", "key": "gap-4-3"}
    service.post("/v1/records", {"type": "Customer", "key": key, "properties": home})
    made = writer.draft(language="ja", text="列車は止まっています。", admission="none")
    assert made["guideline"]["version"] is None
    assert "a gap" in made["guideline"]["notices"][0]
    assert writer.submit(made["id"])["state"] in {"submitted", "approved"}
    checked = attune("guidelines", "check", env=door(lead))
    assert checked.returncode == 1
    assert "1 customer wants to be spoken to in ja in region/hk" in checked.stdout


@pytest.mark.parametrize(
    ("changes", "pointer", "words"),
    [
        ({"text": "Be kind."}, "/text", "no numbered principle"),
        ({"owner": "team/nobody"}, "", "owns the guideline does not stand"),
        ({"languages": ["deutsch!"]}, "/languages/0", "deutsch!"),
        ({"review_by": "2001-01-01T00:00:00Z"}, "/review_by", "before all have acknowledged"),
        ({"guideline": "house"}, "/guideline", "house"),
        ({"colour": "red"}, "/colour", ""),
    ],
)
def test_what_can_not_be_a_guideline_is_refused_with_a_valid_one(
    lead: Person, changes: dict[str, Any], pointer: str, words: str
) -> None:
    problem = lead.ask("POST", "/v1/guidelines", body(**changes), 422)
    told = json.dumps(problem, ensure_ascii=False)
    assert pointer in told
    assert words in told


@pytest.mark.parametrize(
    ("where", "status"),
    [
        ("/v1/guidelines/none", 404),
        ("/v1/guidelines/house?version=99", 404),
        ("/v1/guidelines/house?version=0", 422),
        ("/v1/guidelines/house?at=yesterday", 422),
        ("/v1/guidelines/house/difference", 409),
        ("/v1/guidelines/holding", 422),
        ("/v1/guidelines/holding?language=!!", 422),
    ],
)
def test_what_is_not_there_is_told(lead: Person, where: str, status: int) -> None:
    assert lead.ask("GET", where, status=status)["detail"]


def test_a_file_is_proposed_changed_and_refused_by_its_line(
    lead: Person, governor: Person, tmp_path: Path
) -> None:
    file = tmp_path / "north.md"
    head = "---\nguideline: guideline/north\nname: North\nowner: team/localisation\n---\n\n"
    file.write_text(f"{head}{TEXT}\n2. Nichts versprechen.\n")
    refused = attune("guidelines", "propose", file, env=door(lead))
    assert refused.returncode == 2
    assert f"{file}:10: principle 2 shows nothing to say" in refused.stderr

    file.write_text(f"{head}{TEXT}\n")
    assert "guideline-version/north-1 is proposed" in said_by(lead, "propose", file)
    done = said_by(governor, "act", "guideline-version/north-1", "approve")
    assert done.strip() == "guideline-version/north-1 is approved"
    again = said_by(lead, "show", "guideline/north", "--source")
    changed = again.replace("because:", "because: A word was wrong.")
    file.write_text(changed.replace("✗ Eine", "✗ "))
    assert "guideline-version/north-2 is proposed" in said_by(lead, "propose", file)
    assert "waiting: guideline-version/north-2" in said_by(lead, "list")
    withdrawn = said_by(
        governor, "act", "guideline-version/north-1", "withdraw", "reason=Not ours."
    )
    assert withdrawn.strip() == "guideline-version/north-1 is withdrawn"
    empty = attune("guidelines", "acknowledge", "guideline/north", env=door(lead))
    assert (empty.returncode, "nothing to acknowledge" in empty.stderr) == (2, True)


@pytest.mark.usefixtures("writer")
def test_those_who_have_not_read_it_are_reminded_and_an_overdue_review_goes_up(
    service: Served, lead: Person, governor: Person
) -> None:
    at = now(service)
    review = (at + timedelta(minutes=30)).isoformat()
    made = lead.ask(
        "POST",
        "/v1/guidelines",
        body(
            guideline="guideline/brief",
            channels=["letter"],
            acknowledge_within="PT10M",
            review_by=review,
        ),
        201,
    )["id"]
    governor.act(made, "approve")
    kinds = {one["kind"] for one in service.get("/v1/queue", kind="guideline-version")["items"]}
    assert kinds == {"guideline-version"}
    advanced(service, timedelta(minutes=8))
    _told(service, "team/ontario-care", "waits to be read by 1 of its writers")
    advanced(service, timedelta(minutes=3))
    _told(service, "team/localisation", "was not acknowledged in time")
    advanced(service, timedelta(minutes=20))
    _told(service, "team/localisation", "The review of guideline/brief")
    late = service.get("/v1/guidelines/gaps")["items"]
    assert {one["gap"] for one in late if one["about"] == "guideline/brief"} == {
        "review-due",
        "unacknowledged",
    }
    to_come = (now(service) + timedelta(days=90)).isoformat()
    done = governor.act(made, "review", reviewBy=to_come, finding="It holds.")
    assert done["to"] == "in-force"


def _told(service: Served, team: str, words: str) -> None:
    """Wait until a team is told, as the sweep follows within seconds."""
    until = monotonic() + 60
    while monotonic() < until:
        for one in service.get("/v1/alerts", team=team)["items"]:
            if words in str(one["reason"]):
                return
        sleep(0.2)
    raise AssertionError(f"{team} was not told that {words!r}")
