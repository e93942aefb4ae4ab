"""Policy drafts: files under ETags, history and undo, locks, diagnostics, rebase, proposal."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from ontology.identity import ThingId
from ontology.lifecycle import Actor, Role
from service import draft_opening
from service.draft_editing import MOST_FILE, Saving, files_of, save
from service.draft_opening import Opening, open_draft
from service.policy_drafts import PolicyDraft
from service.policy_sources import source
from service.problems import ProblemError
from service.world import World
from tests.conftest import Door, key_for

BOOK = "rules/books/escalation.yaml"
OTHER = "rules/books/routing.yaml"
OPENED = {"name": "Quieter nights", "reason": "Called out for nothing."}


@pytest.fixture
def second(door: Door, world: World) -> Door:
    return Door(http=door.http, key=key_for(world, "person/second", "governance"))


@pytest.fixture
def draft(door: Door) -> str:
    answer = door.post("/v1/policy-drafts", OPENED)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def put(
    door: Door, draft: str, text: str, tag: str | None = None, file: str = BOOK
) -> TestResponse:
    """Save a file as one who has just read it, or with a tag of one's own."""
    where = f"{draft}/files/{file}"
    if tag is None:
        tag = door.get(where).headers["ETag"]
    return door.put(where, data=text.encode(), headers={"If-Match": tag})


def text(door: Door, draft: str, file: str = BOOK) -> str:
    return door.get(f"{draft}/files/{file}").get_data(as_text=True)


def activated(first: Door, second: Door, files: dict[str, str]) -> str:
    """Another policy takes effect, in which these files are different."""
    active = first.get("/v1/policies").get_json()["active"]
    known = first.get(f"/v1/policies/{active}").get_json()["files"]
    body = {"files": {**known, **files}, "base": active, "reason": "Meanwhile."}
    proposal = first.post("/v1/policies", body).get_json()
    acts = proposal["links"]["acts"]
    assert second.post(acts, {"act": "approve"}).status_code == 201
    assert first.post(acts, {"act": "activate"}).status_code == 201
    return str(proposal["digest"])


def test_a_draft_begins_as_the_policy_that_is_active(door: Door, draft: str) -> None:
    stands = door.get(draft).get_json()
    assert stands["digest"] == stands["base"] == door.get("/v1/policies").get_json()["active"]
    assert not stands["stale"]
    assert {one["is"] for one in stands["files"]} == {"same"}
    assert stands["reason"] == OPENED["reason"]


def test_a_saved_file_is_read_back_under_its_etag_and_named_as_a_policy(
    door: Door, draft: str, world: World
) -> None:
    new = text(door, draft) + "# quieter: 早い\n"
    answer = put(door, draft, new)
    assert answer.status_code == 200, answer.text
    assert answer.get_json()["diagnostics"] == []
    again = door.get(f"{draft}/files/{BOOK}")
    assert again.get_data(as_text=True) == new
    assert again.headers["ETag"] == answer.headers["ETag"]
    tag = {"If-None-Match": again.headers["ETag"]}
    assert door.get(f"{draft}/files/{BOOK}", headers=tag).status_code == 304
    stands = door.get(draft).get_json()
    assert [one["file"] for one in stands["files"] if one["is"] != "same"] == [BOOK]
    found = source(world, f"policy-draft/{draft.rpartition('/')[2]}")
    assert (found.files[BOOK], found.digest) == (new, stands["digest"])


def test_a_save_without_a_condition_is_refused_and_one_on_old_words_too(
    door: Door, draft: str
) -> None:
    where = f"{draft}/files/{BOOK}"
    assert door.put(where, data=b"x").status_code == 428
    assert door.delete(where).status_code == 428
    old = door.get(where).headers["ETag"]
    now = put(door, draft, "# one\n").headers["ETag"]
    stale = put(door, draft, "# two\n", tag=old)
    assert stale.status_code == 412
    assert stale.headers["ETag"] == now
    assert door.delete(where, headers={"If-Match": old}).status_code == 412
    assert put(door, draft, "# two\n", tag=f"W/{now}").status_code == 412
    assert put(door, draft, "# two\n", tag=f'"other", {now}').status_code == 200


def test_a_new_file_needs_to_be_new(door: Door, draft: str) -> None:
    where, new = f"{draft}/files/rules/books/quieter.yaml", {"If-None-Match": "*"}
    assert door.put(where, data=b"# new\n", headers=new).status_code == 200
    assert door.put(where, data=b"# new\n", headers=new).status_code == 412
    assert (
        door.put(
            f"{draft}/files/rules/books/none.yaml", data=b"", headers={"If-Match": "*"}
        ).status_code
        == 412
    )
    tag = door.get(where).headers["ETag"]
    assert door.delete(where, headers={"If-Match": tag}).status_code == 200
    assert door.get(where).status_code == 404
    assert door.get(draft).get_json()["digest"] == door.get(draft).get_json()["base"]


