"""Fitted heads: weights by block of features, read from one checked file, applied with numpy."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO
from typing import Final, TypeAlias, cast
from zipfile import BadZipFile, ZipFile

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix  # type: ignore[import-untyped] # ships no types

from knowledge.language import encoder
from knowledge.language.columns import OUTPUTS
from knowledge.language.embedding import WIDTH
from knowledge.language.features import COLUMNS, TYPED

FILE: Final = "coefficients.npz"
FORMAT: Final = 2
REFIT: Final = "attune language train --data DIR"
SHIPPED: Final = "or put attune's own knowledge/language/coefficients.yaml into the policy"
DECIMALS: Final = 3
"""Decimals of every score. A score may differ by one in the last where batches differ."""
WIDTHS: Final[Mapping[str, int]] = {
    "depths": WIDTH,
    "outputs": OUTPUTS,
    "typed": len(TYPED),
    "surface": COLUMNS,
}
"""Columns of each block of features."""
HEADS: Final[Mapping[str, int]] = {
    "sentiment": 3,
    "frustration": 1,
    "irony": 1,
}
"""Outputs of each head: 1 is the log-odds of yes, 3 the log-weights of three classes."""

_TINY: Final = 1e-12
_MOST_UNPACKED: Final = 64_000_000

Floats = npt.NDArray[np.float32]
Block: TypeAlias = Floats | csr_matrix
Blocks = Mapping[str, Block]


class CoefficientsInvalid(ValueError):
    """The coefficient file is missing, broken or not of this version; says how to refit it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """One linear head, calibration folded in: `weights` by block, (width, outputs) each."""

    weights: Mapping[str, Floats]
    bias: Floats

    def logits(self, blocks: Blocks) -> Floats:
        """Log-odds or log-weights, (n, outputs); reads the blocks that it has weights for."""
        total = sum(blocks[name] @ weights for name, weights in self.weights.items())
        return cast("Floats", np.asarray(total + self.bias, dtype=np.float32))


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficients:
    """All heads by name, and `about`: the encoder, data, licences, figures of the fit."""

    heads: Mapping[str, Head]
    about: Mapping[str, object]


def load() -> Coefficients:
    """The coefficients of this package; `CoefficientsInvalid` where the file is broken."""
    return read(stored())


def stored() -> Traversable:
    """Where this package's coefficient file stands."""
    return files(__package__) / FILE


def read(file: Traversable) -> Coefficients:
    """Read and check one coefficient file."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise _invalid(file.name, f"cannot be read ({str(error)[:120]})") from None
    return unpacked(content, file.name)


def unpacked(content: bytes, name: str) -> Coefficients:
    """The coefficients of a file's bytes, checked; `name` is what errors call it."""
    try:
        with ZipFile(BytesIO(content)) as members:
            size = sum(member.file_size for member in members.infolist())
        if size > _MOST_UNPACKED:
            raise _invalid(name, f"unpacks to {size} bytes, more than {_MOST_UNPACKED}")
        with np.load(BytesIO(content), allow_pickle=False) as stored:
            arrays = {one: np.asarray(stored[one]) for one in stored.files}
    except CoefficientsInvalid:
        raise
    except (OSError, ValueError, EOFError, BadZipFile, KeyError) as error:
        raise _invalid(name, f"cannot be read ({str(error)[:120]})") from None
    return unpack(arrays, name)


def unpack(arrays: Mapping[str, npt.NDArray[np.generic]], name: str) -> Coefficients:
    """What `pack` made, checked; `name` is what errors call it."""
    about = _about(name, arrays)
    found = {head: _head(name, arrays, head, outputs) for head, outputs in HEADS.items()}
    return Coefficients(heads=found, about=about)


def sigmoid(logits: Floats) -> Floats:
    """Probabilities of log-odds, without overflow."""
    return cast("Floats", 0.5 * (1.0 + np.tanh(0.5 * logits)))


def softmax(logits: Floats) -> Floats:
    """Probabilities of log-weights, by row."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return cast("Floats", raised / raised.sum(axis=1, keepdims=True))


def pack(coefficients: Coefficients) -> dict[str, npt.NDArray[np.generic]]:
    """The arrays of a coefficient file: each column of weights as whole numbers and one scale.

    The file names the encoder of this package, to which the heads were fitted.
    """
    named = {"format": FORMAT, "encoder": encoder.digest()}
    about = json.dumps({**coefficients.about, **named}, sort_keys=True)
    packed: dict[str, npt.NDArray[np.generic]] = {"about": np.asarray(about)}
    for name, head in coefficients.heads.items():
        packed[f"{name}.bias"] = head.bias.astype(np.float32)
        for block, weights in head.weights.items():
            kind = np.int8 if block == "surface" else np.int16
            scale = np.maximum(np.abs(weights).max(axis=0), _TINY) / np.iinfo(kind).max
            packed[f"{name}.{block}.scale"] = scale.astype(np.float32)
            packed[f"{name}.{block}"] = np.rint(weights / scale).astype(kind)
    return packed


def _about(file: str, arrays: Mapping[str, npt.NDArray[np.generic]]) -> dict[str, object]:
    try:
        about = json.loads(str(arrays["about"]))
        if about["format"] != FORMAT:
            told = f"has format {about['format']!r}, this version reads {FORMAT}"
            raise _invalid(file, told, f", {SHIPPED}")
        if about["encoder"] != encoder.digest():
            told = f"was fitted to the encoder {str(about['encoder'])[:12]}, not to"
            raise _invalid(file, f"{told} {encoder.digest()[:12]}", f", {SHIPPED}")
    except (KeyError, TypeError, json.JSONDecodeError):
        raise _invalid(file, "does not say what it is (`about`)") from None
    return dict(about)


def _head(
    file: str, arrays: Mapping[str, npt.NDArray[np.generic]], name: str, outputs: int
) -> Head:
    blocks = [block for block in WIDTHS if f"{name}.{block}" in arrays]
    bias = arrays.get(f"{name}.bias")
    if not blocks or bias is None or bias.shape != (outputs,):
        raise _invalid(file, f"has no complete head {name!r}")
    weights = {}
    for block in blocks:
        whole, scale = arrays[f"{name}.{block}"], arrays.get(f"{name}.{block}.scale")
        shape = (WIDTHS[block], outputs)
        if whole.shape != shape or scale is None or scale.shape != bias.shape:
            raise _invalid(file, f"{name}.{block} has shape {whole.shape}, not {shape}")
        weights[block] = whole.astype(np.float32) * scale.astype(np.float32)
    if not all(np.isfinite(one).all() for one in (bias.astype(np.float32), *weights.values())):
        raise _invalid(file, f"head {name!r} holds numbers that are not finite")
    return Head(weights=weights, bias=bias.astype(np.float32))


def _invalid(file: str, reason: str, more: str = "") -> CoefficientsInvalid:
    return CoefficientsInvalid(f"coefficient file {file} {reason}; refit it: {REFIT}{more}")
