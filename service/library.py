"""The wordings of a policy: its templates and its voice, read once a policy."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from knowledge.language import voice_files
from knowledge.language.voice_files import Voice
from rules.template import Template
from rules.template_reader import read_all
from service.bundle import packaged, part_of
from service.world import World

_KNOWN: Final[dict[str, "Library"]] = {}
"""The wordings of the policy that was asked for last, by its digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Templates by id in their order, and how we speak."""

    templates: Mapping[str, Template]
    voice: Voice


def current(world: World) -> Library:
    """The wordings of the active policy; what it lacks is what attune ships.

    Raises:
        PolicyUnknown: no policy is active.
    """
    policy = world.policies.current().policy
    known = _KNOWN.get(policy.digest)
    if known is None:
        known = library_of(policy.files)
        _KNOWN.clear()
        _KNOWN[policy.digest] = known
    return known


def library_of(files: Mapping[str, bytes]) -> Library:
    """The wordings of a bundle.

    Raises:
        TemplatesInvalid: the templates.
        FileInvalid: the voice.
    """
    templates = {name: text.decode() for name, text in wordings(files).items()}
    voice = files.get(voice_files.FILE) or packaged()[voice_files.FILE]
    return _library(tuple(sorted(templates.items())), voice.decode())


def wordings(files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """The files of templates of a bundle; those that attune ships where it has none."""
    return dict(_templates(files)) or _shipped()


@lru_cache(maxsize=4)
def _library(templates: tuple[tuple[str, str], ...], voice: str) -> Library:
    found = read_all(dict(templates))
    return Library(templates={one.id: one for one in found}, voice=voice_files.read(voice))


@cache
def _shipped() -> Mapping[str, bytes]:
    return dict(_templates(packaged()))


def _templates(files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    for name, content in files.items():
        part = part_of(name)
        if part is not None and part.name == "templates":
            yield name, content