@pytest.mark.parametrize(
    "file",
    ["etc/passwd", "rules/books/x.py", "rules/books/sub/x.yaml", "rules/../x.yaml", "é.yaml"],
)
def test_only_files_of_a_policy_are_taken(door: Door, draft: str, file: str) -> None:
    answer = door.put(f"{draft}/files/{file}", data=b"x", headers={"If-None-Match": "*"})
    assert answer.status_code in {404, 422}, answer.text
    assert door.get(draft).get_json()["changes"] == 0


def test_what_is_no_text_or_too_long_is_refused(door: Door, draft: str) -> None:
    tag = {"If-Match": "*"}
    where = f"{draft}/files/{BOOK}"
    assert door.put(where, data=b"\xff\xfe", headers=tag).status_code == 400
    assert door.put(where, data=b"x" * (MOST_FILE + 1), headers=tag).status_code == 413
    assert door.put(where, data=b"x" * 9_000_000, headers=tag).status_code == 413
    assert door.get(draft).get_json()["changes"] == 0


def test_a_broken_file_is_saved_and_what_is_wrong_is_told_with_its_place_and_cure(
    door: Door, draft: str
) -> None:
    broken = text(door, draft).replace("stratum: escalate", "stratum: escalte")
    answer = put(door, draft, broken)
    assert answer.status_code == 200
    (first, *_) = answer.get_json()["diagnostics"]
    assert (first["file"], first["value"], first["meant"]) == (BOOK, "escalte", "escalate")
    assert broken.splitlines()[first["line"] - 1].startswith("stratum")
    assert first["column"] > 1
    assert door.get(f"{draft}/diagnostics").get_json()["diagnostics"][0] == first
    assert put(door, draft, "{", file="knowledge/language/coefficients.yaml").status_code == 200
    files = {one["file"] for one in door.get(f"{draft}/diagnostics").get_json()["diagnostics"]}
    assert files >= {BOOK, "knowledge/language/coefficients.yaml"}


def test_a_save_that_changes_nothing_is_none(door: Door, draft: str) -> None:
    answer = put(door, draft, text(door, draft))
    assert (answer.status_code, answer.get_json()["change"]) == (200, None)
    assert door.get(draft).get_json()["changes"] == 0


def test_each_save_is_on_record_and_can_be_taken_back(
    door: Door, draft: str, second: Door
) -> None:
    first = text(door, draft)
    one = put(door, draft, first + "# one\n").get_json()["change"]
    two = put(second, draft, first + "# two\n").get_json()["change"]
    other = put(door, draft, "# other\n", file=OTHER).get_json()["change"]
    items = door.get(f"{draft}/changes").get_json()["items"]
    assert [(i["sequence"], i["by"]) for i in items] == [
        (other, "person/operator"),
        (two, "person/second"),
        (one, "person/operator"),
    ]
    assert items[1]["before"] == items[2]["after"]
    assert door.post(f"{draft}/undo", {"change": one}).status_code == 409
    assert door.post(f"{draft}/undo", {"change": two}).status_code == 200
    assert text(door, draft) == first + "# one\n"
    assert text(door, draft, OTHER) == "# other\n"
    assert door.post(f"{draft}/undo", {}).status_code == 200  # the undo itself
    assert text(door, draft) == first + "# two\n"
    newest = door.get(f"{draft}/changes?limit=1").get_json()
    assert newest["items"][0]["undoes"] is not None
    rest = door.get(f"{draft}/changes?cursor={newest['cursor']}").get_json()["items"]
    assert len(rest) == 4
    assert door.post(f"{draft}/undo", {"change": 1}).status_code == 404


def test_who_edits_is_told_to_others_until_it_lapses_or_is_taken_over(
    open_world: Callable[..., World],
) -> None:
    from datetime import datetime

    from service.app import create

    world = open_world(world="replay", start=datetime.fromisoformat("2027-06-01T14:00:00Z"))
    door = Door(
        http=create(world.settings, world=world).test_client(),
        key=world.settings.operator_key.read_text().strip(),
    )
    second = Door(http=door.http, key=key_for(world, "person/second", "governance"))
    draft = door.post("/v1/policy-drafts", OPENED).headers["Location"]
    assert door.put(f"{draft}/lock", json={"minutes": 15}).status_code == 200
    held = put(second, draft, "# mine\n")
    assert held.status_code == 423
    assert "person/operator edits it until" in held.get_json()["detail"]
    assert int(held.headers["Retry-After"]) == 15 * 60
    assert second.put(f"{draft}/lock", json={}).status_code == 423
    assert put(door, draft, "# ours\n").status_code == 200
    taken = second.post(f"{draft}/acts", {"act": "take-over", "data": {"reason": "She is ill."}})
    assert taken.status_code == 201, taken.text
    assert door.get(draft).get_json()["lock"]["by"] == "person/second"
    assert put(door, draft, "# ours again\n").status_code == 423
    world.advance(world.clock.now() + timedelta(minutes=10), actor=ThingId("person/operator"))
    assert put(second, draft, "# renewed\n").status_code == 200
    world.advance(world.clock.now() + timedelta(minutes=14), actor=ThingId("person/operator"))
    assert put(door, draft, "# too early\n").status_code == 423
    world.advance(world.clock.now() + timedelta(minutes=1), actor=ThingId("person/operator"))
    assert put(door, draft, "# in time\n").status_code == 200
    assert second.put(f"{draft}/lock", json={}).status_code == 200
    assert second.delete(f"{draft}/lock").get_json()["lock"] is None


