import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from knowledge import neighbours
from knowledge.language.embedding import DIMENSIONS, Vectors
from knowledge.neighbours import BLOCK, Neighbours
from knowledge.precedent_search import nearest
from knowledge.precedent_view import View
from knowledge.precedents import Filters, Precedent, PrecedentIndex
from ontology.identity import ThingId

FEWEST = 2 * BLOCK
"""So that the tests need no larger index to have a graph."""
ROWS = FEWEST + BLOCK + 300
ROOT = Path(__file__).parents[2]


def drawn(several: int, seed: int = 1) -> Vectors:
    """Unit vectors of about forty free directions, as real ones have."""
    draw = np.random.default_rng(seed)
    wide = draw.standard_normal((several, 40)) @ np.random.default_rng(0).standard_normal(
        (40, DIMENSIONS)
    )
    rows: Vectors = (wide / np.linalg.norm(wide, axis=1, keepdims=True)).astype(np.float32)
    return rows


def embed(texts: Sequence[str]) -> Vectors:
    return np.concatenate([drawn(1, int(text.split()[-1])) for text in texts])


def case(number: int) -> Precedent:
    return Precedent(
        id=ThingId(f"precedent/n{number:05d}"),
        title="Case",
        text=f"{number}",
        source="own" if number % 50 else "rare",
    )


@pytest.fixture(autouse=True)
def _graphs_of_few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge.precedent_tidying.SMALLEST", FEWEST)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("index")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("knowledge.precedent_tidying.SMALLEST", FEWEST)
        PrecedentIndex.open(made, embed=embed).add(case(number) for number in range(ROWS))
    return made


def copied(folder: Path, to: Path) -> Path:
    for path in folder.iterdir():
        (to / path.name).write_bytes(path.read_bytes())
    return to


def found(index: PrecedentIndex, query: Vectors) -> list[str]:
    return [hit.precedent.id for hit in index.search(query)]


