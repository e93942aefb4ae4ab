"""What doubts a real crisis raises, and which planted posts are seen, by the rules we ship."""

import pytest

from service.crowd_evaluation import DOUBTS, SHARES, evaluate_crowds

HEADER = "Tweet ID, Tweet Text, Information Source, Information Type, Informativeness\n"
NAMES = ["bridge", "water", "house", "street", "shelter", "river", "school", "market", "garden"]


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str, str], float]:
    data = tmp_path_factory.mktemp("data")
    folder = data / "feeds/crisislex-t26"
    folder.mkdir(parents=True)
    first = (1_385_899_200_000 - 1_288_834_974_657) << 22
    rows = []
    for number in range(40):
        said = " ".join(f"{NAMES[(number * k) % 9]}x{number}" for k in range(1, 12))
        plain = " ".join(NAMES)
        rows.append(
            f'"{first + (number << 36)}","{said} {plain[number % 20 :]}",Media,Other,Related'
        )
    (folder / "flood.csv").write_text(HEADER + "\n".join(rows) + "\n")
    found, _ = evaluate_crowds(data, lambda *_: None)
    return {(row.data.rpartition(": ")[2], row.split, row.figure): row.value for row in found}


def test_people_who_say_it_in_their_own_words_raise_no_doubt(
    figures: dict[tuple[str, str, str], float],
) -> None:
    real = [value for (_, split, _), value in figures.items() if split == "all"]
    assert real == [0.0] * len(DOUBTS)


def test_the_larger_what_is_planted_the_surer_it_is_seen(
    figures: dict[tuple[str, str, str], float],
) -> None:
    for kind in {kind for kind, split, _ in figures if split != "all"}:
        rates = [
            value
            for share in SHARES
            for (one, split, _), value in figures.items()
            if one == kind and split.startswith(f"{share:.0%} ")
        ]
        assert rates == sorted(rates)
        assert rates[-1] == 1.0
