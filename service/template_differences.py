"""Templates of two bundles compared: which came and went, and what of each is otherwise."""

from collections.abc import Iterator, Mapping
from difflib import unified_diff

from rules.comparison_report import PartChange
from rules.template import Template
from rules.template_reader import read_all
from rules.version_note import Level, highest
from service.library import wordings

_TEXTS = ("title", "use", "owner", "collection")
_CHOICES = ("locale", "fits", "when", "purpose", "needs", "aims", "effective")


def template_differences(
    old: Mapping[str, bytes], new: Mapping[str, bytes]
) -> Iterator[PartChange]:
    """What became of each template that changed.

    Raises:
        TemplatesInvalid: templates of a bundle can't be read.
    """
    before, after = templates_of(old), templates_of(new)
    for name in sorted({*before, *after}):
        one, other = before.get(name), after.get(name)
        if one is None or other is None:
            yield _alone(one, other)
        elif found := [*template_difference(one, other)]:
            yield PartChange(
                part="templates",
                file=other.file,
                name=name,
                level=highest(level for level, _, _ in found),
                words="; ".join(dict.fromkeys(words for _, words, _ in found)),
                places=tuple(f"{other.file}:{place}" for _, _, place in found if place),
            )


def templates_of(files: Mapping[str, bytes]) -> dict[str, Template]:
    """The templates of a bundle by id; those that attune ships where it has none.

    Raises:
        TemplatesInvalid: one of them can't be read.
    """
    texts = {name: content.decode() for name, content in wordings(files).items()}
    return {one.id: one for one in read_all(texts)}


def _alone(old: Template | None, new: Template | None) -> PartChange:
    one = new or old
    if one is None:
        raise ValueError("a template is in one of the bundles")
    came = new is not None
    return PartChange(
        part="templates",
        file=one.file,
        name=one.id,
        level="minor" if came else "major",
        words="a new template" if came else "goes; nothing can be written from it any longer",
        places=(f"{one.file}:{one.line}: {one.title}",),
    )


def template_difference(old: Template, new: Template) -> Iterator[tuple[Level, str, str]]:
    """What of a template is otherwise: the level, words, and the place as `line: what`."""
    for part in _TEXTS:
        if getattr(old, part) != getattr(new, part):
            yield "patch", f"another {part}", f"{new.line}: {part}: {getattr(new, part)}"
    for part in _CHOICES:
        if getattr(old, part) != getattr(new, part):
            yield "minor", f"another {part}: it is picked otherwise", f"{new.line}: {part}"
    yield from _slots(old, new)
    yield from _variants(old, new)


def _slots(old: Template, new: Template) -> Iterator[tuple[Level, str, str]]:
    for name in sorted({*old.slots, *new.slots}):
        one, other = old.slots.get(name), new.slots.get(name)
        if one is None and other is not None:
            yield "minor", f"slot {name} comes", f"{other.line}: slot {name}: {other.holds}"
        elif other is None:
            yield "minor", f"slot {name} goes", ""
        elif one is not None and _plain(one) != _plain(other):
            yield "minor", f"slot {name} is filled otherwise", f"{other.line}: slot {name}"


def _plain(slot: object) -> tuple[object, ...]:
    names = ("holds", "paths", "purpose", "fallback", "why", "example")
    return tuple(getattr(slot, name) for name in names)


def _variants(old: Template, new: Template) -> Iterator[tuple[Level, str, str]]:
    for channel in sorted({*old.variants, *new.variants}):
        one, other = old.variants.get(channel), new.variants.get(channel)
        if one is None and other is not None:
            yield "minor", f"words for {channel} come", f"{other.line}: {channel}"
        elif other is None:
            yield "major", f"words for {channel} go", ""
        elif one is not None and one.text != other.text:
            for line in _lines(one.text, other.text):
                yield "minor", f"other words for {channel}", f"{other.line}: {channel}: {line}"
        elif one is not None and (one.title, one.limits) != (other.title, other.limits):
            yield "minor", f"another title or limit for {channel}", f"{other.line}: {channel}"


def _lines(old: str, new: str) -> Iterator[str]:
    """The lines that went and came, as `- …` and `+ …`."""
    found = unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0)
    for line in found:
        if not line.startswith(("---", "+++", "@@")):
            yield f"{line[:1]} {line[1:]}"