def test_nearly_all_that_is_nearest_is_found_by_the_graph(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = PrecedentIndex.open(folder)
    queries = drawn(60, 77)
    exact = [found(index, query) for query in queries]  # so few rows are compared one by one
    monkeypatch.setattr("knowledge.precedent_search.MOST_COMPARED", 0)
    near = [found(index, query) for query in queries]
    shares = [len({*a} & {*b}) / 10 for a, b in zip(exact, near, strict=True)]
    assert sum(shares) / len(shares) >= 0.98


def test_a_graph_that_stopped_and_went_on_is_the_one_that_did_not(tmp_path: Path) -> None:
    vectors = drawn(3 * BLOCK + 5)
    whole = Neighbours.none().grown([vectors])
    first = Neighbours.none().grown([vectors[: BLOCK + 7]])
    digest = first.save(tmp_path / "g.bin")
    loaded = Neighbours.load(tmp_path / "g.bin", first.rows, digest)
    assert loaded is not None
    both = loaded.grown([vectors[loaded.rows :]])
    assert (whole.rows, both.rows) == (3 * BLOCK, 3 * BLOCK)
    for query in drawn(50, 5):
        assert whole.near(query, 50).tolist() == both.near(query, 50).tolist()


@pytest.mark.parametrize("damage", ["cut", "turned", "missing"])
def test_a_damaged_graph_is_bypassed_and_made_anew(
    folder: Path, tmp_path: Path, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge.precedent_search.MOST_COMPARED", 0)
    here = copied(folder, tmp_path)
    query = drawn(1, 9)[0]
    before = found(PrecedentIndex.open(here), query)
    graph = next(here.glob("graph-*.bin"))
    content = bytearray(graph.read_bytes())
    content[len(content) // 2] ^= 255
    graph.write_bytes(bytes(content) if damage == "turned" else graph.read_bytes()[:5000])
    if damage == "missing":
        graph.unlink()
    index = PrecedentIndex.open(here, embed=embed)
    assert set(found(index, query)) >= set(before[:9])
    index.add([case(0)])
    assert found(PrecedentIndex.open(here), query) == before
    assert next(here.glob("graph-*.bin")).name != graph.name


def test_rare_values_of_filters_lose_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = PrecedentIndex.open(folder)
    rare = Filters(source=frozenset({"rare"}))
    query = drawn(1, 12)[0]
    exact = [hit.precedent.id for hit in index.search(query, filters=rare)]
    monkeypatch.setattr("knowledge.precedent_search.MOST_COMPARED", 0)
    assert [hit.precedent.id for hit in index.search(query, filters=rare)] == exact
    assert len(exact) == 10


@pytest.mark.parametrize("share", [0.5, 0.2, 0.05])
def test_filters_on_what_lies_together_lose_nothing_either(
    share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors, queries = drawn(4 * BLOCK), drawn(20, 31)
    centre = vectors @ queries[0]
    mask = centre > np.quantile(centre, 1 - share)
    part = cast("Any", SimpleNamespace(vectors=vectors, ids=[*map(str, range(len(vectors)))]))
    starts = np.asarray([0, len(vectors)])
    view = View(parts=(part,), starts=starts, alive=np.ones(len(vectors), dtype=np.bool_))
    view = replace(view, graph=Neighbours.none().grown([vectors]))
    monkeypatch.setattr("knowledge.precedent_search.MOST_COMPARED", 0)
    right = 0
    for query in queries:
        exact = np.flatnonzero(mask)[np.argsort(-(vectors[mask] @ query))[:10]]
        right += len({*exact.tolist()} & {one.row for one in nearest(view, query, mask, 10)})
    assert right >= 0.98 * 10 * len(queries)


def test_rows_added_since_the_graph_are_found_at_once(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge.precedent_search.MOST_COMPARED", 0)
    here = copied(folder, tmp_path)
    index, reader = PrecedentIndex.open(here, embed=embed), PrecedentIndex.open(here)
    index.add([case(ROWS + 1)])
    assert found(reader, drawn(1, ROWS + 1)[0])[0] == f"precedent/n{ROWS + 1:05d}"
    index.withdraw([f"precedent/n{ROWS + 1:05d}", "precedent/n00007"])
    assert f"precedent/n{ROWS + 1:05d}" not in found(reader, drawn(1, ROWS + 1)[0])
    assert "precedent/n00007" not in found(reader, drawn(1, 7)[0])


def test_without_the_library_all_is_compared(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge.precedent_search.MOST_COMPARED", 0)
    monkeypatch.setattr("knowledge.precedent_view.available", lambda: False)
    index = PrecedentIndex.open(folder)
    assert found(index, drawn(1, 40)[0])[0] == "precedent/n00040"


_GROWING = """
import os, sys
from pathlib import Path
import knowledge.precedent_parts as parts
import tests.knowledge.test_precedent_neighbours as here
index = here.PrecedentIndex.open(Path(sys.argv[1]), embed=here.embed)
write, step = parts.write_manifest, int(sys.argv[2])
def dying(directory, manifest, seen=[]):
    seen.append(1)
    if len(seen) == step:
        os.kill(os.getpid(), 9)
    write(directory, manifest)
import knowledge.precedents
import knowledge.precedent_tidying
knowledge.precedent_tidying.SMALLEST = here.FEWEST
knowledge.precedents.write_manifest = dying
index.add(here.case(here.ROWS + n) for n in range(here.BLOCK))
"""


@pytest.mark.parametrize("step", [1, 4, 5, 6])
def test_a_kill_between_data_graph_and_manifest_loses_nothing_that_was_told(
    folder: Path, tmp_path: Path, step: int
) -> None:
    here = copied(folder, tmp_path)
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", _GROWING, str(here), str(step)],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    index = PrecedentIndex.open(here, embed=embed)
    assert len(index) == ROWS + min(step - 1, 4) * 256
    assert found(index, drawn(1, 40)[0])[0] == "precedent/n00040"
    index.add(case(ROWS + n) for n in range(BLOCK))
    assert len(PrecedentIndex.open(here)) == ROWS + BLOCK
    assert neighbours.file_digest(next(here.glob("graph-*.bin")))
