"""One hidden layer is learned from many emotions at once; the heads of mood share it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from knowledge.language.heads import HIDDEN, Floats, Head

if TYPE_CHECKING:
    from torch import Tensor, nn

EPOCHS: Final = 6
ROWS_A_STEP: Final = 128
RATE: Final = 1e-3
DECAY: Final = 0.05
DROPPED: Final = (0.2, 0.4)
"""Shares of inputs and of hidden columns that a step does without."""
SEED: Final = 20_260
_SPREAD: Final = 0.1

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """The hidden layer on raw depths, and the outputs that it was learned with, on top of it."""

    hidden: Head
    outputs: Head


def learn(depths: Floats, targets: Floats, importance: Floats) -> Learned:
    """Learn a hidden layer for yes/no targets (n, k), each weighed by `importance` (k,).

    Cross-entropy, AdamW, one cycle of the rate; the same rows give the same layer on the same
    machine. Standardising the depths is folded into the layer.
    """
    import torch  # noqa: PLC0415 - only fitting pays

    torch.manual_seed(SEED)
    mean, spread = depths.mean(axis=0), depths.std(axis=0)
    # A column that hardly moves would get weights so large that rounding loses all the others.
    spread = np.maximum(spread, _SPREAD * np.median(spread))
    network = _network(depths.shape[1], targets.shape[1])
    _descend(network, torch.from_numpy((depths - mean) / spread), targets, importance)
    state = {name: one.detach().numpy() for name, one in network.state_dict().items()}
    own = (state["1.weight"] / spread).T
    hidden = Head(weights={"depths": own}, bias=state["1.bias"] - mean @ own)
    return Learned(
        hidden=hidden, outputs=Head(weights={"hidden": state["4.weight"].T}, bias=state["4.bias"])
    )


def _network(width: int, outputs: int) -> "nn.Sequential":
    from torch import nn  # noqa: PLC0415 - only fitting pays

    inputs, columns = DROPPED
    return nn.Sequential(
        nn.Dropout(inputs),
        nn.Linear(width, HIDDEN),
        nn.ReLU(),
        nn.Dropout(columns),
        nn.Linear(HIDDEN, outputs),
    )


def _descend(
    network: "nn.Sequential", rows: "Tensor", targets: Floats, importance: Floats
) -> None:
    import torch  # noqa: PLC0415 - only fitting pays

    wanted, weighed = torch.from_numpy(targets), torch.from_numpy(importance)
    steps = EPOCHS * -(-len(rows) // ROWS_A_STEP)
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    loss = torch.nn.functional.binary_cross_entropy_with_logits
    network.train()
    for _ in range(EPOCHS):
        order = torch.randperm(len(rows))
        for start in range(0, len(rows), ROWS_A_STEP):
            chosen = order[start : start + ROWS_A_STEP]
            found = loss(network(rows[chosen]), wanted[chosen], reduction="none")
            optimizer.zero_grad()
            (found * weighed).mean().backward()  # type: ignore[no-untyped-call] # untyped in torch
            optimizer.step()
            schedule.step()
    network.eval()
