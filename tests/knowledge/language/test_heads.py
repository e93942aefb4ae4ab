"""The coefficient file is whole and of this version, or it is refused with the cure."""

from pathlib import Path

import numpy as np
import pytest

from knowledge.language import heads
from knowledge.language.heads import Coefficients, CoefficientsInvalid


@pytest.fixture(scope="module")
def stored() -> Coefficients:
    return heads.load()


def test_the_stored_file_holds_every_head_and_its_figures(stored: Coefficients) -> None:
    assert set(stored.heads) == set(heads.HEADS)
    assert {"licences", "figures", "seed"} <= set(stored.about)


def test_the_stored_file_is_small() -> None:
    assert Path(str(heads.stored())).stat().st_size < 3_000_000


def test_what_was_packed_is_read_back(tmp_path: Path, stored: Coefficients) -> None:
    file = tmp_path / "coefficients.npz"
    np.savez_compressed(file, allow_pickle=False, **heads.pack(stored))
    again = heads.read(file)
    assert np.array_equal(again.heads["irony"].bias, stored.heads["irony"].bias)
    first, second = (one.heads["sentiment"].weights["outputs"] for one in (again, stored))
    assert np.allclose(first, second)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 broken"])
def test_a_broken_file_is_refused_with_its_cure(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "coefficients.npz"
    file.write_bytes(content)
    with pytest.raises(CoefficientsInvalid, match="refit it: attune language train"):
        heads.read(file)


def test_a_cut_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "coefficients.npz"
    whole = Path(str(heads.stored())).read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CoefficientsInvalid):
        heads.read(file)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CoefficientsInvalid, match="cannot be read"):
        heads.read(tmp_path / "none.npz")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("irony.bias", None, "no complete head 'irony'"),
        ("about", None, "does not say what it is"),
        ("about", np.asarray('{"format": 99}'), "has format 99"),
        (
            "about",
            np.asarray('{"format": 2, "encoder": "ab"}'),
            "fitted to the encoder ab, not to",
        ),
        ("irony.bias", np.asarray([np.nan], np.float32), "not finite"),
        ("irony.outputs", np.zeros((3, 1), np.int16), "has shape"),
    ],
)
def test_a_file_with_a_wrong_part_is_refused(
    tmp_path: Path, stored: Coefficients, name: str, value: np.ndarray | None, told: str
) -> None:
    arrays = {key: one for key, one in heads.pack(stored).items() if key != name}
    if value is not None:
        arrays[name] = value
    file = tmp_path / "coefficients.npz"
    np.savez(file, allow_pickle=False, **arrays)
    with pytest.raises(CoefficientsInvalid, match=told):
        heads.read(file)


def test_each_head_reads_the_outputs_that_were_learned_for_it(stored: Coefficients) -> None:
    for head in stored.heads.values():
        assert np.count_nonzero(head.weights["outputs"]) == len(head.bias)
