"""The parts of a policy beside its books: each in the digest, each read for what it is."""

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from knowledge.language import coefficient_files, heads, training
from knowledge.language.coefficient_files import CoefficientsMissing, CoefficientStore
from knowledge.language.heads import CoefficientsInvalid
from rules.policy import digest
from service.bundle import PARTS, packaged, part_of, reading_of
from service.world import World
from tests.conftest import Door
from tests.service.test_policies import act, bundle, second

__all__ = ["second"]

URGENCY = "knowledge/language/lexicons/urgency.yaml"
LAW = "rules/jurisdictions.yaml"
ZORBING = "groups:\n  - {name: zorbing, weight: 9, phrases: [zorbing is broken]}\n"
HEADS = "knowledge/language/coefficients.yaml"
AGAIN = """\
collection: again
owner: team/a
locale: en
templates:
  - {id: reply, title: Again, use: Never., channels: {chat: Hello.}}
"""
UNKIND = AGAIN.replace("id: reply", "id: unkind").replace(
    "Hello.", "We are sorry if you were hurt."
)
ASKING = """\
book: mine
stratum: respond
owner: team/a
rules:
  - id: ask-for-words
    reason: Tried.
    covers: ["1.4"]
    when: {incident: {phase: open}}
    then: [{respond: {strategy: adjust, template: holding-statment}}]
"""


def activate(first: Door, second: Door, files: Mapping[str, str]) -> None:
    wanted = bundle(first)
    wanted["files"] = dict(files)
    answer = first.post("/v1/policies", wanted)
    assert answer.status_code == 201, answer.get_json()
    proposal = answer.get_json()["id"]
    assert act(second, proposal, "approve").status_code == 201
    assert act(first, proposal, "activate").status_code == 201


def refused(door: Door, file: str, text: str) -> list[dict[str, Any]]:
    wanted = bundle(door)
    wanted["files"][file] = text
    answer = door.post("/v1/policies", wanted)
    assert answer.status_code == 422
    errors: list[dict[str, Any]] = answer.get_json()["errors"]
    return errors


def test_every_part_that_attune_ships_is_in_the_bundle() -> None:
    shipped = {part.name for file in packaged() if (part := part_of(file)) is not None}
    assert shipped >= {"books", "shapes", "lexicons", "coefficients", "jurisdictions"}
    assert shipped <= {part.name for part in PARTS}


@pytest.mark.parametrize("file", [URGENCY, LAW, HEADS])
def test_a_change_of_any_part_changes_the_digest(file: str) -> None:
    files = packaged()
    assert digest(files) != digest(files | {file: files[file] + b"# changed\n"})


def test_the_shipped_manifest_names_the_shipped_coefficients() -> None:
    named = coefficient_files.named(coefficient_files.packaged())
    assert named == hashlib.sha256(coefficient_files.shipped()).hexdigest()


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        (URGENCY, "indicator: urgency\n", "urgency.yaml:1:1: groups is missing"),
        (URGENCY.replace("urgency", "joy"), "indicator: joy\n", "there is no lexicon of that"),
        (LAW, "jurisdictions: [{code: x}]\n", "jurisdictions.yaml:1:17: name is missing"),
        (HEADS, "sha256: 12\n", "coefficients.yaml:1:9: 12 is no SHA-256"),
        (HEADS, f"sha256: {'0' * 64}\n", "names coefficients that are not here"),
        ("rules/templates/a.yaml", "- a\n", "a.yaml:1:1: '[a]': a file of templates is a mapping"),
        (
            "rules/templates/replies.yaml",
            "collection: a\n",
            "replies.yaml:1:1: 'a file of templates': has no owner",
        ),
        ("rules/templates/zz.yaml", AGAIN, "'reply': names another template too, at rules/"),
        ("rules/templates/zz.yaml", UNKIND, "zz.yaml:5:56: 'sorry if': the voice never says it"),
        (
            "rules/books/mine.yaml",
            ASKING,
            "mine.yaml:5:1: 'holding-statment': is no template, and the rule ask-for-words",
        ),
        ("rules/guidelines/voice.yaml", "voice: a\n", "voice.yaml:1:1: owner is missing"),
        ("rules/guidelines/a.yaml", "a: [\n", "is no YAML"),
        ("rules/glossaries/a.yaml", "glossary: a\n", "a.yaml:1:1: owner is missing"),
        ("rules/secrets.yaml", "a: b\n", "is none of rules/books/*.yaml"),
        ("rules/books/../../x.yaml", "a: b\n", "is none of rules/books/*.yaml"),
    ],
)
def test_a_broken_part_is_refused_with_its_file(
    door: Door, file: str, text: str, told: str
) -> None:
    (fault, *_) = refused(door, file, text)
    assert told in fault["detail"]
    assert fault["pointer"] == f"/files/{file.replace('/', '~1')}"


def test_a_glossary_against_which_its_own_templates_speak_is_refused(door: Door) -> None:
    words = "terms: {x: {means: x, words: [{language: fr, say: [a], never: [une personne]}]}}"
    text = f"glossary: a\nowner: team/a\n{words}\n"
    (fault, *_) = refused(door, "rules/glossaries/a.yaml", text)
    assert "'Une personne': the glossary a never says it, in" in fault["detail"]
    assert "francais.yaml" in fault["pointer"]


def test_a_word_added_to_a_lexicon_is_heard_once_the_policy_is_active(
    door: Door, second: Door, world: World
) -> None:
    text = "The zorbing is broken at our house"
    before = world.perception.under(world.policies.reading()).score([text])[0]
    files = bundle(door)["files"]
    files[URGENCY] = files[URGENCY].replace("groups:\n", ZORBING, 1)
    activate(door, second, files)
    after = world.perception.under(world.policies.reading()).score([text])[0]
    assert before.scores.urgency is not None
    assert after.scores.urgency is not None
    assert after.scores.urgency > before.scores.urgency + 0.5
    assert after.evidence["urgency"] == ("zorbing",)


