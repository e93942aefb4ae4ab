"""The network that is tuned: the packaged MiniLM, its pooled depths, a linear layer of outputs."""

from pathlib import Path
from typing import Any, Final, cast

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from knowledge.language import packaged
from knowledge.language.columns import OUTPUTS
from knowledge.language.embedding import DEPTHS, FAR, WIDTH
from knowledge.language.packaged import EncoderInvalid

FILE: Final = "network.safetensors"
DROPPED: Final = 0.1
_SPREAD: Final = 0.02


class Network(nn.Module):
    """MiniLM, its embeddings kept as packaged; its depths, normalised, under linear outputs."""

    def __init__(self) -> None:
        """Load the packaged weights; the outputs start near nothing."""
        super().__init__()
        from transformers import BertConfig, BertModel  # noqa: PLC0415 - takes seconds

        about = BertConfig.from_pretrained(str(packaged.folder()), local_files_only=True)
        self.model: Any = BertModel(about, add_pooling_layer=False)
        weights = load_file(packaged.folder() / "model.safetensors")
        self.model.load_state_dict({name: weights[name] for name in self.model.state_dict()})
        self.model.embeddings.requires_grad_(requires_grad=False)
        self.norm = nn.LayerNorm(WIDTH)
        self.dropout = nn.Dropout(DROPPED)
        self.out = nn.Linear(WIDTH, OUTPUTS)
        nn.init.normal_(self.out.weight, std=_SPREAD)
        nn.init.zeros_(self.out.bias)

    def forward(self, ids: Tensor, present: Tensor) -> Tensor:
        """Outputs (n, OUTPUTS) of word pieces (n, t) and what of them is no padding."""
        states = self.model(
            input_ids=ids, attention_mask=present, output_hidden_states=True
        ).hidden_states
        return cast("Tensor", self.out(self.dropout(self.norm(pooled(states, present.float())))))


class Exported(nn.Module):
    """The same network from after its embeddings on: what the encoder's file holds."""

    def __init__(self, network: Network) -> None:
        """Take the layers of a network."""
        super().__init__()
        network.model.set_attn_implementation("eager")  # plain products, which can be rounded
        self.layers = network.model.encoder.layer
        self.norm, self.out = network.norm, network.out

    def forward(self, embedded: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        """Depths and outputs of embedded pieces (n, t, 384)."""
        hidden = (1.0 - present[:, None, None, :]) * -FAR
        states = [embedded]
        for layer in self.layers:
            found = layer(states[-1], attention_mask=hidden)
            states.append(found[0] if isinstance(found, tuple) else found)
        depths = pooled(states, present)
        return depths, self.out(self.norm(depths))


def pooled(states: "list[Tensor] | tuple[Tensor, ...]", present: Tensor) -> Tensor:
    """Depths (n, WIDTH): the means of some layers, then the maximum of the last."""
    here = present.unsqueeze(-1)
    means = [(states[depth] * here).sum(1) / here.sum(1) for depth in DEPTHS]
    return torch.cat([*means, (states[DEPTHS[-1]] + (here - 1.0) * FAR).amax(1)], 1)


def save(network: Network, file: Path) -> None:
    """Keep what tuning changes, whole or not at all."""
    state = {name: one.contiguous() for name, one in network.state_dict().items() if _tuned(name)}
    partial = file.with_name(f"{file.name}.partial")
    save_file(state, partial)
    partial.replace(file)


def read(file: Path) -> Network:
    """The network that `save` kept; `EncoderInvalid` where the file holds another one."""
    network = Network()
    try:
        state = load_file(file)
    except Exception as error:  # noqa: BLE001 - safetensors has no narrower class in common
        raise EncoderInvalid(f"{file} cannot be read ({str(error)[:120]})") from None
    missing, unknown = network.load_state_dict(state, strict=False)
    if unknown or any(_tuned(name) for name in missing):
        raise EncoderInvalid(f"{file} holds no network of this version; attune language tune")
    return network.eval()


def _tuned(name: str) -> bool:
    return not name.startswith("model.embeddings.")
