"""Linear heads are fitted: penalised likelihood by L-BFGS, then calibrated on rows held out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize  # type: ignore[import-untyped] # ships no types
from scipy.sparse import csr_matrix  # type: ignore[import-untyped] # ships no types

from knowledge.language.heads import Block, Blocks, Floats, Head, sigmoid, softmax

STRENGTHS: Final[Mapping[str, float]] = {
    "depths": 3.0,
    "outputs": 3.0,
    "typed": 3.0,
    "surface": 2.0,
    "lexicon": 1.0,
}
"""Length that a block's typical row is brought to: what a block may say before it is penalised."""
MOST_STEPS: Final = 200
_SPREAD: Final = 0.1
_TINY: Final = 1e-6

Labels = npt.NDArray[np.int64]
Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Rows with labels 0..classes-1; two classes make one output, more make one each."""

    blocks: Blocks
    labels: Labels
    classes: int

    def only(self, *names: str) -> "Problem":
        """The same problem with some blocks."""
        blocks = {name: self.blocks[name] for name in names}
        return Problem(blocks=blocks, labels=self.labels, classes=self.classes)

    def rows(self, chosen: npt.NDArray[np.int64]) -> "Problem":
        """The same problem on some rows."""
        blocks = {name: block[chosen] for name, block in self.blocks.items()}
        return Problem(blocks=blocks, labels=self.labels[chosen], classes=self.classes)


def fit(problem: Problem, *, penalty: float) -> Head:
    """The head that maximises the likelihood less `penalty`/2 times the squared weights.

    Dense blocks are brought to mean 0 and equal spread, and this is folded into the weights.
    """
    names = sorted(problem.blocks)
    used = {name: _used(problem.blocks[name]) for name in names}
    narrow = {name: problem.blocks[name][:, used[name]] for name in names}
    scales = {name: _scale(name, narrow[name]) for name in names}
    scaled = [_scaled(narrow[name], scales[name]) for name in names]
    outputs = 1 if problem.classes == 2 else problem.classes  # noqa: PLR2004 - a yes or no
    sizes = [block.shape[1] * outputs for block in scaled]
    start = np.zeros(sum(sizes) + outputs)
    found = minimize(
        _loss,
        start,
        args=(scaled, problem.labels, outputs, penalty),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": MOST_STEPS, "maxcor": 12},
    )
    *flat, bias = np.split(found.x, np.cumsum(sizes))
    weights, offset = {}, bias.copy()
    for name, part in zip(names, flat, strict=True):
        mean, factor = scales[name]
        own = part.reshape(-1, outputs) * factor[:, None]
        offset -= mean @ own
        weights[name] = np.zeros((problem.blocks[name].shape[1], outputs), dtype=np.float32)
        weights[name][used[name]] = own
    return Head(weights=weights, bias=offset.astype(np.float32))


def stacked(parts: Sequence[Head], held_out: Problem) -> Head:
    """One head from several of the same outputs, each stretched to fit rows that none has seen.

    With one part this is calibration: its outputs are stretched and shifted.
    """
    logits = [part.logits(held_out.blocks).astype(np.float64) for part in parts]
    outputs = logits[0].shape[1]

    def loss(given: Doubles) -> tuple[float, Doubles]:
        total = given[len(parts) :] + sum(
            stretch * one for stretch, one in zip(given, logits, strict=False)
        )
        value, slope = _likelihood(total, held_out.labels)
        return value, np.concatenate([[(slope * one).sum() for one in logits], slope.sum(axis=0)])

    start = np.concatenate([np.full(len(parts), 1.0 / len(parts)), np.zeros(outputs)])
    found = minimize(loss, start, jac=True, method="L-BFGS-B").x.astype(np.float32)
    return _added(parts, found[: len(parts)], found[len(parts) :])


def _added(parts: Sequence[Head], stretches: Floats, shift: Floats) -> Head:
    weights: dict[str, Floats] = {}
    bias = shift
    for part, stretch in zip(parts, stretches, strict=True):
        bias = bias + stretch * part.bias
        for name, own in part.weights.items():
            weights[name] = weights.get(name, np.float32(0)) + stretch * own
    return Head(weights=weights, bias=bias)


def probabilities(head: Head, blocks: Blocks) -> Floats:
    """(n,) of yes for one output, (n, classes) for more."""
    logits = head.logits(blocks)
    return sigmoid(logits[:, 0]) if logits.shape[1] == 1 else softmax(logits)


def _loss(
    flat: Doubles, blocks: Sequence[Block], labels: Labels, outputs: int, penalty: float
) -> tuple[float, Doubles]:
    sizes = [block.shape[1] * outputs for block in blocks]
    *parts, bias = np.split(flat, np.cumsum(sizes))
    logits = np.zeros((len(labels), outputs)) + bias
    for block, part in zip(blocks, parts, strict=True):
        logits += block @ part.reshape(-1, outputs).astype(np.float32)
    value, slope = _likelihood(logits, labels)
    thin = slope.astype(np.float32)
    slopes = [(block.T @ thin).ravel().astype(np.float64) for block in blocks]
    weights = flat[: sum(sizes)]
    value += 0.5 * penalty * float(weights @ weights)
    slopes = [own + penalty * part for own, part in zip(slopes, parts, strict=True)]
    return value, np.concatenate([*slopes, slope.sum(axis=0)])


def _likelihood(logits: Doubles, labels: Labels) -> tuple[float, Doubles]:
    rows = len(labels)
    if logits.shape[1] == 1:
        raised = logits[:, 0]
        value = float(np.mean(np.logaddexp(0.0, raised) - labels * raised))
        return value, ((0.5 * (1.0 + np.tanh(0.5 * raised)) - labels) / rows)[:, None]
    shifted = logits - logits.max(axis=1, keepdims=True)
    normal = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    slope = np.exp(shifted - normal)
    value = float(-np.mean((shifted - normal)[np.arange(rows), labels]))
    slope[np.arange(rows), labels] -= 1.0
    return value, slope / rows


def _used(block: Block) -> npt.NDArray[np.int64]:
    # A column that is empty in every row would keep the weight 0: leaving it out changes nothing.
    if isinstance(block, csr_matrix):
        return np.flatnonzero(np.diff(block.tocsc().indptr)).astype(np.int64)
    return np.arange(block.shape[1], dtype=np.int64)


def _scale(name: str, block: Block) -> tuple[Doubles, Doubles]:
    width = block.shape[1]
    if isinstance(block, csr_matrix):
        return np.zeros(width), np.full(width, STRENGTHS[name])
    dense = np.asarray(block, dtype=np.float64)
    spread = dense.std(axis=0)
    # A column that hardly moves would get weights so large that rounding loses all the others.
    floor = max(_SPREAD * float(np.median(spread)), _TINY)
    return dense.mean(axis=0), STRENGTHS[name] / (np.maximum(spread, floor) * np.sqrt(width))


def _scaled(block: Block, scale: tuple[Doubles, Doubles]) -> Block:
    mean, factor = scale
    if isinstance(block, csr_matrix):
        return cast("Block", (block * factor[0]).astype(np.float32).tocsr())
    return ((block - mean) * factor).astype(np.float32)
