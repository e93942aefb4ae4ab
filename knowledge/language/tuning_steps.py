"""Steps of a run that teaches a network: it is kept, goes on, and ends with its mean weights."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import torch
from torch import Tensor, nn

WARMING: Final = 0.06
LEAST_RATE: Final = 0.02
SHARE_BELOW: Final = 0.85
"""Each layer learns at this share of the rate of the one above."""
RATE_OF_OUTPUTS: Final = 1e-3
DECAY: Final = 0.01
_LONGEST_STEP: Final = 1.0

Progress = Callable[[int, int, float], None]
"""Told how many steps are done, of how many, and the loss of the last."""
Taught = TypeVar("Taught", bound=nn.Module)


class WorkInvalid(ValueError):
    """The work folder holds another run; says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run does; a checkpoint of another plan is refused."""

    epochs: int
    seed: int
    rows: int
    a_step: int

    @property
    def an_epoch(self) -> int:
        """Steps in which every row is shown once."""
        return -(-self.rows // self.a_step)

    @property
    def steps(self) -> int:
        """Steps of the whole run."""
        return self.epochs * self.an_epoch


class Steps(Generic[Taught]):
    """A network, its optimiser and its mean weights at some step.

    The mean of all weights passed through forgets no slower than `slowest`.
    """

    def __init__(
        self,
        network: Taught,
        plan: Plan,
        groups: Sequence[Mapping[str, object]],
        *,
        slowest: float,
    ) -> None:
        """Stand before the first step."""
        self.network, self.plan = network, plan
        self.step = 0
        self._slowest = slowest
        self._optimizer = torch.optim.AdamW([dict(one) for one in groups], betas=(0.9, 0.98))
        self._schedule = torch.optim.lr_scheduler.LambdaLR(self._optimizer, self._rate)
        self._means = [one.detach().clone() for one in self._changing()]

    def take(self, loss: Tensor) -> float:
        """One step down a loss; returns it."""
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call] # untyped in torch
        nn.utils.clip_grad_norm_(self.network.parameters(), _LONGEST_STEP)
        self._optimizer.step()
        self._schedule.step()
        self.step += 1
        self._average()
        return float(loss.detach())

    def mean(self) -> Taught:
        """The network with the mean weights; the run is over with it."""
        with torch.no_grad():
            for one, mean in zip(self._changing(), self._means, strict=True):
                one.copy_(mean)
        return self.network.eval()

    def keep(self, file: Path) -> None:
        """Write all that going on needs, whole or not at all."""
        state = {
            "plan": [self.plan.epochs, self.plan.seed, self.plan.rows],
            "step": self.step,
            "network": self.network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "means": self._means,
            "drawn": torch.get_rng_state(),
        }
        partial = file.with_name(f"{file.name}.partial")
        torch.save(state, partial)
        partial.replace(file)

    def resume(self, file: Path) -> None:
        """Go on where `keep` left off, if it did; `WorkInvalid` where that was another plan."""
        if not file.exists():
            return
        state: dict[str, Any] = torch.load(file, weights_only=True)
        if state["plan"] != [self.plan.epochs, self.plan.seed, self.plan.rows]:
            raise WorkInvalid(
                f"{file} is of {state['plan'][0]} epochs, seed {state['plan'][1]},"
                f" {state['plan'][2]} rows; give another --work, or the same options"
            )
        self.step = int(state["step"])
        self.network.load_state_dict(state["network"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.last_epoch = self.step
        self._means = state["means"]
        torch.set_rng_state(state["drawn"])

    def _rate(self, step: int) -> float:
        done = step / self.plan.steps
        return min(1.0, done / WARMING) * max(LEAST_RATE, 0.5 * (1 + math.cos(math.pi * done)))

    def _average(self) -> None:
        kept = min(self._slowest, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            torch._foreach_mul_(self._means, kept)
            torch._foreach_add_(self._means, self._changing(), alpha=1 - kept)

    def _changing(self) -> list[Tensor]:
        return [one.detach() for one in self.network.parameters() if one.requires_grad]


def groups(
    fresh: Sequence[Tensor], layers: Sequence[nn.Module], *, rate: float
) -> list[dict[str, object]]:
    """New parameters, and layers from below to the last, each at its own rate.

    `rate` is that of the last layer; only matrices decay.
    """
    found: list[dict[str, object]] = [{"params": fresh, "lr": RATE_OF_OUTPUTS}]
    for depth, layer in enumerate(layers):
        own = rate * SHARE_BELOW ** (len(layers) - 1 - depth)
        for matrices in (True, False):
            params = [one for one in layer.parameters() if (one.ndim > 1) == matrices]
            found.append({"params": params, "lr": own, "weight_decay": DECAY if matrices else 0.0})
    return found
