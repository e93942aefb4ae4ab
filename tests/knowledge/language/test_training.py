"""Corpora are read with their splits, and a refit makes a file that judges."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from knowledge.language import corpora, heads, training
from knowledge.language.corpora import CorpusInvalid

CALM = ("thank you for the lovely help", "what a good day for the garden", "the bus is at noon")
ANGRY = ("this is awful and i hate it", "so angry, nobody answers again", "what a bad broken mess")


def _write_table(file: Path, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerows([columns, *rows])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in corpora.READERS:
        (tmp_path / name).mkdir()
    moods = tmp_path / "goemotions"
    names = sorted(corpora.POSITIVE | corpora.NEGATIVE | {"neutral"})
    (moods / "labels.txt").write_text("\n".join(names))
    good, bad, calm = (names.index(name) for name in ("joy", "anger", "neutral"))
    lines = [
        f"{text} {each}\t{label}\tid{each}"
        for each in range(8)
        for text, label in zip((*CALM, *ANGRY), (good, good, calm, bad, bad, bad), strict=True)
    ]
    (moods / "train.tsv").write_text("\n".join(lines))
    (moods / "dev.tsv").write_text("\n".join(lines[:24]))
    for part in ("train", "val"):
        (tmp_path / "irony" / f"{part}_text.txt").write_text("\n".join((*CALM, *ANGRY) * 6))
        (tmp_path / "irony" / f"{part}_labels.txt").write_text("\n".join("000111" * 6))
    rows = [(each, f"{text} {each}", each % 2) for each, text in enumerate((*CALM, *ANGRY) * 8)]
    _write_table(tmp_path / "isarcasm" / "train.En.csv", ("", "tweet", "sarcastic"), rows)
    columns = ("sp_id", "rp_id", "seeker_post", "response_post", "level", "rationales")
    answers = [
        (f"s{each}", f"r{each}", "help", f"well, {text} {each}", each % 3, "")
        for each, text in enumerate((*CALM, *ANGRY) * 8)
    ]
    for name in ("emotional-reactions", "interpretations", "explorations"):
        _write_table(tmp_path / "epitome" / f"{name}.csv", columns, answers)
    return tmp_path


def test_a_refit_judges_and_a_second_one_from_the_cache_embeds_nothing_and_is_the_same(
    data: Path, tmp_path: Path
) -> None:
    seen: list[str] = []
    cache, file = tmp_path / "cache", tmp_path / "coefficients.npz"
    first = training.refit(data, cache=cache, progress=lambda name, *_: seen.append(name))
    assert set(seen) == {*training.CORPORA}
    seen.clear()
    second = training.refit(data, cache=cache, progress=lambda name, *_: seen.append(name))
    assert seen == []
    assert np.array_equal(
        first.heads["frustration"].weights["surface"],
        second.heads["frustration"].weights["surface"],
    )
    assert first.about == second.about
    training.write(second, file)
    again = heads.read(file)
    assert json.loads(json.dumps(again.about))["figures"]["frustration"]["auroc"]["value"] > 0.9
    assert not list(tmp_path.glob("*.partial"))


def test_texts_of_both_moods_are_mixed(data: Path) -> None:
    names = (data / "goemotions" / "labels.txt").read_text().split("\n")
    both = f"{names.index('joy')},{names.index('anger')}"
    (data / "goemotions" / "dev.tsv").write_text(f"so glad, so cross\t{both}\tx")
    corpus = corpora.read("goemotions", data)
    assert corpus.labels["sentiment"][-1] == corpora.MIXED
    assert corpus.labels["frustration"][-1] == 1
    assert corpus.validation.sum() == 1


def test_no_seeker_is_in_both_splits(data: Path) -> None:
    validation = corpora.read("epitome", data).validation
    assert 0 < validation.sum() < len(validation)


@pytest.mark.parametrize(
    ("place", "content", "told"),
    [
        ("goemotions/train.tsv", "no tabs", "train.tsv:1: 'no tabs' is no text"),
        ("goemotions/train.tsv", "text\t99\tid", "train.tsv:1: "),
        ("irony/train_labels.txt", "0\n1", "do not match"),
        ("isarcasm/train.En.csv", "a,b\n1,2\n", "has no column tweet, sarcastic"),
        (
            "epitome/explorations.csv",
            "sp_id,rp_id,response_post,level,rationales\n",
            "are not those of",
        ),
    ],
)
def test_a_broken_corpus_is_named_with_its_place(
    data: Path, place: str, content: str, told: str
) -> None:
    (data / place).write_text(content)
    with pytest.raises(CorpusInvalid, match=told):
        corpora.read(place.split("/", maxsplit=1)[0], data)
