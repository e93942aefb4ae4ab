"""Parts of two bundles compared that are no books: told by what each of them is."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ontology.marked_reader import root
from ontology.marked_yaml import Entry, Node, quoted
from rules.comparison_report import PartChange
from rules.version_note import Level
from service.bundle import part_of
from service.shape_differences import shape_differences
from service.template_differences import template_differences

MOST_PLACES: Final = 50
_NAMES: Final = ("id", "name", "term", "phrase", "region", "jurisdiction", "rule", "note")
_OTHER_FACTS: Final = ", so facts are others; which decisions differ only recorded history tells"
_MEANS: Final[Mapping[str, tuple[Level, str]]] = {
    "guidelines": ("minor", "texts are checked otherwise"),
    "glossaries": ("minor", "things are called otherwise"),
    "jurisdictions": ("major", f"the law of places is told otherwise{_OTHER_FACTS}"),
    "lexicons": ("major", f"texts are judged otherwise{_OTHER_FACTS}"),
    "coefficients": ("major", f"texts are judged otherwise{_OTHER_FACTS}"),
    "books": ("patch", "cases"),
    "simple shapes and cases": ("patch", "cases of shapes"),
}


def part_differences(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> tuple[PartChange, ...]:
    """What became of every part but the rules, the weightiest kinds first.

    Raises:
        ShapesInvalid: shapes of a bundle can't be used.
        FileInvalid: a file of a bundle can't be read.
        TemplatesInvalid: templates of a bundle can't be read.
    """
    return (
        *shape_differences(old, new),
        *template_differences(old, new),
        *_files(old, new),
    )


def _files(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterator[PartChange]:
    for file in sorted({*old, *new}):
        part = part_of(file)
        kind = part.name if part is not None else ""
        if old.get(file) == new.get(file) or kind not in _MEANS or not _told_here(file, kind):
            continue
        level, means = _MEANS[kind]
        places = [*_places(file, old.get(file, b""), new.get(file, b""))]
        what = "comes" if file not in old else "goes" if file not in new else "changes"
        if not places:
            level, means = "patch", "in comments or layout only"
        shown = places[:MOST_PLACES]
        more = len(places) - len(shown)
        yield PartChange(
            part=kind,
            file=file,
            name=file,
            level=level,
            words=f"{what}: {means}",
            places=(*shown, *([f"{file}: and {more} more"] if more else [])),
        )


def _told_here(file: str, kind: str) -> bool:
    """Rules are compared by what they mean, and simple shapes as shapes."""
    return kind not in {"books", "simple shapes and cases"} or file.endswith(".cases.yaml")


def _places(file: str, old: bytes, new: bytes) -> Iterator[str]:
    before, after = (_flat(content.decode(), file) for content in (old, new))
    for path in dict.fromkeys((*after, *before)):
        one, other = before.get(path), after.get(path)
        if one is not None and other is not None and one[1] == other[1]:
            continue
        line = other[0] if other is not None else one[0] if one is not None else 1
        was, now = (None if found is None else found[1] for found in (one, other))
        yield f"{file}:{line}: {path}: {_shown(was)} → {_shown(now)}"


def _shown(value: object) -> str:
    return "-" if value is None else quoted(value)


def _flat(text: str, file: str) -> dict[str, tuple[int, object]]:
    """Every value of a file by its path, with its line; a list of plain values by its members."""
    if not text.strip():
        return {}
    return dict(_walk(root(text, file), ""))


def _walk(node: Node, path: str) -> Iterator[tuple[str, tuple[int, object]]]:
    if not isinstance(node.value, tuple):
        yield path or "/", (node.line, node.value)
        return
    seen: dict[str, int] = {}
    for name, child in _children(node.value):
        seen[name] = seen.get(name, 0) + 1
        again = f"#{seen[name]}" * (seen[name] > 1)
        yield from _walk(child, f"{path}/{name}{again}")


def _children(members: Iterable[Node | Entry]) -> Iterator[tuple[str, Node]]:
    for number, one in enumerate(members):
        if isinstance(one, Entry):
            yield one.key, one.value
        else:
            yield _name(one, number), one


def _name(node: Node, number: int) -> str:
    """What a member of a list is told apart by: its id or name, else what it says."""
    if not isinstance(node.value, tuple):
        return str(node.value)
    found = {one.key: one.value.value for one in node.value if isinstance(one, Entry)}
    return next((str(found[n]) for n in _NAMES if isinstance(found.get(n), str)), str(number))
