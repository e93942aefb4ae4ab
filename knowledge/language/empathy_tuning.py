"""Empathy is taught passage by passage: a text shows what its best passage does."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn

from knowledge.language import empathy_network, encoder, packaged, tuning_network, tuning_steps
from knowledge.language.embedding import DIMENSIONS
from knowledge.language.empathy_labelled import neutral
from knowledge.language.empathy_network import EmpathyNetwork
from knowledge.language.empathy_rows import Answer, Answers, padded
from knowledge.language.splitting import split
from knowledge.language.tuning_steps import Plan, Progress, Steps

CHECKPOINT: Final = "empathy-checkpoint.pt"
ANSWERS_A_STEP: Final = 16
KEPT_EVERY: Final = 100
PIECES: Final = 64
RATE: Final = 8e-5
"""Of the last layer."""
SLOWEST: Final = 0.995
OF_PASSAGES: Final = 0.5
"""How much the levels of passages count against those of whole answers."""
RARE: Final = 0.5
"""The power of its share by which a rare level counts more."""
WEAK, STRONG = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """The answers that teach, and how much each level counts."""

    rows: Sequence[Answer]
    weights: Tensor


def learn(found: Answers, work: Path, *, epochs: int, seed: int, progress: Progress) -> Path:
    """Teach on the answers that are not kept, or go on with what `work` holds."""
    chosen = split(np.flatnonzero(~found.validation))[0]
    rows = [found.rows[int(row)] for row in chosen]
    lesson = Lesson(rows=rows, weights=_weights(rows))
    network = EmpathyNetwork(tuning_network.read(work / tuning_network.FILE)).train()
    plan = Plan(epochs=epochs, seed=seed, rows=len(lesson.rows), a_step=ANSWERS_A_STEP)
    run = Run(network, lesson, plan)
    steps, file = run.steps, work / CHECKPOINT
    steps.resume(file)
    while steps.step < plan.steps:
        epoch, first = divmod(steps.step, plan.an_epoch)
        order = np.random.default_rng([seed, epoch]).permutation(plan.rows)
        for at in range(first * ANSWERS_A_STEP, plan.rows, ANSWERS_A_STEP):
            loss = run.learn(order[at : at + ANSWERS_A_STEP])
            progress(steps.step, plan.steps, loss)
            if steps.step % KEPT_EVERY == 0:
                steps.keep(file)
    steps.keep(file)
    empathy_network.save(steps.mean(), work / empathy_network.FILE)
    return work / empathy_network.FILE


class Run:
    """One run at some step."""

    def __init__(self, network: EmpathyNetwork, lesson: Lesson, plan: Plan) -> None:
        """Stand before the first step."""
        torch.manual_seed(plan.seed)
        self.lesson = lesson
        inner = {id(one) for one in network.model.parameters()}
        fresh = [one for one in network.parameters() if id(one) not in inner]
        layers = network.model.encoder.layer[empathy_network.KEPT :]
        groups = tuning_steps.groups(fresh, layers, rate=RATE)
        self.steps = Steps(network, plan, groups, slowest=SLOWEST)
        self._cutter = packaged.tokenizer()
        self._cutter.enable_truncation(PIECES)
        self._kept: dict[str, Tensor] = {}

    def learn(self, chosen: "np.ndarray[Any, Any]") -> float:
        """One step; returns its loss."""
        chance = np.random.default_rng([self.steps.plan.seed, 7, self.steps.step])
        rows = [padded(self.lesson.rows[int(row)], neutral(), chance) for row in chosen]
        owner = torch.tensor([place for place, row in enumerate(rows) for _ in row.parts])
        return self.steps.take(self._loss(self._found(rows), rows, owner))

    def _found(self, rows: Sequence[Answer]) -> Tensor:
        """Log-odds of all passages of some answers, those of like length run together."""
        kept = [self._below(part) for row in rows for part in row.parts]
        parts, places = [], []
        for some in encoder.batches([len(one) for one in kept]):
            longest = max(len(kept[one]) for one in some)
            states = torch.zeros((len(some), longest, DIMENSIONS))
            present = torch.zeros((len(some), longest))
            for place, one in enumerate(some):
                states[place, : len(kept[one])], present[place, : len(kept[one])] = kept[one], 1.0
            with torch.autocast("cpu", dtype=torch.bfloat16):
                parts.append(self.steps.network(states, present).float())
            places += some
        return torch.cat(parts)[torch.tensor(places).argsort()]

    def _below(self, part: str) -> Tensor:
        """What the layers that stay make of a passage, kept for the next epoch."""
        if part not in self._kept:
            ids = torch.tensor([self._cutter.encode(part or ".").ids])
            with torch.no_grad():
                found = self.steps.network.eval().below(ids, torch.ones(ids.shape))
            self.steps.network.train()
            self._kept[part] = found[0].half()
        return self._kept[part].float()

    def _loss(self, found: Tensor, rows: Sequence[Answer], owner: Tensor) -> Tensor:
        """Of whole answers by their best passage, and of passages that people marked."""
        shown = torch.stack(chances(found), dim=-1)  # (passages, 3, 2)
        whole = torch.stack([shown[owner == row].amax(0) for row in range(len(rows))])
        levels = torch.tensor([row.levels for row in rows])
        own = torch.tensor([level for row in rows for level in row.own])
        share = 1.0 - OF_PASSAGES
        return share * self._apart(whole, levels) + OF_PASSAGES * self._apart(shown, own) * 2

    def _apart(self, shown: Tensor, levels: Tensor) -> Tensor:
        wanted = torch.stack([(levels >= WEAK).float(), (levels >= STRONG).float()], dim=-1)
        loss = nn.functional.binary_cross_entropy(
            shown.clamp(1e-6, 1 - 1e-6), wanted, reduction="none"
        ).sum(-1)
        known = (levels >= 0).float()
        weights = self.lesson.weights[torch.arange(3), levels.clamp(min=0)] * known
        return (loss * weights).sum() / known.sum().clamp(min=1.0)


def chances(found: Tensor) -> tuple[Tensor, Tensor]:
    """The chance that each mechanism shows, and that it shows strongly, of (n, 3, 2) log-odds."""
    shows = torch.sigmoid(found[..., 0])
    return shows, shows * torch.sigmoid(found[..., 1])


def _weights(rows: Sequence[Answer]) -> Tensor:
    """How much each level of each mechanism counts, (3, 3), one on average."""
    levels = np.asarray([row.levels for row in rows])
    counts = np.stack([np.bincount(levels[:, each], minlength=3) for each in range(3)])
    raw = (len(rows) / np.maximum(counts, 1)) ** RARE
    means = (raw * counts).sum(1, keepdims=True) / len(rows)
    return torch.tensor(raw / means, dtype=torch.float32)
