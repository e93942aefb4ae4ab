"""Which policy is meant: a name becomes its files and their digest, or a clear error."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Self

from ontology.identity import ThingId, kind_of
from rules.policy import digest
from service.bundle import packaged
from service.policies import PROPOSAL, Compiled, PolicyUnknown, compiled_of
from service.policy_drafts import DRAFT, overlaid
from service.world import World

ACTIVE: Final = "active"
SHIPPED: Final = "shipped"
FORMS: Final = f"{ACTIVE}, {SHIPPED}, a digest of 64 hex digits, {PROPOSAL}/…, {DRAFT}/…"
SHORTEST: Final = 12
"""Digits of a digest that are enough where only one policy's digest begins with them."""

_DIGEST: Final = re.compile(rf"[0-9a-f]{{{SHORTEST},64}}", re.ASCII)
_SHOWN: Final = 80


class SourceUnknown(LookupError):
    """No policy is meant by that name; the message says which forms there are."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A policy by the name that was asked for: its digest and its files."""

    name: str
    digest: str
    files: Mapping[str, str]

    @classmethod
    def of(cls, name: str, files: Mapping[str, str]) -> Self:
        """A source of texts whose digest is not known yet."""
        found = {file: text.encode() for file, text in files.items()}
        return cls(name=name, digest=digest(found), files=files)

    @cached_property
    def content(self) -> Mapping[str, bytes]:
        """The files as bytes, as `build` and `run_bundle` take them."""
        return {name: text.encode() for name, text in self.files.items()}


def source(world: World, name: str) -> Source:
    """The policy that is meant by a name, as far as the world is folded.

    Raises:
        SourceUnknown: nothing is meant by that name, or by the first digits of several digests.
        PolicyUnknown: `active` is asked for, and none is.
    """
    reader = _READERS.get(kind_of(ThingId(name)) + "/" * ("/" in name))
    if reader is not None:
        return reader(world, name)
    if _DIGEST.fullmatch(name):
        return _of_digest(world, name)
    raise SourceUnknown(f"no policy is named {name[:_SHOWN]!r}; write one of {FORMS}")


def of_folder(folder: Path) -> Source:
    """The policy that lies in the folder of a working copy.

    Raises:
        WorkingCopyInvalid: no files of a policy lie there, or one is no UTF-8.
    """
    from service.working_copy import texts_of  # noqa: PLC0415 - httpx comes with it

    return Source.of(str(folder), texts_of(folder))


def anywhere(world: World, name: str) -> Source:
    """A policy for the command line: by its name, or by the folder of a working copy.

    Raises:
        SourceUnknown: it is neither.
        PolicyUnknown: as `source` says.
        WorkingCopyInvalid: it is a folder in which no policy lies.
    """
    try:
        return source(world, name)
    except SourceUnknown as error:
        if Path(name).is_dir():
            return of_folder(Path(name))
        raise SourceUnknown(f"{error}, or a folder") from error


def compiled(world: World, found: Source) -> Compiled:
    """A source as decisions use it; what was proposed here is compiled once and kept.

    Raises:
        Invalid: its books are broken.
        FileInvalid: its law, lexicons or coefficients are.
    """
    try:
        return world.policies.get(found.digest)
    except PolicyUnknown:
        return compiled_of(found.files)


def _active(world: World, name: str) -> Source:
    now = world.policies.active
    if now is None:
        raise PolicyUnknown("no policy is active; `attune init` activates the packaged one")
    return Source(name=name, digest=now, files=world.policies.files(now))


def _shipped(_: World, name: str) -> Source:
    return Source.of(name, {file: content.decode() for file, content in packaged().items()})


def _of_proposal(world: World, name: str) -> Source:
    proposal = world.policies.proposals.get(ThingId(name))
    if proposal is None:
        raise SourceUnknown(f"there is no {name[:_SHOWN]!r}; GET /v1/policies lists the proposals")
    files = world.policies.files(proposal.digest)
    return Source(name=name, digest=proposal.digest, files=files)


def _of_draft(world: World, name: str) -> Source:
    draft = world.policy_drafts.all.get(ThingId(name))
    if draft is None:
        raise SourceUnknown(f"there is no {name[:_SHOWN]!r}; GET /v1/policy-drafts lists them")
    return Source.of(name, overlaid(world.policies.files(draft.base), draft.overlay))


def _of_digest(world: World, name: str) -> Source:
    found = world.policies.named(name)
    if len(found) > 1:
        raise SourceUnknown(f"{len(found)} policies begin with {name!r}; write more of its digits")
    if not found:
        raise SourceUnknown(
            f"no policy {name!r} was proposed here; GET /v1/policies lists what was, and what"
            f" is active: {world.policies.active}"
        )
    return Source(name=name, digest=found[0], files=world.policies.files(found[0]))


_READERS: Final[Mapping[str, Callable[[World, str], Source]]] = {
    ACTIVE: _active,
    SHIPPED: _shipped,
    f"{PROPOSAL}/": _of_proposal,
    f"{DRAFT}/": _of_draft,
}
