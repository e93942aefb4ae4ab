"""Empathy is taught passage by passage: a text shows what its best passage does."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn

from knowledge.language import empathy_network, encoder, packaged, tuning_network
from knowledge.language.embedding import DIMENSIONS
from knowledge.language.empathy_network import EmpathyNetwork
from knowledge.language.empathy_rows import Answer, Answers, attacked
from knowledge.language.splitting import split
from knowledge.language.tuning import WorkInvalid

CHECKPOINT: Final = "empathy-checkpoint.pt"
ANSWERS_A_STEP: Final = 16
KEPT_EVERY: Final = 100
PIECES: Final = 64
RATE: Final = 8e-5
SHARE_BELOW: Final = 0.85
RATE_OF_OUTPUTS: Final = 1e-3
DECAY: Final = 0.01
WARMING: Final = 0.06
LEAST_RATE: Final = 0.02
SLOWEST: Final = 0.995
OF_PASSAGES: Final = 0.5
"""How much the levels of passages count against those of whole answers."""
RARE: Final = 0.5
"""The power of its share by which a rare level counts more."""
WEAK, STRONG = 1, 2
_LONGEST_STEP: Final = 1.0

Progress = Callable[[int, int, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """The answers that teach, how much each level counts, and how often they are shown."""

    rows: Sequence[Answer]
    weights: Tensor
    epochs: int
    seed: int

    @property
    def steps(self) -> int:
        """Steps of the whole run."""
        return self.epochs * -(-len(self.rows) // ANSWERS_A_STEP)


def learn(found: Answers, work: Path, *, epochs: int, seed: int, progress: Progress) -> Path:
    """Teach on the answers that are not kept, or go on with what `work` holds."""
    chosen = split(np.flatnonzero(~found.validation))[0]
    rows = [found.rows[int(row)] for row in chosen]
    lesson = Lesson(
        rows=rows,
        weights=_weights(rows),
        epochs=epochs,
        seed=seed,
    )
    network = EmpathyNetwork(tuning_network.read(work / tuning_network.FILE)).train()
    run = Run(network, lesson)
    file = work / CHECKPOINT
    if file.exists():
        run.resume(file)
    each = lesson.steps // epochs
    while run.step < lesson.steps:
        epoch, first = divmod(run.step, each)
        order = np.random.default_rng([seed, epoch]).permutation(len(rows))
        for at in range(first * ANSWERS_A_STEP, len(rows), ANSWERS_A_STEP):
            loss = run.learn(order[at : at + ANSWERS_A_STEP])
            progress(run.step, lesson.steps, loss)
            if run.step % KEPT_EVERY == 0:
                run.keep(file)
    run.keep(file)
    empathy_network.save(run.mean(), work / empathy_network.FILE)
    return work / empathy_network.FILE


class Run:
    """One run: network, optimiser and mean weights at some step."""

    def __init__(self, network: EmpathyNetwork, lesson: Lesson) -> None:
        """Stand before the first step."""
        torch.manual_seed(lesson.seed)
        self.step = 0
        self.network, self.lesson = network, lesson
        self._cutter = packaged.tokenizer()
        self._cutter.enable_truncation(PIECES)
        self._kept: dict[str, Tensor] = {}
        self._optimizer = torch.optim.AdamW(_groups(network), betas=(0.9, 0.98))
        self._schedule = torch.optim.lr_scheduler.LambdaLR(self._optimizer, self._rate)
        self._means = [one.detach().clone() for one in self._changing()]

    def learn(self, chosen: "np.ndarray[Any, Any]") -> float:
        """One step; returns its loss."""
        chance = np.random.default_rng([self.lesson.seed, 7, self.step])
        rows = [attacked(self.lesson.rows[int(row)], chance) for row in chosen]
        owner = torch.tensor([place for place, row in enumerate(rows) for _ in row.parts])
        total = self._loss(self._found(rows), rows, owner)
        self._optimizer.zero_grad()
        total.backward()  # type: ignore[no-untyped-call] # untyped in torch
        nn.utils.clip_grad_norm_(self.network.parameters(), _LONGEST_STEP)
        self._optimizer.step()
        self._schedule.step()
        self.step += 1
        self._average()
        return float(total.detach())

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
                parts.append(self.network(states, present).float())
            places += some
        return torch.cat(parts)[torch.tensor(places).argsort()]

    def _below(self, part: str) -> Tensor:
        """What the layers that stay make of a passage, kept for the next epoch."""
        if part not in self._kept:
            ids = torch.tensor([self._cutter.encode(part or ".").ids])
            with torch.no_grad():
                found = self.network.eval().below(ids, torch.ones(ids.shape))
            self.network.train()
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

    def mean(self) -> EmpathyNetwork:
        """The network with the mean weights; the run is over with it."""
        with torch.no_grad():
            for one, mean in zip(self._changing(), self._means, strict=True):
                one.copy_(mean)
        return self.network.eval()

    def keep(self, file: Path) -> None:
        """Write all that going on needs, whole or not at all."""
        state = {
            "plan": [self.lesson.epochs, self.lesson.seed, len(self.lesson.rows)],
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
        """Go on where `keep` left off."""
        state: dict[str, Any] = torch.load(file, weights_only=True)
        if state["plan"] != [self.lesson.epochs, self.lesson.seed, len(self.lesson.rows)]:
            raise WorkInvalid(
                f"{file} is of {state['plan'][0]} epochs, seed {state['plan'][1]},"
                f" {state['plan'][2]} answers; give another --work, or the same options"
            )
        self.step = int(state["step"])
        self.network.load_state_dict(state["network"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.last_epoch = self.step
        self._means = state["means"]
        torch.set_rng_state(state["drawn"])

    def _rate(self, step: int) -> float:
        done = step / self.lesson.steps
        return min(1.0, done / WARMING) * max(LEAST_RATE, 0.5 * (1 + math.cos(math.pi * done)))

    def _average(self) -> None:
        kept = min(SLOWEST, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            torch._foreach_mul_(self._means, kept)
            torch._foreach_add_(self._means, self._changing(), alpha=1 - kept)

    def _changing(self) -> list[Tensor]:
        return [one.detach() for one in self.network.parameters() if one.requires_grad]


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


def _groups(network: EmpathyNetwork) -> list[dict[str, object]]:
    layers = network.model.encoder.layer
    inner = {id(one) for one in network.model.parameters()}
    fresh = [one for one in network.parameters() if id(one) not in inner]
    groups: list[dict[str, object]] = [{"params": fresh, "lr": RATE_OF_OUTPUTS}]
    for depth, layer in enumerate(layers):
        if depth < empathy_network.KEPT:
            continue
        rate = RATE * SHARE_BELOW ** (len(layers) - 1 - depth)
        for matrices in (True, False):
            own = [one for one in layer.parameters() if (one.ndim > 1) == matrices]
            groups.append({"params": own, "lr": rate, "weight_decay": DECAY if matrices else 0.0})
    return groups
