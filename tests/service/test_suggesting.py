"""Candidates are suggested once over all workers, unless an incident or a person has spoken."""

from collections.abc import Callable

import pytest

from ontology.identity import ThingId
from ontology.lifecycle import ATTUNE
from service.incident_listing import listed, shown
from service.incidents import Incident
from service.suggesting import Suggesting
from service.world import World
from tests.service.test_assigning import ALL, LAKE, act, hear, put

LEAK = tuple(
    f"#Lakeview smells of gas, a leak at Northgas? Street {n} is closed" for n in range(9)
)


def look(world: World) -> list[Incident]:
    """What is a candidate after a look of one worker."""
    while world.clustering.catch_up(world, 1_000):
        pass
    Suggesting(world).step()
    world.catch_up()
    return [one for one in world.incidents.all() if one.state == "candidate"]


def test_a_candidate_is_suggested_with_terms_and_figures(bare: World) -> None:
    hear(bare, 1, LEAK)
    (found,) = look(bare)
    assert "lakeview" in found.scope["topic"]
    assert (found.put_by, found.noted["posts"], found.noted["people"]) == (ATTUNE, 9, 9)
    assert found.onset is not None


def test_two_workers_make_one(worlds: Callable[..., World]) -> None:
    one, other = worlds(), worlds()
    hear(one, 1, LEAK)
    assert look(one) == look(other)
    head = one.ledger.head()
    look(other)
    look(one)
    assert one.ledger.head() == head


def test_a_record_whose_act_a_crash_prevented_is_suggested_at_the_next_look(
    worlds: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    dying, next_one = worlds(), worlds()
    hear(dying, 1, LEAK)
    with monkeypatch.context() as patch:
        patch.setattr("service.suggesting.propose", _dies)
        with pytest.raises(KeyboardInterrupt):
            look(dying)
    dying.catch_up()
    (half,) = dying.incidents.all()
    assert half.state is None
    assert [one.id for one in look(next_one)] == [half.id]


def _dies(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_what_an_open_incident_claims_is_not_suggested(bare: World) -> None:
    put(bare, LAKE, "lakeview")
    act(bare, LAKE, "open")
    hear(bare, 1, LEAK)
    assert look(bare) == []


def test_what_was_dismissed_is_not_suggested_again(bare: World) -> None:
    hear(bare, 1, LEAK)
    (found,) = look(bare)
    act(bare, found.id, "dismiss", reason="A film.")
    hear(bare, 31, LEAK)
    assert look(bare) == []


def test_a_record_that_a_person_changed_keeps_its_topics(bare: World) -> None:
    hear(bare, 1, LEAK)
    (found,) = look(bare)
    put(bare, found.id, "northgas")
    hear(bare, 31, [f"{text} and more {n}" for n, text in enumerate(LEAK * 3)])
    (after,) = look(bare)
    assert after.scope["topic"] == ("northgas",)
    assert after.put_by == ALL.id


def test_exemplars_lose_their_words_with_their_segments(bare: World) -> None:
    hear(bare, 1, LEAK)
    (found,) = look(bare)
    assert all("text" in one for one in texts(bare, found.id))
    bare.segments.retain(bare.clock.now().replace(year=bare.clock.now().year + 1))
    assert texts(bare, found.id)
    assert all("text" not in one for one in texts(bare, found.id))


def test_the_list_of_candidates_tells_their_growth(bare: World) -> None:
    hear(bare, 1, LEAK)
    look(bare)
    (row,) = listed(bare, "candidate")
    assert isinstance(row, dict)
    assert isinstance(row["growth"], dict)
    assert row["growth"]["posts"] == 9
    assert listed(bare, "open") == []


def texts(world: World, incident: ThingId) -> list[dict[str, object]]:
    found = world.incidents.get(incident)
    assert found is not None
    exemplars = shown(world, found, ALL.roles)["exemplars"]
    assert isinstance(exemplars, list)
    return [dict(one) for one in exemplars if isinstance(one, dict)]
