"""The tuned encoder: texts become depths and outputs on one thread, without torch or network."""

import functools
import hashlib
import json
import mmap
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Final, cast

import numpy as np
import numpy.typing as npt

from knowledge.language.columns import READ
from knowledge.language.embedding import Vectors, readable
from knowledge.language.packaged import PACKAGE, PIECES, EncoderInvalid, folder, tokenizer

if TYPE_CHECKING:
    from onnxruntime import InferenceSession  # type: ignore[import-untyped] # ships no types
    from tokenizers import Tokenizer

FILE: Final = "encoder.onnx"
CURE: Final = "attune language export --work DIR"
PIECES_A_BATCH: Final = 1_024
"""Word pieces that run at once, padding counted: more is no faster, and takes more memory."""

_EMBEDDINGS: Final = (
    *("word_embeddings.weight", "position_embeddings.weight", "token_type_embeddings.weight"),
    *("LayerNorm.weight", "LayerNorm.bias"),
)
_EPSILON: Final = np.float32(1e-12)
_LENGTH_BYTES: Final = 8

Ids = npt.NDArray[np.int64]


class Embedding:
    """The packaged MiniLM's embedding layer, which tuning keeps as it is, mapped from its file."""

    def __init__(self, tensors: Mapping[str, Vectors]) -> None:
        """Take the layer's tensors by name; `mapped` is the door."""
        self._words = tensors["word_embeddings.weight"]
        places = tensors["position_embeddings.weight"][:PIECES]
        self._places = places + tensors["token_type_embeddings.weight"][0]
        self._scale, self._shift = tensors["LayerNorm.weight"], tensors["LayerNorm.bias"]

    @property
    def words(self) -> Vectors:
        """The vector of each word piece by itself."""
        return self._words

    def of(self, ids: Ids) -> Vectors:
        """Word pieces (n, t) as the first layer reads them, (n, t, 384)."""
        found = self._words[ids] + self._places[: ids.shape[1]]
        found -= found.mean(axis=-1, keepdims=True)
        found /= np.sqrt(np.square(found).mean(axis=-1, keepdims=True) + _EPSILON)
        return cast("Vectors", found * self._scale + self._shift)


class Encoder:
    """MiniLM's six layers, tuned, weights in eight bits; safe to share by threads."""

    def __init__(
        self, session: "InferenceSession", tokenizer: "Tokenizer", embedding: Embedding, width: int
    ) -> None:
        """Put the parts together; `load` is the door. `width` is how many columns it gives."""
        self._width = width
        self._session = session
        self._tokenizer = tokenizer
        self._embedding = embedding

    def read(self, texts: Sequence[str]) -> Vectors:
        """All that it gives of each text side by side, (n, width), in the order of the texts.

        A text's row does not depend on the texts beside it by more than 1e-4: what is rounded to
        eight bits is rounded row by row.
        """
        pieces = [self._tokenizer.encode(readable(text)).ids for text in texts]
        found = np.zeros((len(texts), self._width), dtype=np.float32)
        for rows in batches([len(one) for one in pieces]):
            found[rows] = self._run([pieces[row] for row in rows])
        return found

    def _run(self, pieces: list[list[int]]) -> Vectors:
        longest = max(map(len, pieces))
        ids = np.zeros((len(pieces), longest), dtype=np.int64)
        present = np.zeros((len(pieces), longest), dtype=np.float32)
        for row, own in enumerate(pieces):
            ids[row, : len(own)], present[row, : len(own)] = own, 1.0
        given = {"embedded": self._embedding.of(ids), "present": present}
        return cast("Vectors", np.concatenate(self._session.run(None, given), axis=1))


def load() -> Encoder:
    """The encoder of this process; half a second, 60 MB. `EncoderInvalid` says what is broken."""
    return _load()


def stored() -> Traversable:
    """Where this package's encoder stands."""
    return files(__package__) / FILE


@functools.cache
def digest() -> str:
    """The SHA-256 of this package's encoder, in hex: the heads that were fitted to it name it."""
    return hashlib.sha256(content(stored())).hexdigest()


def opened(content: bytes, *, file: str = FILE, cure: str = CURE, width: int = READ) -> Encoder:
    """An encoder of a file's bytes, on one thread; `file` and `cure` are named in errors."""
    from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415 - who judges pays

    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001 - onnxruntime has no narrower class in common
        raise EncoderInvalid(f"{file} cannot be read ({str(error)[:120]}); {cure}") from None
    return Encoder(session, tokenizer(), mapped(), width)


def mapped() -> Embedding:
    """The embedding layer of the packaged weights; only the pages that are read take memory."""
    file = folder() / "model.safetensors"
    try:
        with file.open("rb") as stream:
            view = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
        start = _LENGTH_BYTES + int.from_bytes(view[:_LENGTH_BYTES], "little")
        header = json.loads(bytes(view[_LENGTH_BYTES:start]))
        return Embedding({name: _tensor(view, start, header, name) for name in _EMBEDDINGS})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EncoderInvalid(
            f"{file.name} of {PACKAGE} cannot be read ({str(error)[:120]});"
            f" install the pinned version: pip install -c constraints.txt {PACKAGE}"
        ) from None


@functools.cache
def _load() -> Encoder:
    return opened(content(stored()))


def content(file: Traversable, cure: str = CURE) -> bytes:
    """The bytes of an encoder's file; `EncoderInvalid` with the cure where it can't be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise EncoderInvalid(f"{file.name} cannot be read ({str(error)[:120]}); {cure}") from None


def _tensor(view: memoryview, start: int, header: Mapping[str, object], name: str) -> Vectors:
    about = cast("Mapping[str, object]", header[f"embeddings.{name}"])
    if about["dtype"] != "F32":
        raise ValueError(f"{name} has {about['dtype']}, not F32")
    first, last = cast("Sequence[int]", about["data_offsets"])
    flat = np.frombuffer(view[start + first : start + last], dtype="<f4")
    return flat.reshape(cast("Sequence[int]", about["shape"]))


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows of like length, together at most PIECES_A_BATCH pieces with padding."""
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[row] > PIECES_A_BATCH:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch
