import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import gazetteer
from knowledge.gazetteer import Candidate, Gazetteer, Place, by_code, folded_name
from knowledge.location_measures import measured
from knowledge.mentions import LONGEST_TEXT, MOST_MENTIONS, country, mentions, part
from ontology.identity import ThingId

STATION = Place(
    name="Spuyten Duyvil station",
    kind="own",
    code=None,
    people=1.0,
    thing=ThingId("geofence/spuyten-duyvil"),
)
OWN = Gazetteer([("Spuyten Duyvil station", STATION), ("Spuyten Duyvil", STATION)])
WORLD = Gazetteer()


def codes(name: str) -> list[str | None]:
    return [one.place.code for one in WORLD.meant(name)]


def found(text: str, names: Gazetteer = WORLD) -> list[str]:
    return [one.text for one in mentions(text, names)]


@pytest.mark.parametrize(
    ("name", "several"),
    [
        ("Paris", {"FR", "US-TX"}),
        ("Springfield", {"US-IL", "US-MO", "US-MA", "US-OH"}),
        ("Georgia", {"GE", "US-GA"}),
    ],
)
def test_a_name_of_several_places_means_each_of_them_with_a_probability(
    name: str, several: set[str]
) -> None:
    meant = WORLD.meant(name)
    assert {one.place.code for one in meant} >= several
    assert all(0 < one.probability < 1 for one in meant)
    assert [one.probability for one in meant] == sorted(
        (one.probability for one in meant), reverse=True
    )


def test_no_springfield_is_the_one() -> None:
    assert max(one.probability for one in WORLD.meant("Springfield")) < 0.5


@given(
    st.sampled_from(["Paris", "London", "Georgia", "Berlin", "San José", "Victoria", "Nowhere"])
)
def test_probabilities_leave_room_for_a_place_that_is_not_listed(name: str) -> None:
    assert sum(one.probability for one in WORLD.meant(name)) < 1
    assert sum(one.probability for one in WORLD.meant(name, in_text=True)) <= sum(
        one.probability for one in WORLD.meant(name)
    )


def test_case_accents_and_signs_make_no_other_name() -> None:
    assert codes("sao-paulo") == codes("São Paulo") == codes("SAO  PAULO")
    assert "BR" in codes("São Paulo")


@given(st.text(max_size=60))
def test_folding_a_name_twice_changes_nothing(text: str) -> None:
    assert folded_name(folded_name(text)) == folded_name(text)


def test_own_places_win_over_those_of_the_world() -> None:
    paris = Place(name="Paris depot", kind="own", code=None, people=1, thing=ThingId("geofence/p"))
    (one,) = Gazetteer([("Paris", paris)]).meant("Paris")
    assert one == Candidate(place=paris, probability=1.0)


def test_two_own_places_of_one_name_share_it() -> None:
    other = Place(name="Other", kind="own", code=None, people=1, thing=ThingId("geofence/other"))
    meant = Gazetteer([("Depot", STATION), ("Depot", other)]).meant("depot")
    assert [one.probability for one in meant] == [0.5, 0.5]


def test_what_nobody_knows_means_nothing() -> None:
    assert WORLD.meant("Xyzzyx") == ()
    assert WORLD.meant("") == ()


def test_a_part_of_a_country_counts_for_the_country() -> None:
    shares = by_code(WORLD.meant("Georgia"))
    assert shares["US"] == shares["US-GA"]
    assert shares["GE"] > 0


def test_names_are_found_on_the_borders_of_words() -> None:
    assert found("A fire in Boulder, not in Boulders or Bostonian circles") == ["Boulder"]
    assert found("From Boston's harbour to New York City.") == ["Boston", "New York City"]


def test_the_longest_name_is_the_one_that_is_meant() -> None:
    assert found("Delays from New York to New Delhi") == ["New York", "New Delhi"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("nice reading in bath", []),
        ("#boston stands", ["boston"]),
        ("@Boston says so https://example.org/Paris", []),
        ("The Mobile police", []),
    ],
)
def test_ordinary_words_handles_and_links_are_no_places(text: str, names: list[str]) -> None:
    assert found(text) == names


def test_own_names_are_found_in_any_case() -> None:
    (mention,) = mentions("fire at SPUYTEN duyvil!", OWN)
    assert mention.candidates[0].place == STATION
    assert (mention.start, mention.end) == (8, 22)


def test_the_land_behind_a_comma_tells_which_one_is_meant() -> None:
    (first, _) = mentions("Smoke over Springfield, Illinois", WORLD)
    assert [one.place.code for one in first.candidates] == ["US-IL"]
    assert first.candidates[0].probability == pytest.approx(1.0)


def test_texts_tell_of_a_country_and_of_a_part_only_where_it_is_probable() -> None:
    told = mentions("Floods in Boulder and Denver, Colorado", WORLD)
    assert country(told) == pytest.approx(("US", pytest.approx(0.9, abs=0.15)))
    assert (part(told) or ("", 0.0))[0] == "US-CO"
    assert (
        country(mentions("Springfield", WORLD)) is None
        or part(mentions("Springfield", WORLD)) is None
    )
    assert country(mentions("no place at all", WORLD)) is None


def test_a_text_is_read_up_to_its_bound_and_mentions_are_bounded() -> None:
    assert len(mentions("Boston. " * 5_000, WORLD)) == MOST_MENTIONS
    assert mentions(" " * LONGEST_TEXT + "Boston", WORLD) == ()


@given(st.text(max_size=300))
def test_mentions_stand_where_they_say_and_never_overlap(text: str) -> None:
    last = 0
    for one in mentions(text, OWN):
        assert last <= one.start < one.end <= len(text)
        assert text[one.start : one.end] == one.text
        last = one.end


def test_measures_count_what_tells_and_what_is_right() -> None:
    texts = ["Boston in Massachusetts", "Paris in France", "nothing here"]
    told = measured(texts, "US-MA", WORLD)
    assert (told.posts, told.countries, told.right_countries) == (3, 2, 1)
    assert (told.parts, told.right_parts) == (1, 1)


def test_people_of_cities_weigh_against_each_other() -> None:
    first = WORLD.meant("Boston")[0]
    assert first.place.code == "US-MA"
    assert first.probability > 0.8
    assert first.place.people > gazetteer.SMALLEST_CITY
