"""A working copy of the active policy, written without asking the service."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from service.working_copy import MARK
from service.world import World

HEADS: Final = "knowledge/language/coefficients.npz"


def write_copy(world: World, folder: Path, changes: Mapping[str, str]) -> str:
    """Write the active policy with changed files; returns the digest that it is based on.

    The folder is as `attune policy pull` leaves it, so that `attune policy push` proposes it.

    Raises:
        FileExistsError: the folder is there and is not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty; name a new folder")
    active = world.policies.current()
    name = active.policy.digest
    heads = world.perception.coefficients.content(active.reading.coefficients)
    for file, text in {**world.policies.files(name), **changes}.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / HEADS).parent.mkdir(parents=True, exist_ok=True)
    (folder / HEADS).write_bytes(heads)
    (folder / MARK).write_text(json.dumps({"base": name}) + "\n")
    return name
