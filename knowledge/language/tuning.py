"""All layers of the packaged MiniLM are tuned on several corpora at once, as a resumable run."""

from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from knowledge.language import corpora, tuning_network, tuning_steps
from knowledge.language.splitting import Rows
from knowledge.language.tuning_network import Network
from knowledge.language.tuning_rows import Mixture, mixture
from knowledge.language.tuning_steps import Plan, Progress, Steps

CHECKPOINT: Final = "checkpoint.pt"
ROWS_A_STEP: Final = 32
SORTED: Final = 40
"""Steps whose rows are sorted by length together, so that little is padding."""
KEPT_EVERY: Final = 200
"""Steps between two checkpoints."""
RATE: Final = 1.2e-4
"""Of the last layer."""
SLOWEST: Final = 0.999
"""The mean of all weights passed through, which is what is kept, forgets no slower than this."""


class Run:
    """One run at some step."""

    def __init__(self, plan: Plan) -> None:
        """Stand before the first step."""
        torch.manual_seed(plan.seed)
        network = Network().train()
        fresh = [*network.out.parameters(), *network.norm.parameters()]
        groups = tuning_steps.groups(fresh, network.model.encoder.layer, rate=RATE)
        self.steps = Steps(network, plan, groups, slowest=SLOWEST)
        self._thin = _fast_in_half()

    def learn(self, rows: Mixture, chosen: Rows) -> float:
        """One step; returns its loss."""
        ids, present = (torch.from_numpy(one) for one in rows.padded(chosen))
        wanted, weights = (torch.from_numpy(one[chosen]) for one in (rows.targets, rows.weights))
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self._thin):
            found: Tensor = self.steps.network(ids, present)
        loss = nn.functional.binary_cross_entropy_with_logits(
            found.float(), wanted, reduction="none"
        )
        return self.steps.take((loss * weights).sum(1).mean())


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
    plan = Plan(epochs=epochs, seed=seed, rows=len(rows.pieces), a_step=ROWS_A_STEP)
    run = Run(plan)
    steps = run.steps
    work.mkdir(parents=True, exist_ok=True)
    steps.resume(work / CHECKPOINT)
    while steps.step < plan.steps:
        epoch, first = divmod(steps.step, plan.an_epoch)
        for chosen in _order(rows, seed, epoch)[first:]:
            loss = run.learn(rows, chosen)
            progress(steps.step, plan.steps, loss)
            if steps.step % KEPT_EVERY == 0:
                steps.keep(work / CHECKPOINT)
    steps.keep(work / CHECKPOINT)
    tuning_network.save(steps.mean(), work / tuning_network.FILE)
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


def _fast_in_half() -> bool:
    """Whether this processor multiplies in bfloat16; on others that is slower than single."""
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16") or able.get("bf16"))
