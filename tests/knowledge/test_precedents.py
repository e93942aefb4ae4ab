import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from knowledge.language.embedding import DIMENSIONS, Vectors
from knowledge.precedents import (
    BATCH,
    Filters,
    IndexBusy,
    IndexInvalid,
    Precedent,
    PrecedentIndex,
    Tally,
)
from ontology.identity import ThingId


class WordsEmbedder:
    """Adds up one fixed random vector a word: texts that share words are near each other."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        rows = [sum((self._word(w) for w in t.lower().split()), self._word("")) for t in texts]
        matrix = np.asarray(rows, dtype=np.float32).reshape(-1, DIMENSIONS)
        unit: Vectors = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
        return unit

    @staticmethod
    def _word(word: str) -> Vectors:
        seed = int.from_bytes(sha256(word.encode()).digest()[:8], "big")
        return np.random.default_rng(seed).standard_normal(DIMENSIONS).astype(np.float32)


def case(number: int, text: str = "", **more: object) -> Precedent:
    made = Precedent(
        id=ThingId(f"precedent/{number}"),
        title=f"Case {number}",
        text=text or f"text number{number}",
        source="own",
    )
    return replace(made, **more)  # type: ignore[arg-type]


def opened(folder: Path) -> PrecedentIndex:
    return PrecedentIndex.open(folder, embed=WordsEmbedder())


def test_an_index_that_was_never_loaded_finds_nothing(tmp_path: Path) -> None:
    assert opened(tmp_path / "new").search("train") == []


def test_the_nearest_case_comes_first(tmp_path: Path) -> None:
    index = opened(tmp_path)
    index.add([case(1, "late refunds again"), case(2, "train derailed brakes"), case(3, "leak")])
    assert index.search("brakes of the train", top=2)[0].precedent.id == "precedent/2"


def test_top_bounds_how_many_are_found(tmp_path: Path) -> None:
    index = opened(tmp_path)
    index.add([case(n) for n in range(5)])
    assert [len(index.search("text", top=top)) for top in (-1, 0, 3, 9)] == [0, 0, 3, 5]


def test_equal_scores_come_in_the_order_of_their_ids(tmp_path: Path) -> None:
    index = opened(tmp_path)
    index.add([case(n, "same words", title="Same") for n in (7, 3, 5)])
    found = [hit.precedent.id for hit in index.search("same", top=2)]
    assert found == ["precedent/3", "precedent/5"]


def test_filters_leave_out_what_does_not_fit(tmp_path: Path) -> None:
    index = opened(tmp_path)
    index.add(
        [
            case(1, cluster="victim", date="2013-12-01"),
            case(2, cluster="preventable", date="2013"),
            case(3, cluster="preventable", date="2020-05", region="region/us-ny"),
        ]
    )

    def found(filters: Filters) -> set[str]:
        return {hit.precedent.id[-1] for hit in index.search("text", filters=filters)}

    assert found(Filters(cluster=frozenset({"preventable"}))) == {"2", "3"}
    assert found(Filters(year=frozenset({2013}))) == {"1", "2"}
    assert found(Filters(year=frozenset({2013}), cluster=frozenset({"victim"}))) == {"1"}
    assert found(Filters(region=frozenset({"region/us-ny", "region/de"}))) == {"3"}
    assert found(Filters(source=frozenset({"nowhere"}))) == set()


def test_a_case_comes_back_as_it_was_stored(tmp_path: Path) -> None:
    stored = case(
        1, strategy=("rebuild", "instruct"), said="Sorry.\u2028", outcome="ok", invented=True
    )
    opened(tmp_path).add([stored])
    assert opened(tmp_path).get("precedent/1") == stored


def test_loading_twice_changes_nothing(tmp_path: Path) -> None:
    index = opened(tmp_path)
    index.add([case(n) for n in range(4)])
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    tally = index.add([case(n) for n in range(4)])
    assert tally == Tally(seen=4, unchanged=4)
    after = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert after == before | {"load.lock": after["load.lock"]}


def test_a_case_that_is_loaded_again_with_other_words_replaces_the_older_one(
    tmp_path: Path,
) -> None:
    index = opened(tmp_path)
    index.add([case(1, "old words"), case(2)])
    index.add([case(1, "new words")])
    assert len(index) == 2
    assert [hit.precedent.text for hit in index.search("words", top=9)].count("old words") == 0
    assert index.search("new words", top=1)[0].precedent.text == "new words"


def test_a_text_is_embedded_once_whoever_has_it(tmp_path: Path) -> None:
    embed = WordsEmbedder()
    index = PrecedentIndex.open(tmp_path, embed=embed)
    first = index.add([case(n, "same", title="Same") for n in range(3)])
    again = index.add([case(1, "same", title="Same", outcome="now known")])
    assert (first.embedded, again.embedded) == (1, 0)
    assert again.stored == 1
    assert embed.texts == ["Same\nsame"]
    assert index.search("same", top=9)[0].score == pytest.approx(
        index.search("same", top=9)[2].score
    )


def test_progress_hears_of_every_batch_once_it_is_durable(tmp_path: Path) -> None:
    heard: list[int] = []
    index = opened(tmp_path)

    def listen(tally: Tally) -> None:
        heard.append(tally.seen)
        assert len(PrecedentIndex.open(tmp_path)) == tally.seen

    index.add((case(n) for n in range(BATCH + 1)), listen)
    assert heard == [BATCH, BATCH + 1]


def test_another_reader_sees_what_was_loaded_after_it_opened(tmp_path: Path) -> None:
    reader = opened(tmp_path)
    opened(tmp_path).add([case(1, "brakes")])
    assert [hit.precedent.id for hit in reader.search("brakes")] == ["precedent/1"]


def test_many_parts_become_one_and_nothing_is_lost(tmp_path: Path) -> None:
    reader = opened(tmp_path)
    for number in range(12):
        opened(tmp_path).add([case(number), case(0, f"changed {number}")])
        assert len(reader.search("text", top=99)) == number + 1
    assert len(list(tmp_path.glob("part-*.npy"))) <= 4
    assert {hit.precedent.id for hit in reader.search("text", top=99)} == {
        f"precedent/{n}" for n in range(12)
    }
    assert reader.get("precedent/0") == case(0, "changed 11")


def test_a_second_loader_is_told_that_one_is_at_work(tmp_path: Path) -> None:
    with FileLock(tmp_path / "load.lock"), pytest.raises(IndexBusy, match="another process"):
        opened(tmp_path).add([case(1)])


def test_a_load_that_failed_keeps_what_it_had_stored(tmp_path: Path) -> None:
    class Failing(WordsEmbedder):
        def __call__(self, texts: Sequence[str]) -> Vectors:
            if len(self.texts) >= BATCH:
                raise MemoryError
            return super().__call__(texts)

    cases = [case(n) for n in range(2 * BATCH)]
    with pytest.raises(MemoryError):
        PrecedentIndex.open(tmp_path, embed=Failing()).add(cases)
    embed = WordsEmbedder()
    tally = PrecedentIndex.open(tmp_path, embed=embed).add(cases)
    assert (tally.unchanged, tally.stored, len(embed.texts)) == (BATCH, BATCH, BATCH)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": 1}', '{"format":9,"model":"x","parts":[],"following":1}']
)
def test_a_damaged_manifest_is_refused_with_its_cure(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(IndexInvalid, match="attune precedents load"):
        opened(tmp_path)


def test_a_part_that_lost_rows_is_refused(tmp_path: Path) -> None:
    opened(tmp_path).add([case(1), case(2)])
    rows = next(tmp_path.glob("part-*.jsonl"))
    rows.write_bytes(rows.read_bytes().splitlines(keepends=True)[0])
    with pytest.raises(IndexInvalid, match="2 entries"):
        opened(tmp_path)


def test_a_part_whose_vectors_changed_is_refused(tmp_path: Path) -> None:
    opened(tmp_path).add([case(1), case(2)])
    vectors = next(tmp_path.glob("part-*.npy"))
    damaged = bytearray(vectors.read_bytes())
    damaged[-1] ^= 1
    vectors.write_bytes(bytes(damaged))
    with pytest.raises(IndexInvalid, match="as they were written"):
        opened(tmp_path)


def test_damaged_words_are_read_again_from_the_texts(tmp_path: Path) -> None:
    opened(tmp_path).add([case(1, "brakes failed"), case(2, "leak")])
    words = next(tmp_path.glob("*.words.npz"))
    words.write_bytes(words.read_bytes()[:200])
    assert opened(tmp_path).search("brakes")[0].words > 0.4
    assert len(words.read_bytes()) > 200


def test_a_withdrawn_case_is_found_no_more_until_it_is_loaded_again(tmp_path: Path) -> None:
    index = opened(tmp_path)
    index.add([case(n) for n in range(4)])
    assert index.withdraw(["precedent/2", "precedent/2", "precedent/none"]) == 1
    assert index.get("precedent/2") is None
    again = opened(tmp_path)
    assert {hit.precedent.id[-1] for hit in again.search("text")} == {"0", "1", "3"}
    assert not any(b"number2" in path.read_bytes() for path in tmp_path.glob("part-*"))
    again.add([case(2)])
    assert len(opened(tmp_path).search("text")) == 4


def test_withdrawing_all_leaves_an_empty_index(tmp_path: Path) -> None:
    index = opened(tmp_path)
    index.add([case(n) for n in range(3)])
    index.withdraw([f"precedent/{n}" for n in range(3)])
    assert (len(opened(tmp_path)), opened(tmp_path).search("text")) == (0, [])


def test_words_in_common_order_cases_of_equal_meaning(tmp_path: Path) -> None:
    index = PrecedentIndex.open(tmp_path, embed=lambda texts: WordsEmbedder()([""] * len(texts)))
    index.add([case(1, "late refund"), case(2, "brakes failed"), case(3, "brakes")])
    first = index.search("brakes that failed")[0]
    assert (first.precedent.id, first.meaning, first.words > 0.4) == ("precedent/2", 1.0, True)


def test_vectors_are_plain_npy_files(tmp_path: Path) -> None:
    opened(tmp_path).add([case(1), case(2)])
    vectors = np.load(next(tmp_path.glob("part-*.npy")))
    assert vectors.shape == (2, DIMENSIONS)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)


@given(st.data())
def test_the_search_agrees_with_comparing_each_one(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    texts = data.draw(
        st.lists(st.text(st.sampled_from("ab "), max_size=6), min_size=1, max_size=12)
    )
    folder = tmp_path_factory.mktemp("index")
    embed = WordsEmbedder()
    index = PrecedentIndex.open(folder, embed=embed)
    cases = [case(n, text) for n, text in enumerate(texts)]
    cut = data.draw(st.integers(0, len(cases)))
    index.add(cases[:cut])
    index.add(cases[cut:])
    query = embed(["a ab"])[0]
    plain = {c.id: round(float(embed([c.searched])[0] @ query), 4) for c in cases}
    found = index.search(query, top=len(cases))
    assert sorted(plain.values(), reverse=True) == pytest.approx(
        [hit.score for hit in found], abs=2e-4
    )
    assert all(plain[hit.precedent.id] == pytest.approx(hit.score, abs=2e-4) for hit in found)


_LOADER = """
import sys
from pathlib import Path
import tests_words as words
index = words.PrecedentIndex.open(Path(sys.argv[1]), embed=words.WordsEmbedder())
print("ready", flush=True)
index.add((words.case(n) for n in range(5000)), lambda tally: print(tally.seen, flush=True))
"""


def test_a_load_that_was_killed_keeps_what_it_reported_and_goes_on(tmp_path: Path) -> None:
    here = Path(__file__)
    (tmp_path / "tests_words.py").write_bytes(here.read_bytes())
    paths = os.pathsep.join([str(tmp_path), str(here.parents[2])])
    child = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", _LOADER, str(tmp_path / "index")],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": paths},
        text=True,
    )
    assert child.stdout is not None
    with child.stdout as lines:
        reported = [next(lines), next(lines), next(lines)]
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    kept = len(opened(tmp_path / "index"))
    assert kept >= int(reported[-1])
    tally = opened(tmp_path / "index").add(case(n) for n in range(kept + 10))
    assert (tally.unchanged, tally.stored) == (kept, 10)


def test_opening_and_searching_with_a_vector_imports_no_torch(tmp_path: Path) -> None:
    opened(tmp_path).add([case(1)])
    code = (
        "import sys, json, numpy as np; from pathlib import Path;"
        "from knowledge.precedents import PrecedentIndex;"
        "index = PrecedentIndex.open(Path(sys.argv[1]));"
        "found = index.search(np.ones(384, dtype=np.float32), top=1);"
        "print(json.dumps([found[0].precedent.id, 'torch' in sys.modules]))"
    )
    out = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert json.loads(out.stdout) == ["precedent/1", False]
