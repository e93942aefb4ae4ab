"""The packaged MiniLM as torch runs it: six layers of attention over word pieces.

Written out here because the libraries that wrap it take five seconds of CPU to import; the
arithmetic is the same (BERT: Devlin et al., 2019), held to theirs by a test.
"""

from collections.abc import Sequence
from typing import Final

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

from knowledge.language.packaged import folder, tokenizer

LAYERS: Final = 6
HEADS: Final = 12
_EPSILON: Final = 1e-12


class MiniLM:
    """all-MiniLM-L6-v2 with its packaged weights, mapped from their file."""

    def __init__(self) -> None:
        """Load weights and tokenizer."""
        self._weights = load_file(folder() / "model.safetensors")
        self._tokenizer = tokenizer()

    def states(self, texts: Sequence[str]) -> tuple[list[Tensor], Tensor]:
        """What each layer sees, (n, t, 384), the input first, and what is no padding (n, t, 1).

        Call it under `torch.inference_mode`.
        """
        cut = [found.ids for found in self._tokenizer.encode_batch(list(texts))]
        longest = max(map(len, cut))
        ids = torch.tensor([found + [0] * (longest - len(found)) for found in cut])
        present = torch.tensor([[1.0] * len(c) + [0.0] * (longest - len(c)) for c in cut])
        seen = None if bool(present.all()) else present[:, None, None, :].bool()
        states = [self._embedded(ids)]
        for number in range(LAYERS):
            states.append(self._layer(states[-1], seen, f"encoder.layer.{number}."))
        return states, present.unsqueeze(-1)

    def _embedded(self, ids: Tensor) -> Tensor:
        words, kinds, places = (
            self._weights[f"embeddings.{name}_embeddings.weight"]
            for name in ("word", "token_type", "position")
        )
        return self._normal(words[ids] + kinds[0] + places[: ids.shape[1]], "embeddings.LayerNorm")

    def _layer(self, state: Tensor, seen: Tensor | None, name: str) -> Tensor:
        heard = self._linear(self._attended(state, seen, name), f"{name}attention.output.dense")
        state = self._normal(heard + state, f"{name}attention.output.LayerNorm")
        wide = functional.gelu(self._linear(state, f"{name}intermediate.dense"))
        narrow = self._linear(wide, f"{name}output.dense")
        return self._normal(narrow + state, f"{name}output.LayerNorm")

    def _attended(self, state: Tensor, seen: Tensor | None, name: str) -> Tensor:
        n, t, width = state.shape
        query, key, value = (
            self._linear(state, f"{name}attention.self.{part}")
            .view(n, t, HEADS, width // HEADS)
            .transpose(1, 2)
            for part in ("query", "key", "value")
        )
        found = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        return found.transpose(1, 2).reshape(n, t, width)

    def _linear(self, state: Tensor, name: str) -> Tensor:
        weights = self._weights
        return functional.linear(state, weights[f"{name}.weight"], weights[f"{name}.bias"])

    def _normal(self, state: Tensor, name: str) -> Tensor:
        scale, shift = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return functional.layer_norm(state, scale.shape, scale, shift, _EPSILON)
