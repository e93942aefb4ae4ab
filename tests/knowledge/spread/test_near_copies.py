import random

import pytest

from knowledge.spread.near_copies import bands

WORDS = (
    "The company knew about the brakes for months and told nobody until the train left the rails "
    "so we will not ride with them again this year"
)


def alike(one: str, other: str) -> bool:
    left, right = bands(one), bands(other)
    assert left is not None
    assert right is not None
    return not set(left).isdisjoint(right)


def other_words(chance: random.Random, words: int) -> str:
    return " ".join(f"w{chance.randrange(3_000)}" for _ in range(words))


@pytest.mark.parametrize(
    "copy",
    [
        WORDS.upper(),
        f"@ada {WORDS}!!!",
        f"{WORDS} https://example.org/7",
        f"@ben.example {WORDS.replace('months', 'years')}",
    ],
)
def test_case_signs_handles_links_and_one_word_make_no_difference(copy: str) -> None:
    assert alike(WORDS, copy)


def test_different_posts_about_the_same_thing_are_no_copies() -> None:
    other = "I was on the train that left the rails and the staff helped us out within minutes"
    assert not alike(WORDS, other)


def test_most_copies_with_one_word_in_twenty_changed_are_found() -> None:
    chance = random.Random(5)  # noqa: S311 - no secret
    found = 0
    for _ in range(200):
        words = other_words(chance, 20).split()
        changed = [*words]
        changed[chance.randrange(20)] = "other"
        found += alike(" ".join(words), " ".join(changed))
    assert found >= 180


def test_texts_of_other_words_are_hardly_ever_taken_for_copies() -> None:
    chance = random.Random(6)  # noqa: S311 - no secret
    made = [bands(other_words(chance, 15)) for _ in range(1_000)]
    seen: set[int] = set()
    for one in made:
        assert one is not None
        assert seen.isdisjoint(one)
        seen.update(one)


def test_a_few_words_are_alike_by_chance_and_are_no_copies() -> None:
    assert bands("late train") is None
    assert bands("@ada https://example.org") is None


def test_a_script_without_spaces_is_compared_by_its_signs() -> None:
    assert alike(
        "電車が三時間止まっています助けてください", "電車が三時間止まっています助けてください!"
    )