def test_the_law_of_a_region_comes_from_the_table_where_its_record_is_silent(
    door: Door, second: Door, world: World
) -> None:
    stated = {"name": "Hong Kong", "jurisdiction": "HK", "timeZone": "Asia/Hong_Kong"}
    region = {"type": "Region", "id": "region/hk", "properties": stated}
    assert door.post("/v1/records", region).status_code == 201

    def apology() -> object:
        made = door.post("/v1/decisions", {"region": "region/hk"}).get_json()
        recorded = world.ledger.by_id(made["id"])
        assert recorded is not None
        facts: Any = recorded.data["facts"]
        (found,) = [one for one in facts if one["kind"] == "region"]
        return found["values"]["apology"]

    assert apology() == "unverified"
    files = bundle(door)["files"]
    signed = "(2017)\n    verified: {by: person/lee, on: 2026-11-20}\n"
    assert "Cap. 631 (2017)\n" in files[LAW]
    files[LAW] = files[LAW].replace("(2017)\n", signed, 1)
    activate(door, second, files)
    assert apology() == "full"


def test_break_glass_refuses_to_change_a_lexicon(door: Door) -> None:
    wanted = bundle(door)
    wanted["files"][URGENCY] = wanted["files"][URGENCY].replace("groups:\n", ZORBING, 1)
    proposal = door.post("/v1/policies", wanted).get_json()["id"]
    answer = act(door, proposal, "break-glass", reason="Now.", within="PT1H")
    assert answer.status_code == 409
    assert "it changes lexicons; that needs a second person" in str(answer.get_json())


@pytest.fixture
def refit(tmp_path: Any) -> bytes:
    """Coefficients of somebody's own: those of the package with one bias moved."""
    found = heads.load()
    moved = heads.Head(
        weights=found.heads["irony"].weights, bias=found.heads["irony"].bias + np.float32(1)
    )
    own = heads.Coefficients(heads={**found.heads, "irony": moved}, about=found.about)
    file = tmp_path / "coefficients.npz"
    training.write(own, file)
    assert coefficient_files.named((tmp_path / "coefficients.yaml").read_text()) == (
        coefficient_files.digest(file.read_bytes())
    )
    return bytes(file.read_bytes())


def test_coefficients_of_ones_own_judge_once_their_policy_is_active(
    door: Door, second: Door, world: World, refit: bytes
) -> None:
    text = "What a great day to wait"
    before = world.perception.under(world.policies.reading()).score([text])[0]
    name = coefficient_files.digest(refit)
    put = door.http.put(
        f"/v1/coefficients/{name}", data=refit, headers={"Authorization": f"Bearer {door.key}"}
    )
    assert put.status_code == 201
    assert door.get(f"/v1/coefficients/{name}").data == refit
    activate(door, second, bundle(door)["files"] | {HEADS: coefficient_files.manifest(refit)})
    after = world.perception.under(world.policies.reading()).score([text])[0]
    assert before.scores.irony is not None
    assert after.scores.irony is not None
    assert after.scores.irony > before.scores.irony


def test_bytes_under_a_false_name_and_bytes_that_are_no_coefficients_are_refused(
    door: Door,
) -> None:
    headers = {"Authorization": f"Bearer {door.key}"}
    false = door.http.put(f"/v1/coefficients/{'0' * 64}", data=b"x", headers=headers)
    assert false.status_code == 400
    name = hashlib.sha256(b"x").hexdigest()
    broken = door.http.put(f"/v1/coefficients/{name}", data=b"x", headers=headers)
    assert broken.status_code == 422
    assert "cannot be read" in broken.get_json()["errors"][0]["detail"]
    assert door.get(f"/v1/coefficients/{name}").status_code == 404
    assert door.get("/v1/coefficients/..").status_code == 404


def test_shipped_coefficients_are_kept_for_when_a_later_version_ships_others(
    tmp_path: Any,
) -> None:
    store = CoefficientStore(tmp_path / "kept")
    name = reading_of({}).coefficients
    store.load(name)
    assert (tmp_path / "kept" / f"{name}.npz").read_bytes() == coefficient_files.shipped()


def test_altered_and_missing_coefficients_are_never_used(tmp_path: Any) -> None:
    store = CoefficientStore(tmp_path)
    name = reading_of({}).coefficients
    (tmp_path / f"{name}.npz").write_bytes(b"altered")
    with pytest.raises(CoefficientsInvalid, match="was altered"):
        store.load(name)
    with pytest.raises(CoefficientsMissing, match="no coefficients '0000"):
        store.load("0" * 64)


def test_a_file_that_unpacks_to_far_more_than_it_should_is_refused(tmp_path: Any) -> None:
    file = tmp_path / "bomb.npz"
    np.savez_compressed(file, bomb=np.zeros(70_000_000, dtype=np.int8))
    assert file.stat().st_size < 200_000
    with pytest.raises(CoefficientsInvalid, match="unpacks to"):
        CoefficientStore(tmp_path).put(file.read_bytes())


def test_without_its_coefficients_no_text_is_judged_and_the_decision_says_so(
    door: Door, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.perception.warm()

    def gone(_: object, name: str) -> None:
        raise CoefficientsMissing(name)

    world.perception._under.clear()  # noqa: SLF001 - as in a worker that just started
    monkeypatch.setattr(CoefficientStore, "load", gone)
    answer = door.post("/v1/decisions", {"text": "I am so angry"}).get_json()
    assert "language" in answer["degraded"]
