"""The screen says whom to read first; it is fitted to what the full models find."""

import io

import numpy as np
import pytest

from knowledge.language.common_words import quick
from knowledge.language.screen_fitting import finds, fit
from knowledge.language.screening import BUCKETS, Screen, features, screen
from ontology.signals import MARKED_FROM, Scores

CALM = ["What a lovely day in the park", "The match was fun to watch", "New photos of the lake"]
BAD = [
    "This is a disgrace, I am so angry with you people",
    "We are trapped, please send help now",
    "You lied to us and you knew it, I hate this terrible company",
]


def test_ill_feeling_and_calls_for_help_are_marked_and_small_talk_is_not() -> None:
    assert (screen().look(BAD) >= MARKED_FROM).all()
    assert (screen().look(CALM) < MARKED_FROM).all()


def test_a_text_is_looked_at_alike_alone_and_among_others() -> None:
    together = screen().look([*BAD, "", *CALM])
    alone = [float(screen().look([text])[0]) for text in [*BAD, "", *CALM]]
    assert together.tolist() == pytest.approx(alone, abs=1e-6)
    assert screen().look([]).tolist() == []


def test_links_and_handles_are_no_evidence() -> None:
    assert features("RT @you late https://x.y/z") == features("late")
    assert all(0 <= place < BUCKETS for place in features("so late again"))


def test_a_screen_can_be_fitted_anew_and_tells_how_good_it_is() -> None:
    texts = [f"{one} {n}" for n in range(60) for one in ("awful delay again", "nice calm day")]
    fitted = fit(texts, [text.startswith("awful") for text in texts])
    assert fitted.auroc["value"] == 1.0
    assert fitted.recall == 1.0
    kept = np.load(io.BytesIO(fitted.file))
    anew = Screen(kept["weights"].astype(np.float32), float(kept["bias"]))
    awful, nice = anew.look(["awful delay again", "nice calm day"])
    assert awful > nice


def test_too_few_texts_to_measure_on_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        fit(CALM + BAD, [False] * 3 + [True] * 3)


def test_irony_alone_is_no_finding() -> None:
    assert finds(Scores(negative=0.6))
    assert not finds(Scores(irony=0.99, sentiment=0.1))


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("el tren se ha salido y nadie nos dice nada de los heridos", "es"),
        ("il treno è uscito dai binari e non si sa perché", "it"),
        ("der Zug ist nicht gekommen und wir warten", "de"),
        ("기차가 오지 않았어요", "ko"),
        ("поезд опять опоздал", "ru"),
        ("поїзд зійшов з рейок", "uk"),
        ("#Colorado #wildfire", None),
    ],
)
def test_common_words_and_scripts_tell_a_language_or_nothing(text: str, tag: str | None) -> None:
    assert quick(text) == tag
