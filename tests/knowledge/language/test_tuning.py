"""Tuning learns, goes on where it was broken off, and its network is exported as it is."""

from pathlib import Path

import numpy as np
import pytest

from knowledge.language import encoder, exporting, packaged, tuning, tuning_network
from knowledge.language.columns import FRUSTRATION, IRONY, OUTPUTS
from knowledge.language.corpora import Corpus
from knowledge.language.packaged import EncoderInvalid
from knowledge.language.splitting import halves
from knowledge.language.tuning_rows import Mixture, mixture
from knowledge.language.tuning_steps import WorkInvalid

CALM = "thank you for the lovely help"
ANGRY = "this is awful and i hate it"


@pytest.fixture(scope="module")
def rows() -> Mixture:
    cutter = packaged.tokenizer()
    pieces = [cutter.encode(f"{(CALM, ANGRY)[row % 2]} {row}").ids for row in range(160)]
    targets = np.zeros((160, OUTPUTS), dtype=np.float32)
    targets[1::2, FRUSTRATION] = 1.0
    weights = np.zeros_like(targets)
    weights[:, FRUSTRATION] = 1.0
    return Mixture(pieces=pieces, targets=targets, weights=weights)


@pytest.mark.slow
def test_a_run_that_was_broken_off_ends_where_a_whole_one_ends(
    rows: Mixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tuning, "KEPT_EVERY", 3)
    told: list[float] = []
    whole = tuning.learn(
        rows, tmp_path / "whole", epochs=2, seed=1, progress=lambda *said: told.append(said[2])
    )
    assert len(told) == 10
    assert np.mean(told[-3:]) < 0.8 * told[0]

    def stop(step: int, *_: float) -> None:
        if step == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tuning.learn(rows, tmp_path / "broken", epochs=2, seed=1, progress=stop)
    again = tuning.learn(rows, tmp_path / "broken", epochs=2, seed=1, progress=lambda *_: None)
    first, second = (tuning_network.read(file).state_dict() for file in (whole, again))
    assert all(first[name].allclose(second[name], atol=1e-5) for name in first)
    with pytest.raises(WorkInvalid, match="give another --work"):
        tuning.learn(rows, tmp_path / "whole", epochs=3, seed=1, progress=lambda *_: None)


@pytest.mark.slow
def test_the_exported_network_reads_as_torch_does_and_in_eight_bits_nearly_so(
    tmp_path: Path,
) -> None:
    import torch

    network = tuning_network.Network().eval()
    ids = np.asarray([packaged.tokenizer().encode(ANGRY).ids])
    with torch.inference_mode():
        wanted = network(torch.from_numpy(ids), torch.ones(ids.shape)).numpy()
    found = exporting.write(network, tmp_path / "encoder.onnx", [CALM, ANGRY, "late again"])
    assert found.texts == 3
    assert found.least > 0.998
    whole = encoder.opened(exporting.export(network)).read([ANGRY])
    assert np.allclose(whole[:, -OUTPUTS:], wanted, atol=1e-3)
    assert not list(tmp_path.glob("*.partial"))


def test_a_network_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "network.safetensors").write_bytes(b"nothing")
    with pytest.raises(EncoderInvalid, match="cannot be read"):
        tuning_network.read(tmp_path / "network.safetensors")


def _corpus(names: tuple[str, ...], *, emotions: bool = False) -> Corpus:
    texts = [f"{(CALM, ANGRY)[row % 2]} {row}" for row in range(40)]
    labels = {name: np.arange(40, dtype=np.int64) % 2 for name in names}
    felt = np.ones((40, 28), dtype=np.float32) if emotions else np.zeros((0, 0), dtype=np.float32)
    return Corpus(texts=texts, labels=labels, validation=np.arange(40) >= 30, emotions=felt)


def test_the_mixture_holds_no_row_that_is_held_out_or_kept() -> None:
    levels = ("emotional_reactions", "interpretations", "explorations")
    read = {
        "goemotions": _corpus(("frustration", "sentiment"), emotions=True),
        "irony": _corpus(("irony",)),
        "isarcasm": _corpus(("irony",)),
        "epitome": _corpus(levels),
    }
    mixed = mixture(read)
    fitted = [read["irony"].texts[int(row)] for row in halves(read["irony"])[0]]
    assert len(fitted) == 27
    assert len(mixed.pieces) == 27 * (1 + 2 + 2 + 1)
    taught = mixed.weights[:, IRONY][:, 0] > 0
    cutter = packaged.tokenizer()
    allowed = {tuple(cutter.encode(text).ids) for text in fitted}
    shown = {tuple(mixed.pieces[row]) for row in np.flatnonzero(taught)}
    assert shown == allowed
