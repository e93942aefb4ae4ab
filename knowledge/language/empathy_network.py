"""The network of empathy: the tuned encoder's layers, taught on under three mechanisms."""

from pathlib import Path
from typing import Any, cast

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from knowledge.language import tuning_network
from knowledge.language.embedding import DIMENSIONS, FAR
from knowledge.language.packaged import EncoderInvalid

FILE = "empathy.safetensors"
KEPT = 3
"""Layers that stay as the encoder of all corpora has them: they read words, not empathy."""
POOLED = DIMENSIONS * 3
STEPS = 2
"""Of each mechanism: whether it shows at all, and whether strongly if it does."""
DROPPED = 0.15


class EmpathyNetwork(nn.Module):
    """Passages become two log-odds a mechanism: that it shows, and that it does so strongly."""

    def __init__(self, tuned: tuning_network.Network) -> None:
        """Begin with the layers of the encoder that was tuned on all corpora."""
        super().__init__()
        self.model: Any = tuned.model
        self.model.embeddings.requires_grad_(requires_grad=False)
        self.model.encoder.layer[:KEPT].requires_grad_(requires_grad=False)
        self.norm = nn.LayerNorm(POOLED)
        self.dropout = nn.Dropout(DROPPED)
        self.out = nn.Linear(POOLED, 3 * STEPS)
        nn.init.normal_(self.out.weight, std=0.02)
        nn.init.zeros_(self.out.bias)

    def below(self, ids: Tensor, present: Tensor) -> Tensor:
        """What the layers that are kept as they are make of word pieces (n, t): (n, t, 384)."""
        state = self.model.embeddings(input_ids=ids)
        for layer in self.model.encoder.layer[:KEPT]:
            state = _through(layer, state, present)
        return cast("Tensor", state)

    def forward(self, kept: Tensor, present: Tensor) -> Tensor:
        """Log-odds (n, 3, 2) of what `below` gave."""
        return self.judged(self.pooled(kept, present))

    def pooled(self, kept: Tensor, present: Tensor) -> Tensor:
        """What a passage is, (n, POOLED): two means, and the maximum of the last layer."""
        state = kept
        for layer in self.model.encoder.layer[KEPT:]:
            state = _through(layer, state, present)
        here = present.unsqueeze(-1)
        means = [(one * here).sum(1) / here.sum(1) for one in (kept, state)]
        return torch.cat([*means, (state + (here - 1.0) * FAR).amax(1)], 1)

    def judged(self, found: Tensor) -> Tensor:
        """Log-odds of pooled passages."""
        return cast("Tensor", self.out(self.dropout(self.norm(found))).view(-1, 3, STEPS))


class Exported(nn.Module):
    """The same network from after its embeddings on: means of two layers, and log-odds (n, 6)."""

    def __init__(self, network: EmpathyNetwork) -> None:
        """Take the layers of a network."""
        super().__init__()
        network.model.set_attn_implementation("eager")  # plain products, which can be rounded
        self.layers = network.model.encoder.layer
        self.network = network

    def forward(self, embedded: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        """What a passage sounds like, and what it shows, of embedded pieces (n, t, 384)."""
        state = embedded
        for layer in self.layers[:KEPT]:
            state = _through(layer, state, present)
        found = self.network.pooled(state, present)
        return found[:, : 2 * DIMENSIONS], self.network.judged(found).flatten(1)


def _through(layer: nn.Module, state: Tensor, present: Tensor) -> Tensor:
    found = layer(state, attention_mask=(1.0 - present[:, None, None, :]) * -FAR)
    return cast("Tensor", found[0] if isinstance(found, tuple) else found)


def save(network: EmpathyNetwork, file: Path) -> None:
    """Keep what was taught, whole or not at all."""
    kept = {
        name: one.contiguous()
        for name, one in network.state_dict().items()
        if not name.startswith("model.embeddings.")
    }
    partial = file.with_name(f"{file.name}.partial")
    save_file(kept, partial)
    partial.replace(file)


def read(file: Path) -> EmpathyNetwork:
    """The network that `save` kept; `EncoderInvalid` where the file holds another one."""
    network = EmpathyNetwork(tuning_network.Network())
    try:
        state = load_file(file)
    except Exception as error:  # noqa: BLE001 - safetensors has no narrower class in common
        raise EncoderInvalid(f"{file} cannot be read ({str(error)[:120]})") from None
    missing, unknown = network.load_state_dict(state, strict=False)
    if unknown or any(not name.startswith("model.embeddings.") for name in missing):
        raise EncoderInvalid(f"{file} holds no network of this version; attune language empathy")
    return network.eval()
