"""All layers of the packaged MiniLM are tuned on several corpora at once, as a resumable run."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn

from knowledge.language import corpora, tuning_network
from knowledge.language.splitting import Rows
from knowledge.language.tuning_network import Network
from knowledge.language.tuning_rows import Mixture, mixture

CHECKPOINT: Final = "checkpoint.pt"
ROWS_A_STEP: Final = 32
SORTED: Final = 40
"""Steps whose rows are sorted by length together, so that little is padding."""
KEPT_EVERY: Final = 200
"""Steps between two checkpoints."""
RATE: Final = 1.2e-4
"""Of the last layer; each layer below learns at this share of the one above."""
SHARE_BELOW: Final = 0.85
RATE_OF_OUTPUTS: Final = 1e-3
DECAY: Final = 0.01
WARMING: Final = 0.06
LEAST_RATE: Final = 0.02
SLOWEST: Final = 0.999
"""The mean of all weights passed through, which is what is kept, forgets no slower than this."""
_LONGEST_STEP: Final = 1.0

Progress = Callable[[int, int, float], None]
"""Told how many steps are done, of how many, and the loss of the last."""


class WorkInvalid(ValueError):
    """The work folder holds another run; says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run does; a checkpoint of another plan is refused."""

    epochs: int
    seed: int
    rows: int

    @property
    def steps(self) -> int:
        """Steps of the whole run."""
        return self.epochs * -(-self.rows // ROWS_A_STEP)


class Run:
    """One run: network, optimiser and mean weights at some step."""

    def __init__(self, plan: Plan) -> None:
        """Stand before the first step."""
        torch.manual_seed(plan.seed)
        self.plan = plan
        self.step = 0
        self.network = Network().train()
        self._optimizer = torch.optim.AdamW(_groups(self.network), betas=(0.9, 0.98))
        self._schedule = torch.optim.lr_scheduler.LambdaLR(self._optimizer, self._rate)
        self._means = [one.detach().clone() for one in self._changing()]
        self._thin = _fast_in_half()

    def learn(self, rows: Mixture, chosen: Rows) -> float:
        """One step; returns its loss."""
        ids, present = (torch.from_numpy(one) for one in rows.padded(chosen))
        wanted, weights = (torch.from_numpy(one[chosen]) for one in (rows.targets, rows.weights))
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self._thin):
            found: Tensor = self.network(ids, present)
        loss = nn.functional.binary_cross_entropy_with_logits(
            found.float(), wanted, reduction="none"
        )
        total = (loss * weights).sum(1).mean()
        self._optimizer.zero_grad()
        total.backward()  # type: ignore[no-untyped-call] # untyped in torch
        nn.utils.clip_grad_norm_(self.network.parameters(), _LONGEST_STEP)
        self._optimizer.step()
        self._schedule.step()
        self.step += 1
        self._average()
        return float(total.detach())

    def mean(self) -> Network:
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
            "schedule": {"last_epoch": self.step},
            "means": self._means,
            "drawn": torch.get_rng_state(),
        }
        partial = file.with_name(f"{file.name}.partial")
        torch.save(state, partial)
        partial.replace(file)

    def resume(self, file: Path) -> None:
        """Go on where `keep` left off; `WorkInvalid` where that was another plan."""
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
        kept = min(SLOWEST, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            torch._foreach_mul_(self._means, kept)
            torch._foreach_add_(self._means, self._changing(), alpha=1 - kept)

    def _changing(self) -> list[Tensor]:
        return [one.detach() for one in self.network.parameters() if one.requires_grad]


def tune(data: Path, work: Path, *, epochs: int, seed: int, progress: Progress) -> Path:
    """Tune on the corpora in `data`, or go on with what `work` holds; returns the network's file.

    Half an hour on two cores that multiply in bfloat16, else about an hour; 2 GB. The same plan
    gives the same network on the same machine, also where it was broken off between checkpoints.
    `CorpusInvalid` where a corpus is broken, `WorkInvalid` where `work` holds another run.
    """
    rows = mixture({name: corpora.read(name, data) for name in corpora.READERS})
    return learn(rows, work, epochs=epochs, seed=seed, progress=progress)


def learn(rows: Mixture, work: Path, *, epochs: int, seed: int, progress: Progress) -> Path:
    """`tune` on a mixture."""
    run = Run(Plan(epochs=epochs, seed=seed, rows=len(rows.pieces)))
    work.mkdir(parents=True, exist_ok=True)
    if (work / CHECKPOINT).exists():
        run.resume(work / CHECKPOINT)
    while run.step < run.plan.steps:
        epoch, first = divmod(run.step, run.plan.steps // epochs)
        for chosen in _order(rows, seed, epoch)[first:]:
            loss = run.learn(rows, chosen)
            progress(run.step, run.plan.steps, loss)
            if run.step % KEPT_EVERY == 0:
                run.keep(work / CHECKPOINT)
    run.keep(work / CHECKPOINT)
    tuning_network.save(run.mean(), work / tuning_network.FILE)
    return work / tuning_network.FILE


def _order(rows: Mixture, seed: int, epoch: int) -> list[Rows]:
    """The steps of an epoch: rows drawn, sorted by length in stretches, the steps drawn again."""
    draw = np.random.default_rng([seed, epoch])
    lengths = np.asarray([len(one) for one in rows.pieces])
    drawn = draw.permutation(len(lengths))
    steps = []
    for start in range(0, len(drawn), ROWS_A_STEP * SORTED):
        stretch = drawn[start : start + ROWS_A_STEP * SORTED]
        stretch = stretch[np.argsort(lengths[stretch], kind="stable")]
        steps += [stretch[at : at + ROWS_A_STEP] for at in range(0, len(stretch), ROWS_A_STEP)]
    return [steps[int(place)] for place in draw.permutation(len(steps))]


def _groups(network: Network) -> list[dict[str, object]]:
    """Each layer at its own rate; only matrices decay."""
    fresh = [*network.out.parameters(), *network.norm.parameters()]
    groups: list[dict[str, object]] = [{"params": fresh, "lr": RATE_OF_OUTPUTS}]
    layers = network.model.encoder.layer
    for depth, layer in enumerate(layers):
        rate = RATE * SHARE_BELOW ** (len(layers) - 1 - depth)
        for matrices in (True, False):
            own = [one for one in layer.parameters() if (one.ndim > 1) == matrices]
            decay = DECAY if matrices else 0.0
            groups.append({"params": own, "lr": rate, "weight_decay": decay})
    return groups


def _fast_in_half() -> bool:
    """Whether this processor multiplies in bfloat16; on others that is slower than single."""
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16") or able.get("bf16"))
