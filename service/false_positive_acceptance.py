"""Cures that a person accepts become a working copy; the cases that object are named."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ontology.facts import catalogue
from rules.casetables import run_bundle
from service.false_positive_cures import Cure
from service.local_copy import write_copy
from service.world import World


class AcceptanceInvalid(ValueError):
    """These cures cannot be accepted together; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """On which policy the copy is based, and which cases it would break: a person changes them."""

    base: str
    objections: tuple[str, ...]


def accepted(
    world: World, found: Sequence[Cure], numbers: Sequence[int], folder: Path
) -> Accepted:
    """Write the active policy with the cures of these numbers, counted from one.

    Raises:
        AcceptanceInvalid: a number is of none, or two of them change one file.
        FileExistsError: the folder is not empty.
    """
    if any(not 1 <= number <= len(found) for number in numbers):
        raise AcceptanceInvalid(f"there are {len(found)} cures, numbered from 1")
    chosen = [found[number - 1] for number in sorted(set(numbers))]
    changes = {one.file: one.text for one in chosen}
    if len(changes) < len(chosen):
        raise AcceptanceInvalid("two of them change one file; accept one, push it, then the other")
    base = write_copy(world, folder, changes)
    files = {**world.policies.files(base), **changes}
    report = run_bundle({name: text.encode() for name, text in files.items()}, catalogue())
    return Accepted(
        base=base,
        objections=tuple(
            f"{one.file}:{one.line}: {one.note}" for one in report.results if not one.passed
        ),
    )
