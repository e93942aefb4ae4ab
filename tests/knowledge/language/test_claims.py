"""Claims: polarity through negation, values with units, and which of them contradict."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.language import disclosure_labels
from knowledge.language.claims import Claim, Value, claims
from knowledge.language.contradictions import Tolerance, contradiction
from knowledge.language.phrases import PhraseInvalid
from knowledge.language.quantities import number, quantities
from knowledge.language.sentences import read
from knowledge.language.topics import ClaimTopic

AT = datetime(2026, 3, 27, 14, 10, tzinfo=UTC)
ZONE = ZoneInfo("Europe/London")
TOPICS = disclosure_labels.topics()
LAW = settings(deadline=None)  # the first example reads the rules
SENTENCES = [one.text for one in disclosure_labels.stated()]


def found(text: str, *topics: ClaimTopic) -> tuple[Claim, ...]:
    several = claims(text, "en", topics or TOPICS, said=AT, zone=ZONE)
    assert several is not None
    return several


def one(text: str) -> Claim:
    (claim,) = found(text)
    return claim


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("The brakes were defective.", "affirm"),
        ("No brakes were defective.", "deny"),
        ("We have not found any defective brakes.", "deny"),
        ("It is not true that the brakes failed.", "deny"),
        ("We do not deny that the brakes failed.", "affirm"),
        ("Nobody disputes that the brakes failed.", "affirm"),
        ("The brakes worked.", "deny"),
    ],
)
def test_polarity_goes_through_negation(text: str, polarity: str) -> None:
    assert one(text).polarity == polarity


@pytest.mark.parametrize(
    "text",
    [
        "We are investigating whether the brakes failed.",
        "Did the brakes fail?",
        "The union says the brakes failed.",
        "If the brakes failed, we will say so.",
        "The brakes may have failed.",
    ],
)
def test_what_is_asked_open_or_said_by_others_claims_nothing(text: str) -> None:
    assert found(text) == ()


def test_a_language_that_is_not_judged_gives_none_and_not_no_claims() -> None:
    assert claims("Die Bremsen haben versagt.", "de", TOPICS, said=AT, zone=ZONE) is None


def test_a_claim_names_its_place_and_its_sentence() -> None:
    text = "We are sorry. Eleven passengers were injured. Next update at 18:00."
    claim = one(text)
    assert text[claim.start : claim.end] == "injured"
    assert claim.sentence == "Eleven passengers were injured."


def test_a_topic_can_be_written_as_a_phrase_of_the_rules() -> None:
    topic = ClaimTopic(id="warned", label="", words=("we were ~ warned",))
    assert [each.polarity for each in found("We were never warned.", topic)] == ["deny"]
    assert found("We warned everybody.", topic) == ()
    with pytest.raises(PhraseInvalid, match="<nobody> is no list"):
        found("We.", ClaimTopic(id="x", label="", words=("<nobody> failed",)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("at least 3 people", "at least 3"),
        ("more than 20", "at least 21"),
        ("fewer than 500", "at most 499"),
        ("between 10 and 15", "10 to 15"),
        ("£1.2 million", "1200000.0 GBP"),
        ("two and a half hours", "9000 s"),
        ("half an hour", "1800 s"),
        ("4 per cent", "4 %"),
        ("12 000 accounts", "12000"),
        ("a dozen", "12"),
        ("twenty-one", "21"),
        ("about 40", "about 40"),
    ],
)
def test_numbers_are_read_with_their_bounds_and_units(text: str, said: str) -> None:
    (quantity,) = quantities(read(text).words)
    assert str(quantity) == said


@LAW
@given(st.integers(0, 10**9))
def test_a_number_reads_the_same_with_and_without_commas(value: int) -> None:
    assert number(f"{value:,}") == number(str(value)) == Decimal(value)


BRAKES = ("The brakes failed.", "The brakes did not fail.")


def test_what_one_affirms_and_the_other_denies_contradicts_with_both_sentences() -> None:
    why = contradiction(one(BRAKES[0]), one(BRAKES[1]))
    assert why is not None
    assert set(why.sentences) == set(BRAKES)


@pytest.mark.parametrize(
    ("first", "second", "contradicts"),
    [
        ("Eleven people were hurt.", "Twelve people were hurt.", True),
        ("At least three people were hurt.", "Twelve people were hurt.", False),
        ("Up to five people were hurt.", "Twelve people were hurt.", True),
        ("Nobody was hurt.", "A passenger was hurt.", True),
        ("Nobody was hurt.", "Passengers were hurt.", True),
        ("Eleven people were hurt.", "Passengers were hurt.", False),
        ("The refund is €80.", "The refund is £80.", False),
        ("4 % of accounts are affected.", "12,000 accounts are affected.", False),
        ("The outage lasted two hours.", "The outage lasted 120 minutes.", False),
        ("The line reopens at 18:00.", "The line reopens at 6 pm.", False),
        ("The line reopens at 18:00.", "The line stays shut.", True),
    ],
)
def test_values_of_one_unit_contradict_where_they_cannot_both_be(
    first: str, second: str, *, contradicts: bool
) -> None:
    assert (contradiction(one(first), one(second)) is not None) is contradicts


def test_a_tolerance_lets_values_differ_by_kind_or_share() -> None:
    eleven, twelve = one("Eleven people were hurt."), one("Twelve people were hurt.")
    by_one = Tolerance(amounts={"number": Decimal(1)})
    assert contradiction(eleven, twelve, by_one) is None
    assert contradiction(eleven, twelve, Tolerance(share=Decimal("0.1"))) is None
    assert contradiction(eleven, twelve, Tolerance(amounts={"money": Decimal(9)})) is not None


@st.composite
def drawn_claims(draw: st.DrawFn) -> Claim:
    low = draw(st.none() | st.integers(0, 9))
    high = draw(st.none() | st.integers(low or 0, 12))
    kind = draw(st.sampled_from(["number", "money"]))
    said = f"{low} to {high} {kind}"
    ends = [None if each is None else Decimal(each) for each in (low, high)]
    value = Value(kind=kind, unit=kind, low=ends[0], high=ends[1], said=said)
    return Claim(
        topic=draw(st.sampled_from(["a", "b"])),
        polarity=draw(st.sampled_from(["affirm", "deny"])),
        value=draw(st.sampled_from([None, value])),
        sentence=draw(st.sampled_from(["One.", "Two."])),
        start=draw(st.integers(0, 2)),
        end=3,
    )


tolerances = st.builds(
    Tolerance,
    share=st.sampled_from([Decimal(0), Decimal("0.5")]),
    amounts=st.sampled_from([{}, {"number": Decimal(2)}]),
)


@LAW
@given(drawn_claims(), drawn_claims(), tolerances)
def test_contradiction_is_symmetric(first: Claim, second: Claim, within: Tolerance) -> None:
    there, back = contradiction(first, second, within), contradiction(second, first, within)
    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert sorted(there.sentences) == sorted(back.sentences)


@LAW
@given(drawn_claims(), tolerances)
def test_nothing_contradicts_itself(claim: Claim, within: Tolerance) -> None:
    assert contradiction(claim, claim, within) is None


@LAW
@given(st.sampled_from(SENTENCES))
def test_no_message_contradicts_itself_said_twice(text: str) -> None:
    for first, second in zip(found(text), found(text), strict=True):
        assert contradiction(first, second) is None


@LAW
@given(st.sampled_from(SENTENCES))
def test_shouting_and_curly_quotes_change_no_claim(text: str) -> None:
    def told(words: str) -> list[tuple[str, str, Value | None]]:
        return [(each.topic, each.polarity, each.value) for each in found(words)]

    assert told(text.upper()) == told(text)
    assert told(text.replace("'", "\u2019")) == told(text)


@LAW
@given(st.sampled_from(SENTENCES))
def test_an_unrelated_sentence_changes_no_claim(text: str) -> None:
    assert found(f"{text} The hall is painted green.") == found(text)


@LAW
@given(st.text(max_size=300))
def test_whatever_is_typed_is_read_for_claims(text: str) -> None:
    assert all(each.topic for each in found(text))
