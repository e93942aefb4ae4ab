"""The wordings of a policy: templates, voice and glossaries, read once a policy."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from knowledge.language import glossary_files, voice_files
from knowledge.language.glossary_files import Glossary
from knowledge.language.voice_files import Voice
from rules.template import Template
from rules.template_reader import read_all
from service.bundle import packaged, part_of
from service.committing import Here

_Texts = tuple[tuple[str, str], ...]
_KNOWN: Final[dict[str, "Library"]] = {}
"""The wordings of the policy that was asked for last, by its digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Templates by id in their order, how we speak, and what things are called."""

    templates: Mapping[str, Template]
    voice: Voice
    glossaries: tuple[Glossary, ...]


def current(world: Here) -> Library:
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
        FileInvalid: the voice or a glossary.
    """
    voice = files.get(voice_files.FILE) or _shipped()[voice_files.FILE]
    return _library(_texts(wordings(files)), voice.decode(), _texts(_part("glossaries", files)))


def wordings(files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """The files of templates of a bundle; those that attune ships where it has none."""
    return _part("templates", files)


@lru_cache(maxsize=4)
def _library(templates: _Texts, voice: str, glossaries: _Texts) -> Library:
    found = read_all(dict(templates))
    return Library(
        templates={one.id: one for one in found},
        voice=voice_files.read(voice),
        glossaries=tuple(glossary_files.read(text, file=name) for name, text in glossaries),
    )


def _texts(files: Mapping[str, bytes]) -> _Texts:
    return tuple(sorted((name, text.decode()) for name, text in files.items()))


def _part(name: str, files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """The files of a part; those that attune ships where the bundle has none."""
    return dict(_of(name, files)) or dict(_of(name, _shipped()))


@cache
def _shipped() -> Mapping[str, bytes]:
    return packaged()


def _of(part: str, files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    for name, content in files.items():
        found = part_of(name)
        if found is not None and found.name == part:
            yield name, content
