"""What a translation keeps: numbers in any notation, units, names; and what it lost or added."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.language.keeping import Kept, compare


def lost(source: str, translation: str, *names: str) -> list[str]:
    return [one.said for one in compare(source, translation, names).lost]


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        ("12,000 customers", "12.000 Kunden"),
        ("12,000 customers", "12 000 clients"),
        ("12,000 customers", "12\u202f000 clients"),
        ("1.5 hours", "1,5 Stunden"),
        ("Update at 6 pm", "Nächste Meldung um 18 Uhr"),
        ("Update at 6:30 pm", "Meldung um 18.30 Uhr"),
        ("Update at 18:00", "Mise à jour à 18h00"),
        ("On 3 April 2026", "Am 3. April 2026"),
        ("On 2026-04-03", "Le 03/04/2026"),
        ("£80 each", "80 livres chacun"),
        ("4 percent", "4 Prozent"),
    ],
)
def test_a_number_in_another_notation_is_kept(source: str, translation: str) -> None:
    assert lost(source, translation) == []


def test_a_changed_number_is_lost_and_added() -> None:
    kept = compare("11 people were hurt", "12 Menschen wurden verletzt")
    assert [one.said for one in kept.lost] == ["11"]
    assert [one.said for one in kept.added] == ["12"]


def test_a_unit_that_is_gone_is_named() -> None:
    assert lost("a refund of 80 €", "eine Erstattung von 80") == ["€"]


def test_a_name_that_is_gone_is_named_and_an_inflected_one_is_not() -> None:
    assert lost("The train to Elmstadt stopped", "Der Zug blieb stehen") == ["Elmstadt"]
    assert lost("The train to Elmstadt stopped", "Elmstadts Zug blieb stehen") == []


def test_given_names_are_looked_for_as_they_are() -> None:
    assert lost("northline rail is sorry", "Wir bedauern", "Northline Rail") == ["Northline Rail"]
    assert lost("Northline Rail is sorry", "Northline Rail bedauert", "Northline Rail") == []


def test_months_and_weekdays_are_no_names() -> None:
    assert lost("We write on Monday, in March", "Wir schreiben am Montag, im März") == []


def test_numbers_that_are_spelled_out_are_left_to_a_person() -> None:
    kept = compare("Eleven of you, two of them children", "Elf von Ihnen, zwei davon Kinder")
    assert [one.said for one in kept.unchecked] == ["Eleven", "two"]
    assert kept.lost == ()


TEXTS = st.lists(
    st.sampled_from(["12,000", "18:00", "Elmstadt", "€80", "4 %", "was", "hurt", "3 April"])
).map(" ".join)


@given(TEXTS)
def test_a_text_keeps_all_of_itself(text: str) -> None:
    kept = compare(text, text)
    assert (kept.lost, kept.added) == ((), ())


@given(TEXTS, TEXTS)
def test_more_words_in_the_translation_lose_nothing(text: str, more: str) -> None:
    assert compare(text, f"{text} {more}").lost == ()


@given(st.text(max_size=200), st.text(max_size=200))
def test_whatever_is_typed_is_compared(source: str, translation: str) -> None:
    kept = compare(source, translation)
    assert isinstance(kept, Kept)
    assert all(
        source[one.start : one.end] == one.said for one in kept.lost if one.kind == "number"
    )


def test_a_number_of_ten_thousand_digits_is_compared() -> None:
    assert len(lost("7" * 10_000 + " pm", "nichts")) == 1
