"""What messages call things: read with the approved wording beside, refused in localisations."""

from typing import Any

import pytest

from ontology.identity import ThingId
from ontology.lifecycle import ActRefused
from service import deviations, submitting
from service.glossaries import MOST, of_message, of_text
from service.library import library_of
from service.message_content import read
from service.wording_checks import misnamed
from service.world import World
from tests.service import test_messages as messages
from tests.service.test_messages import CHIEF, WRITER, act, drafted, put, state

prepared = messages.prepared
world = messages.world
SOURCE = "A rail replacement bus leaves at noon. We are sorry for the delay."
GERMAN: dict[str, Any] = {
    "language": "de",
    "text": "Um zwölf fährt ein Notbus. Die Verspätung tut uns leid.",
}


@pytest.fixture
def source(world: World) -> ThingId:
    return drafted(world, text=SOURCE)


def glossary(world: World, message: ThingId) -> dict[str, Any]:
    found: dict[str, Any] = of_message(world, read(world.graph, message))
    return found


def test_a_forbidden_wording_is_quoted_with_the_approved_one_beside_it(
    world: World, source: ThingId
) -> None:
    (found,) = glossary(world, drafted(world, **GERMAN, localises=source))["forbidden"]
    assert (found["says"], found["in"], found["start"]) == ("Notbus", "text", 19)
    assert found["sentence"] == "Um zwölf fährt ein Notbus."
    assert found["say"][0] == "Ersatzbus"
    assert "danger" in found["why"]


def test_terms_of_the_original_that_the_localisation_lost_are_named(
    world: World, source: ThingId
) -> None:
    lost = glossary(world, drafted(world, **GERMAN, localises=source))["missing"]
    assert [one["term"] for one in lost] == ["replacement-bus"]
    kept = GERMAN | {"text": "Um zwölf fahren Ersatzbusse. Die Verspätungen tun uns leid."}
    assert glossary(world, drafted(world, **kept, localises=source))["missing"] == []


def test_a_term_without_a_wording_there_is_named_with_its_owner(
    world: World, source: ThingId
) -> None:
    japanese = drafted(world, language="ja", text="列車が遅れています。", localises=source)
    lost = glossary(world, japanese)["missing"]
    assert {one["term"]: one["say"] for one in lost} == {"replacement-bus": [], "delay": []}
    assert {one["owner"] for one in lost} == {"team/localisation"}


def test_a_message_that_localises_nothing_lost_nothing(world: World) -> None:
    found = glossary(world, drafted(world, **GERMAN))
    assert found["missing"] is None
    assert [one["says"] for one in found["forbidden"]] == ["Notbus"]


def test_the_region_decides_what_is_said_there(world: World, source: ThingId) -> None:
    zone = {"timeZone": "America/New_York"}
    put(world, "Region", "region/us", name="United States", jurisdiction="US", **zone)
    inside = {"jurisdiction": "US-NY", "withinRegion": "region/us", **zone}
    put(world, "Region", "region/us-ny", name="New York", **inside)
    changed = drafted(world, text=SOURCE, region="region/us-ny", localises=source)
    found = glossary(world, changed)
    assert [one["says"] for one in found["forbidden"]] == ["rail replacement bus"]
    assert found["forbidden"][0]["say"] == ["shuttle bus", "substitute bus"]


def test_the_subject_line_is_read_too(world: World) -> None:
    (found,) = glossary(world, drafted(world, subject="Train wreck near Harmon"))["forbidden"]
    assert (found["in"], found["sentence"]) == ("subject", "Train wreck near Harmon")


def test_a_localisation_that_says_what_nobody_says_there_is_not_submitted(
    world: World, source: ThingId
) -> None:
    message = drafted(world, **GERMAN, localises=source)
    with pytest.raises(
        ActRefused, match=r"'Notbus' is not said there .* say 'Ersatzbus'"
    ) as caught:
        submitting.submit(world, message, WRITER)
    assert [one.where for one in caught.value.problems] == ["text"]
    assert state(world, message) == "draft"


def test_an_original_with_such_a_wording_is_only_told(world: World) -> None:
    message = drafted(world, **GERMAN)
    submitting.submit(world, message, WRITER)
    assert state(world, message) in {"submitted", "approved"}


@pytest.mark.parametrize(
    ("team", "lets"), [("team/executive", True), ("team/localisation", False)]
)
def test_only_its_board_or_a_team_above_grants_such_a_wording(
    world: World, source: ThingId, team: str, *, lets: bool
) -> None:
    message = drafted(world, **GERMAN, localises=source)
    asked = deviations.request(
        world, message, WRITER, reason="They say so there.", instead_of="glossary", team=team
    )
    world.catch_up()
    act(world, asked.subject, "grant", CHIEF, reason="They do.")
    if not lets:
        with pytest.raises(ActRefused, match="let team/communications grant a deviation"):
            submitting.submit(world, message, WRITER)
        return
    submitting.submit(world, message, WRITER)
    assert state(world, message) in {"submitted", "approved"}
    assert world.graph.get(message, "underDeviation") == asked.subject


def test_a_text_is_read_without_a_message(world: World) -> None:
    found: Any = of_text(world, "Ein Notbus, kein Zugunglück.", "de", None)
    assert [one["says"] for one in found["forbidden"]] == ["Notbus", "Zugunglück"]
    assert {one["term"] for one in found["terms"]} == {"replacement-bus", "derailment"}


def test_a_long_text_full_of_such_words_is_read_at_once_and_told_in_part(world: World) -> None:
    found: Any = of_text(world, "Notbus Ersatzbus Zugunglück " * 700, "de", None)
    assert len(found["forbidden"]) == MOST
    assert len(str(found)) < 200_000


def test_a_bundle_without_glossaries_has_the_shipped_ones_and_one_with_them_its_own() -> None:
    assert [one.name for one in library_of({}).glossaries] == ["railway"]
    own = b"glossary: own\nowner: team/a\nterms: {}\n"
    (mine,) = library_of({"rules/glossaries/own.yaml": own}).glossaries
    assert (mine.name, mine.board) == ("own", "team/a")


def test_templates_keep_to_the_glossary_of_their_bundle() -> None:
    words = "terms: {x: {means: x, words: [{language: fr, say: [a], never: [une personne]}]}}"
    own = f"glossary: own\nowner: team/a\n{words}\n".encode()
    found = [*misnamed(library_of({"rules/glossaries/own.yaml": own}))]
    assert {one.offending for one in found} >= {"Une personne"}
    assert all(one.example == "a" for one in found)
    assert not [*misnamed(library_of({}))]
