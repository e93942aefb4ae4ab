"""Posts that fit no incident are put before a person as a candidate, once over all workers; people
confirm, merge, split, dismiss and reopen, or declare an incident of which nobody has spoken yet.
"""

import json
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.capabilities.conftest import START
from tests.serving import Served, attune, environment, serving

WITHIN_S = 30
LEAK = (
    "Smell of gas all over #Lakeview this morning, is it a leak?",
    "#Lakeview school closed, they say a gas leak on Maple Street",
    "Gas leak in #Lakeview, fire trucks everywhere on Maple Street",
    "Nobody at Northgas answers the phone while #Lakeview smells of gas",
    "Maple Street in #Lakeview blocked, Northgas says nothing",
    "Evacuated from my flat in #Lakeview, thank you Northgas",
    "Second day without heating in #Lakeview because of the Northgas leak",
    "My mother is 84 and sits in a gym because of the #Lakeview gas leak, Northgas!",
    "Does anybody know when we can go back to Maple Street? #Lakeview",
    "Headache since the morning, #Lakeview, is the air safe? Northgas?",
)
FERRY = (
    "The #Solvik ferry has not left the pier for three hours",
    "Stuck on the #Solvik ferry with two children and no word from Nordlinie",
    "Nordlinie, tell the people on the #Solvik ferry what is going on",
    "Third engine failure of the #Solvik ferry this month, Nordlinie?",
    "They let us off the #Solvik ferry at last, Nordlinie gave us a biscuit",
    "No refund from Nordlinie for the #Solvik ferry, of course",
    "My wedding is on the other side, #Solvik ferry stands still",
    "Nordlinie has the worst ferries, #Solvik again",
)
MUG = (
    "The #GreyMug is leaking hot tea on my lap, thanks Tasso",
    "Bought the #GreyMug, handle came off on day one, Tasso",
    "Tasso should recall the #GreyMug, I have burned my hand",
    "Is the handle of your #GreyMug loose as well? Tasso",
    "Handle of my #GreyMug broke and the tea went everywhere",
    "My #GreyMug broke, too, Tasso tells me to buy a new one",
    "Burned by a #GreyMug, Tasso does not answer",
    "Another broken handle #GreyMug Tasso",
)

BRIDGE = (
    "There is a crack in the #Holmbridge as wide as my hand",
    "Lorries still cross the #Holmbridge with that crack in it, Wegbau?",
    "Wegbau knew of the #Holmbridge crack in spring",
    "Half of the #Holmbridge is closed, Wegbau sends one man with a torch",
    "Who inspects the #Holmbridge? Asking for everybody who drives to work",
    "The #Holmbridge crack grew since yesterday, look at the paint",
    "Wegbau says the #Holmbridge is safe. Would you bet your bus on it?",
    "School bus turned round before the #Holmbridge, good driver",
)