def test_a_draft_is_moved_onto_a_newer_policy_where_nothing_clashes(
    door: Door, second: Door, draft: str
) -> None:
    first = text(door, draft)
    put(door, draft, first + "# ours\n")
    newer = activated(
        door, second, {BOOK: "# theirs\n" + first, OTHER: text(door, draft, OTHER) + "#\n"}
    )
    assert door.get(draft).get_json()["stale"]
    assert door.post(f"{draft}/proposal", {}).status_code == 409
    moved = door.post(f"{draft}/rebase", {})
    assert moved.status_code == 200, moved.text
    assert (moved.get_json()["base"], moved.get_json()["stale"]) == (newer, False)
    assert text(door, draft) == "# theirs\n" + first + "# ours\n"
    assert [f["file"] for f in moved.get_json()["files"] if f["is"] != "same"] == [BOOK]
    assert door.post(f"{draft}/rebase", {}).get_json()["changes"] == 2
    assert door.post(f"{draft}/undo", {}).status_code == 200
    assert text(door, draft) == first + "# ours\n"
    assert door.get(draft).get_json()["stale"]


def test_clashes_are_told_file_by_file_and_nothing_is_moved_until_they_are_settled(
    door: Door, second: Door, draft: str
) -> None:
    first, other = text(door, draft), text(door, draft, OTHER)
    put(door, draft, first + "# ours\n")
    put(door, draft, other + "# ours too\n", file=OTHER)
    newer = activated(door, second, {BOOK: first + "# theirs\n"})
    before = door.get(draft).get_json()
    clash = door.post(f"{draft}/rebase", {})
    assert clash.status_code == 409
    problem = clash.get_json()
    assert problem["onto"] == newer
    (one,) = problem["clashing"]
    assert one["file"] == BOOK
    assert (one["clashes"][0]["ours"], one["clashes"][0]["theirs"]) == ("# ours\n", "# theirs\n")
    assert door.get(draft).get_json() == before
    body = {"resolved": {BOOK: first + "# both\n"}, "onto": newer}
    assert door.post(f"{draft}/rebase", {**body, "onto": "0" * 64}).status_code == 409
    settled = door.post(f"{draft}/rebase", body)
    assert settled.status_code == 200
    assert text(door, draft) == first + "# both\n"
    assert text(door, draft, OTHER) == other + "# ours too\n"


def test_a_draft_is_proposed_approved_and_activated_and_history_tells_everybodys_part(
    door: Door, second: Door, draft: str
) -> None:
    put(door, draft, text(door, draft) + "# ours\n")
    answer = door.post(f"{draft}/proposal", {})
    assert answer.status_code == 201, answer.text
    proposal = answer.get_json()
    local = draft.rpartition("/")[2]
    assert (proposal["draft"], proposal["reason"]) == (f"policy-draft/{local}", OPENED["reason"])
    why = {"reason": "The cases show it."}
    acts = proposal["links"]["acts"]
    assert second.post(acts, {"act": "approve", "data": why}).status_code == 201
    assert door.post(acts, {"act": "activate"}).status_code == 201
    stands = door.get(draft).get_json()
    assert stands["proposals"] == [
        {"id": proposal["id"], "digest": proposal["digest"], "state": "active"}
    ]
    newest = door.get("/v1/policies/history?limit=1").get_json()
    (last,) = newest["items"]
    assert (last["digest"], last["act"], last["until"]) == (proposal["digest"], "activate", None)
    parts = {one["act"]: (one["by"], one["reason"]) for one in last["proposal"]["acts"]}
    assert parts["approve"] == ("person/second", "The cases show it.")
    assert parts["propose"] == ("person/operator", OPENED["reason"])
    rest = door.get(f"/v1/policies/history?cursor={newest['cursor']}").get_json()
    assert [one["until"] for one in rest["items"]] == [last["since"]]
    assert rest["cursor"] is None


