"""A tuned network becomes the encoder's file: ONNX, weights in eight bits, by groups of 64."""

import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from torch import nn

from knowledge.language import corpora
from knowledge.language.columns import READ
from knowledge.language.embedding import DIMENSIONS, WIDTH, Vectors
from knowledge.language.encoder import opened
from knowledge.language.tuning_network import Exported, Network
from knowledge.language.wording import wording

SAMPLES: Final = 2_000
GROUP: Final = 64
"""Weights that share one scale."""
BITS: Final = 8
IN_WHOLE_NUMBERS: Final = 4
"""onnxruntime's level at which what is multiplied is rounded to eight bits, too, row by row."""

_OPSET: Final = 17
_MIDDLE: Final = 128
_MOST: Final = 127
_TINY: Final = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Cosines of depths, and log-odds between outputs, of the rounded and the whole encoder."""

    texts: int
    mean: float
    least: float
    apart: float


def export(network: Network) -> bytes:
    """The network in single precision as an ONNX file, from after its embedding layer on."""
    return traced(Exported(network), ("depths", "outputs"))


def traced(module: nn.Module, gives: Sequence[str]) -> bytes:
    """What reads embedded pieces (n, t, 384), as an ONNX file in single precision."""
    axes = {0: "texts", 1: "pieces"}
    example = (torch.randn(2, 5, DIMENSIONS), torch.ones(2, 5))
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        file = Path(folder) / "whole.onnx"
        # The newer exporter needs a package more, and writes another graph for each torch.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(),
            example,
            file,
            dynamo=False,
            opset_version=_OPSET,
            input_names=["embedded", "present"],
            output_names=[*gives],
            dynamic_axes={
                "embedded": axes,
                "present": axes,
                **{name: {0: "texts"} for name in gives},
            },
        )
        return file.read_bytes()


def in_eight_bits(content: bytes) -> bytes:
    """The same graph with the layers' products in whole numbers; the last layer stays whole."""
    model = onnx.load_from_string(content)
    tensors = {one.name: one for one in model.graph.initializer}
    nodes, rounded = [], set()
    for node in model.graph.node:
        if node.op_type == "MatMul" and node.input[1] in tensors:
            weights = numpy_helper.to_array(tensors[node.input[1]])
            rounded.add(node.input[1])
            nodes.append(_product(model.graph, node, weights))
        else:
            nodes.append(node)
    kept = [one for one in model.graph.initializer if one.name not in rounded]
    del model.graph.node[:], model.graph.initializer[:]
    model.graph.node.extend(nodes)
    model.graph.initializer.extend(kept)
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    written: bytes = model.SerializeToString()
    return written


def write(network: Network, file: Path, texts: Sequence[str]) -> Likeness:
    """Put the encoder's file in the place of the old one; says how alike both read the texts."""
    whole = export(network)
    rounded = in_eight_bits(whole)
    found = likeness(whole, rounded, texts)
    partial = file.with_name(f"{file.name}.partial")
    partial.write_bytes(rounded)
    partial.replace(file)
    return found


def samples(data: Path) -> list[str]:
    """Texts that tuning never saw, of all corpora in turn: what both encoders are held against."""
    kept = [corpora.read(name, data).kept().texts for name in corpora.READERS]
    several = [text for row in zip_longest(*kept) for text in row if text is not None]
    return [wording(text).words for text in several[:SAMPLES]]


def likeness(whole: bytes, rounded: bytes, texts: Sequence[str]) -> Likeness:
    """How alike two encoders read the texts."""
    if not texts:
        return Likeness(texts=0, mean=0.0, least=0.0, apart=0.0)
    first, second = opened(whole).read(texts), opened(rounded).read(texts)
    cosines = _cosines(first[:, :WIDTH], second[:, :WIDTH])
    apart = np.abs(first[:, WIDTH:READ] - second[:, WIDTH:READ])
    return Likeness(
        texts=len(texts),
        mean=float(cosines.mean()),
        least=float(cosines.min()),
        apart=float(apart.mean()),
    )


def _product(graph: onnx.GraphProto, node: onnx.NodeProto, weights: Vectors) -> onnx.NodeProto:
    """Onnxruntime's own product of numbers and weights in groups, which share a scale each."""
    rows, columns = weights.shape
    groups = weights.T.reshape(columns, rows // GROUP, GROUP)
    scales = np.maximum(np.abs(groups).max(axis=-1), _TINY) / _MOST
    whole = np.rint(groups / scales[..., None]) + _MIDDLE
    names = [f"{node.name}.whole", f"{node.name}.scales"]
    graph.initializer.append(numpy_helper.from_array(whole.astype(np.uint8), names[0]))
    graph.initializer.append(numpy_helper.from_array(scales.astype(np.float32), names[1]))
    return helper.make_node(
        "MatMulNBits",
        [node.input[0], *names],
        list(node.output),
        name=node.name,
        domain="com.microsoft",
        K=rows,
        N=columns,
        bits=BITS,
        block_size=GROUP,
        accuracy_level=IN_WHOLE_NUMBERS,
    )


def _cosines(first: Vectors, second: Vectors) -> Vectors:
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    cosines: Vectors = (first * second).sum(axis=1) / lengths
    return cosines