@pytest.fixture(scope="module")
def town(sampled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service of its own, so that nobody else's posts are heard, with two workers."""
    home = Path(shutil.copytree(sampled, tmp_path_factory.mktemp("candidates") / "home"))
    given = {"world": "replay", "start": START, "language": False, "sweep_seconds": 0.3}
    with serving(home, workers=2, **given) as served:
        talk = [f"about thing{n} and matter{n * 7 % 501} of day{n % 9}" for n in range(1_000)]
        post(served, "talk", talk, apart=timedelta(minutes=4))
        yield served


def post(
    service: Served,
    name: str,
    texts: Sequence[str],
    author: Callable[[int], str] | None = None,
    apart: timedelta = timedelta(seconds=1),
) -> None:
    """Each text by somebody else, where `author` says nothing else; the newest first."""
    at = datetime.fromisoformat(service.get("/v1/clock")["at"])
    whose = author or (lambda number: f"{name}-{number}")
    signals = [
        {
            "id": f"{name}-{number}",
            "platform": "platform/twitter",
            "feed": "feed/listening",
            "posted_at": (at - number * apart).isoformat(),
            "text": text,
            "author": {"system": "twitter", "key": whose(number)},
        }
        for number, text in enumerate(texts)
    ]
    service.post("/v1/signals/batch", {"signals": signals}, status=202)


def candidates(service: Served, topic: str) -> list[dict[str, Any]]:
    items = service.get("/v1/incidents", state="candidate")["items"]
    return [one for one in items if topic in one["scope"]["topic"]]


def suggested(service: Served, topic: str) -> dict[str, Any]:
    """The candidate with a topic, as soon as it is put before people."""
    until = time.monotonic() + WITHIN_S
    while not (found := candidates(service, topic)):
        assert time.monotonic() < until, f"no candidate about {topic}"
        time.sleep(0.2)
    return found[0]


def act(service: Served, thing: str, name: str, **data: object) -> httpx.Response:
    with service.client() as client:
        local = thing.partition("/")[2]
        return client.post(f"/v1/incidents/{local}/acts", json={"act": name, "data": data})


def did(service: Served, thing: str, name: str, **data: object) -> None:
    answer = act(service, thing, name, **data)
    assert answer.is_success, answer.text


def shown(service: Served, incident: str) -> dict[str, Any]:
    return service.get(f"/v1/incidents/{incident.partition('/')[2]}")


def heard(service: Served, incident: str) -> int:
    """Posts of the last day that are counted for an incident."""
    rows = shown(service, incident)["spread"]
    return next((row.get("volume", 0) for row in rows if row["window"] == "P1D"), 0)


def until_heard(service: Served, incident: str, posts: int) -> None:
    """Wait until so many are counted: what is retained is read again behind the requests."""
    until = time.monotonic() + WITHIN_S
    while (found := heard(service, incident)) != posts:
        assert time.monotonic() < until, f"{found} posts of {incident}, not {posts}"
        time.sleep(0.2)


@pytest.fixture(scope="module")
def leak(town: Served) -> dict[str, Any]:
    post(town, "leak", LEAK)
    return suggested(town, "lakeview")


def test_posts_that_fit_no_incident_become_a_candidate(leak: dict[str, Any]) -> None:
    assert leak["state"] == "candidate"
    assert "lakeview" in leak["name"]
    assert leak["growth"]["posts"] >= 8
    assert leak["growth"]["people"] >= 8
    assert 0 < leak["confidence"] <= 1
    assert leak["platforms"] == ["platform/twitter"]


def test_two_workers_make_one_candidate_of_the_same_posts(
    town: Served, leak: dict[str, Any]
) -> None:
    time.sleep(1.5)  # several looks of both workers
    assert [one["id"] for one in candidates(town, "lakeview")] == [leak["id"]]


def test_a_candidate_shows_typical_posts_to_those_who_may_read_them(
    town: Served, leak: dict[str, Any]
) -> None:
    texts = {one["text"] for one in shown(town, leak["id"])["exemplars"]}
    assert texts
    assert texts <= set(LEAK)
    holder = ("--holder", "person/trainer", "--role", "trainer")
    made = attune("keys", "create", *holder, "--json", env=env(town))
    key = json.loads(made.stdout)["key"]
    with town.client(key) as client:
        answer = client.get(f"/v1/incidents/{leak['id'].partition('/')[2]}")
    assert answer.is_success, answer.text
    assert answer.json()["exemplars"]
    assert all("text" not in one for one in answer.json()["exemplars"])


def test_one_person_who_posts_a_flood_is_no_candidate(town: Served) -> None:
    texts = [f"Number {turn}: everybody must buy #Wondercream by Zorba" for turn in range(40)]
    post(town, "flood", texts, lambda _number: "the-same")
    time.sleep(2)
    assert candidates(town, "wondercream") == []


def test_a_person_confirms_and_its_posts_are_counted(town: Served, leak: dict[str, Any]) -> None:
    did(town, leak["id"], "confirm", reason="The fire brigade says so.")
    assert shown(town, leak["id"])["state"] == "open"
    post(town, "leak-more", ["Still no gas in #Lakeview", "#Lakeview smells again"])
    until_heard(town, leak["id"], len(LEAK) + 2)


def test_a_part_that_is_split_off_has_its_topics_for_itself(
    town: Served, leak: dict[str, Any]
) -> None:
    part = "incident/lakeview-street"
    whole = {"name": "Lakeview", "topic": ["lakeview", "northgas", "maple street"]}
    town.post("/v1/records", {"id": leak["id"], "type": "Incident", "properties": whole})
    properties = {"name": "Maple Street", "topic": ["maple street"]}
    town.post("/v1/records", {"id": part, "type": "Incident", "properties": properties})
    did(town, part, "open", reason="A story of its own.")
    did(town, leak["id"], "split", into=[part], reason="The street is a story of its own.")
    assert shown(town, leak["id"])["split_into"] == [part]
    until_heard(town, part, sum("Maple Street" in text for text in LEAK))
    post(town, "street", ["Maple Street is open again, nothing else to tell"])
    until_heard(town, part, 1 + sum("Maple Street" in text for text in LEAK))
    until_heard(town, leak["id"], len(LEAK) + 2)


def test_a_candidate_is_merged_and_its_posts_go_with_it(
    town: Served, leak: dict[str, Any]
) -> None:
    post(town, "ferry", FERRY)
    ferry = suggested(town, "solvik")
    before = heard(town, leak["id"])
    did(town, ferry["id"], "merge", into=leak["id"], reason="To try it.")
    assert shown(town, ferry["id"])["merged_into"] == leak["id"]
    until_heard(town, leak["id"], before + len(FERRY))


def test_what_was_dismissed_stays_away_unless_it_grows_much(town: Served) -> None:
    post(town, "mug", MUG)
    mug = suggested(town, "greymug")
    did(town, mug["id"], "dismiss", reason="A joke of a comedian.")
    post(town, "mug-again", [f"{text} really" for text in MUG])
    time.sleep(2)
    assert candidates(town, "greymug") == []
    advance(town, hours=2)
    post(town, "mug-more", [f"{text} {turn}" for turn in range(10) for text in MUG])
    again = suggested(town, "greymug")
    assert again["id"] != mug["id"]


def test_an_incident_is_reopened_and_counts_what_was_said_meanwhile(
    town: Served, leak: dict[str, Any]
) -> None:
    did(town, leak["id"], "resolve", reason="The pipe is repaired.")
    before = heard(town, leak["id"])
    advance(town, hours=1)
    post(town, "leak-late", ["Gas again in #Lakeview"])
    assert heard(town, leak["id"]) <= before
    did(town, leak["id"], "reopen", reason="It leaks again.")
    until_heard(town, leak["id"], before + 1)
    assert shown(town, leak["id"])["reopened"]


def test_an_incident_is_declared_before_anybody_speaks_of_it(town: Served) -> None:
    properties = {"name": "Server room on fire", "topic": ["datacentre"]}
    record = {"id": "incident/server-room", "type": "Incident", "properties": properties}
    town.post("/v1/records", record)
    did(town, "incident/server-room", "open", reason="The night guard has called.")
    assert heard(town, "incident/server-room") == 0
    post(town, "room", ["Is the datacentre down?"])
    until_heard(town, "incident/server-room", 1)


def test_a_candidate_that_nobody_looks_at_is_overdue(town: Served) -> None:
    post(town, "bridge", BRIDGE)
    bridge = suggested(town, "holmbridge")
    advance(town, hours=1)
    until = time.monotonic() + WITHIN_S
    while "overdue" not in done_to(town, bridge["id"]):
        assert time.monotonic() < until
        time.sleep(0.3)
    assert shown(town, bridge["id"])["state"] == "candidate"


def test_the_command_line_lists_and_shows_candidates(town: Served) -> None:
    listed = attune("incidents", "candidates", "--json", env=env(town))
    assert listed.returncode == 0, listed.stderr
    items = json.loads(listed.stdout)["items"]
    names = [one["id"] for one in items]
    assert any("holmbridge" in one["scope"]["topic"] for one in items)
    told = attune("incidents", "show", names[-1], env=env(town))
    assert told.returncode == 0, told.stderr
    assert names[-1] in told.stdout
    missing = attune("incidents", "show", "incident/none", env=env(town))
    assert missing.returncode == 2


def env(service: Served) -> dict[str, str]:
    return environment(service.home, world="replay", language=False)


def advance(service: Served, hours: int) -> None:
    at = datetime.fromisoformat(service.get("/v1/clock")["at"])
    later = at + timedelta(hours=hours)
    service.post("/v1/clock", {"at": later.isoformat()}, status=200)


def done_to(service: Served, thing: str) -> set[str]:
    """The acts on a thing among the last events, as the ledger tells them."""
    size = service.get("/v1/ledger/head")["size"]
    last = [service.get(f"/v1/ledger/events/{at}")["event"] for at in range(size - 30, size + 1)]
    return {one["data"]["act"] for one in last if one["subject"] == thing and "act" in one["data"]}