def test_a_draft_goes_on_from_a_proposal_or_brings_an_old_policy_back(
    door: Door, second: Door, draft: str
) -> None:
    first = text(door, draft)
    old = door.get(draft).get_json()["base"]
    put(door, draft, first + "# ours\n")
    proposal = door.post(f"{draft}/proposal", {}).get_json()
    further = door.post("/v1/policy-drafts", {**OPENED, "start": proposal["id"]}).get_json()
    assert (further["base"], further["digest"]) == (old, proposal["digest"])
    newer = activated(door, second, {OTHER: text(door, draft, OTHER) + "# later\n"})
    back = door.post("/v1/policy-drafts", {**OPENED, "start": old}).get_json()
    assert (back["base"], back["digest"], back["stale"]) == (newer, old, False)
    assert door.post("/v1/policy-drafts", {**OPENED, "start": "none"}).status_code == 404


def test_a_discarded_draft_is_written_no_more(door: Door, draft: str) -> None:
    act = {"act": "discard", "data": {"reason": "The other one covers it."}}
    assert door.post(f"{draft}/acts", act).status_code == 201
    assert put(door, draft, "# late\n").status_code == 409
    assert door.put(f"{draft}/lock", json={}).status_code == 409
    assert door.get("/v1/policy-drafts").get_json()["items"][0]["state"] == "discarded"


def test_drafts_are_bounded_in_number(
    door: Door, draft: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft_opening, "MOST_OPEN", 1)
    assert door.post("/v1/policy-drafts", OPENED).status_code == 409
    act = {"act": "discard", "data": {"reason": "No."}}
    door.post(f"{draft}/acts", act)
    assert door.post("/v1/policy-drafts", OPENED).status_code == 201


def test_the_same_idempotency_key_opens_one_draft(door: Door) -> None:
    key = {"Idempotency-Key": "8e03978e"}
    first = door.post("/v1/policy-drafts", OPENED, headers=key).get_json()["id"]
    assert door.post("/v1/policy-drafts", OPENED, headers=key).get_json()["id"] == first
    other = {**OPENED, "name": "Another"}
    assert door.post("/v1/policy-drafts", other, headers=key).status_code == 409


def test_who_is_not_of_governance_reads_only(door: Door, draft: str, world: World) -> None:
    analyst = Door(http=door.http, key=key_for(world, "person/ana", "analyst"))
    assert analyst.get(draft).status_code == 200
    assert put(analyst, draft, "# mine\n").status_code == 403
    assert analyst.post("/v1/policy-drafts", OPENED).status_code == 403
    assert (
        analyst.post(f"{draft}/acts", {"act": "discard", "data": {"reason": "x"}}).status_code
        == 403
    )


def test_of_two_who_save_at_once_one_is_told_and_none_is_lost(
    open_world: Callable[..., World],
) -> None:
    here, there = open_world(), open_world()
    lead = Actor(id=ThingId("person/lead"), roles=frozenset({Role.GOVERNANCE}))
    made = open_draft(here, Opening(start="active", name="n", reason="r"), lead)
    there.catch_up()
    outcomes: list[object] = []

    def append(world: World, mark: str) -> None:
        before = files_of(world.policies, world.policy_drafts.all[made.id])[BOOK]

        def prepared(draft: PolicyDraft) -> Saving:
            now = files_of(world.policies, draft)[BOOK]
            if now != before:
                raise ProblemError(412, "moved", "")  # type: ignore[arg-type]
            return Saving(files={BOOK: before + mark})

        try:
            outcomes.append(save(world, made.id, prepared, lead))
        except ProblemError as error:
            outcomes.append(error.status)

    threads = [
        threading.Thread(target=append, args=(world, mark))
        for world, mark in ((here, "# a\n"), (there, "# b\n"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    here.catch_up()
    saved = here.policy_drafts.all[made.id].changes
    assert len(saved) == sum(not isinstance(one, int) for one in outcomes)
    ours = [one.after for one in saved]
    assert len({*ours}) == len(ours)


def test_drafts_outlive_a_restart(
    open_world: Callable[..., World], door: Door, draft: str
) -> None:
    put(door, draft, "# kept\n")
    again = open_world()
    local: Any = draft.rpartition("/")[2]
    assert source(again, f"policy-draft/{local}").files[BOOK] == "# kept\n"


def test_a_draft_that_is_not_there_is_told_so(door: Door) -> None:
    for method, path in (
        ("get", ""),
        ("get", "/files"),
        ("get", f"/files/{BOOK}"),
        ("get", "/changes"),
        ("get", "/diagnostics"),
        ("post", "/undo"),
        ("post", "/rebase"),
        ("post", "/proposal"),
    ):
        call = door.get if method == "get" else door.post
        more: dict[str, Any] = {} if method == "get" else {"json": {}}
        assert call(f"/v1/policy-drafts/none{path}", **more).status_code == 404, path
