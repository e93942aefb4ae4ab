"""Coefficient files, named by their digest: a policy says which, this room keeps them."""

import hashlib
import os
import re
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Final

from knowledge.language import heads
from knowledge.language.heads import Coefficients, CoefficientsInvalid
from ontology.marked_reader import Keys, MarkedReader, root
from ontology.marked_yaml import quoted

MANIFEST: Final = "coefficients.yaml"
HEADER: Final = """\
# The fitted heads that judge texts, named by the SHA-256 of their file; attune language train
# writes both. A policy names coefficients; the files are kept beside the ledger, in coefficients/.
"""
MOST_BYTES: Final = 6_000_000
"""The longest coefficient file; one of today's heads has 0.4 MB."""

_KEYS: Final = Keys(required=("sha256",))
_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


class CoefficientsMissing(LookupError):
    """Nobody put the coefficients of this digest here; says how to."""


def packaged() -> str:
    """The manifest that attune ships."""
    return (files(__package__) / MANIFEST).read_text(encoding="utf-8")


def shipped() -> bytes:
    """The coefficient file that attune ships."""
    return heads.stored().read_bytes()


def manifest(content: bytes) -> str:
    """The manifest that names a coefficient file."""
    return f"sha256: {digest(content)}\n"


def digest(content: bytes) -> str:
    """The SHA-256 of a coefficient file, in hex."""
    return hashlib.sha256(content).hexdigest()


def named(text: str, *, file: str = MANIFEST) -> str:
    """The digest that a manifest names; `FileInvalid` has every mistake and its place."""
    reader = MarkedReader()
    node = reader.keyed(root(text, file), _KEYS).get("sha256")
    if node is not None and not _DIGEST.fullmatch(str(node.value)):
        reader.say(node, f"{quoted(node.value)} is no SHA-256 in 64 small hex digits")
    reader.finish(file)
    return str(node.value) if node is not None else ""


class CoefficientStore:
    """A folder of coefficient files, each named by its digest, and the one that attune ships."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; it appears with the first file."""
        self._folder: Final = folder

    def has(self, name: str) -> bool:
        """Whether the coefficients of a digest are here."""
        return self._path(name).is_file() or named(packaged()) == name

    def content(self, name: str) -> bytes:
        """The file of a digest, whole and unaltered.

        Raises:
            CoefficientsMissing: nobody put it here.
            CoefficientsInvalid: it was altered.
        """
        path = self._path(name)
        if path.is_file():
            content = path.read_bytes()
        elif named(packaged()) == name:
            content = shipped()
        else:
            raise CoefficientsMissing(
                f"no coefficients {name[:64]!r} are here; put them with"
                f" PUT /v1/coefficients/{name[:64]}, as `attune policy push` does"
            )
        if digest(content) != name:
            raise CoefficientsInvalid(f"coefficient file {name} was altered: {digest(content)}")
        return content

    def load(self, name: str) -> Coefficients:
        """The coefficients of a digest; raises as `content` does.

        What attune ships is kept on first use: a later version ships others, while the policy
        in force still names these.
        """
        return heads.unpacked(self.keep(name), f"{name[:12]}.npz")

    def keep(self, name: str) -> bytes:
        """The file of a digest, kept here from now on; raises as `content` does."""
        content = self.content(name)
        if not self._path(name).is_file():
            self._keep(name, content)
        return content

    def put(self, content: bytes) -> str:
        """Keep a coefficient file; returns its digest.

        Raises:
            CoefficientsInvalid: it is too long, or no coefficient file of this version.
        """
        if len(content) > MOST_BYTES:
            raise CoefficientsInvalid(f"{len(content)} bytes are more than {MOST_BYTES}")
        name = digest(content)
        heads.unpacked(content, f"{name[:12]}.npz")
        self._keep(name, content)
        return name

    def _path(self, name: str) -> Path:
        if not _DIGEST.fullmatch(name):
            raise CoefficientsMissing(f"{name[:64]!r} is no SHA-256 in 64 small hex digits")
        return self._folder / f"{name}.npz"

    def _keep(self, name: str, content: bytes) -> None:
        """Write whole or not at all; two workers may do so at once."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(self._path(name))
