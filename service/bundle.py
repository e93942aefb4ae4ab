"""The parts of a policy bundle: where each lies, how each is read, what attune ships."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Final

from knowledge.language import glossary_files, lexicon_files, voice_files
from ontology.facts import catalogue
from ontology.marked_reader import FileInvalid, MarkedReader, root
from ontology.marked_yaml import Node
from rules import deviating, fairness_terms, jurisdictions
from rules.jurisdictions import Jurisdictions
from rules.template_reader import TemplatesInvalid, parse, read_all

LEXICONS: Final = "knowledge/language/lexicons"
COEFFICIENTS: Final = "knowledge/language/coefficients.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One kind of file: its folder in the bundle, and the names that it may have there."""

    name: str
    folder: str
    names: str

    def holds(self, file: str) -> bool:
        """Whether a file belongs here, by its path in the bundle."""
        path = PurePosixPath(file)
        return str(path.parent) == self.folder and fnmatchcase(path.name, self.names)


SHAPES: Final = Part(name="shapes", folder="ontology/shapes", names="*.ttl")
PARTS: Final = (
    Part(name="books", folder="rules/books", names="*.yaml"),
    Part(name="templates", folder="rules/templates", names="*.yaml"),
    Part(name="guidelines", folder="rules/guidelines", names="*.yaml"),
    Part(name="glossaries", folder=glossary_files.FOLDER, names="*.yaml"),
    Part(name="jurisdictions", folder="rules", names="jurisdictions.yaml"),
    SHAPES,
    Part(name="simple shapes and cases", folder="ontology/shapes", names="*.yaml"),
    Part(name="lexicons", folder=LEXICONS, names="*.yaml"),
    Part(name="coefficients", folder="knowledge/language", names="coefficients.yaml"),
)
"""All that a digest covers. A part that a bundle lacks is the one that attune ships."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """By what texts are judged: lexicon texts by indicator, and the digest of the heads.

    `lexicons` are pairs, so that a reading can key a cache.
    """

    lexicons: tuple[tuple[str, str], ...]
    coefficients: str


def part_of(file: str) -> Part | None:
    """The part to which a file of a bundle belongs, by its path there.

    >>> part_of("rules/books/escalation.yaml").name
    'books'
    """
    return next((part for part in PARTS if part.holds(file)), None)


def packaged() -> dict[str, bytes]:
    """The bundle that attune ships: file name → content."""
    found: dict[str, bytes] = {}
    for part in PARTS:
        package, *inner = part.folder.split("/")
        folder = files(package).joinpath(*inner)
        names = [one.name for one in folder.iterdir()] if folder.is_dir() else []
        for name in sorted(names):
            if fnmatchcase(name, part.names):
                found[f"{part.folder}/{name}"] = folder.joinpath(name).read_bytes()
    return found


def without_books(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """All files but books and their cases: what only two people change."""
    return {name: one for name, one in files.items() if not _is_in("books", name)}


def jurisdictions_of(files: Mapping[str, str]) -> Jurisdictions:
    """The jurisdiction table of a bundle; raises `FileInvalid`."""
    text = files.get(jurisdictions.FILE)
    return Jurisdictions() if text is None else jurisdictions.read(text, catalogue())


def reading_of(files: Mapping[str, str]) -> Reading:
    """By what the texts are judged under a bundle; raises `FileInvalid`."""
    from knowledge.language import coefficient_files  # noqa: PLC0415 - numpy comes with it

    shipped = lexicon_files.packaged()
    texts = {name: files.get(f"{LEXICONS}/{name}.yaml", text) for name, text in shipped.items()}
    manifest = files.get(COEFFICIENTS, coefficient_files.packaged())
    return Reading(
        lexicons=tuple(sorted(texts.items())),
        coefficients=coefficient_files.named(manifest, file=COEFFICIENTS),
    )


def faults(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """What is wrong with the parts that are neither books nor shapes: (file, words)."""
    for file, content in files.items():
        part = part_of(file)
        reader = _READERS.get(part.name) if part is not None else None
        if reader is None:
            continue
        try:
            reader(content.decode(), file)
        except UnicodeDecodeError as error:
            yield file, f"{file}: byte {error.start} is no UTF-8"
        except FileInvalid as error:
            for words in error.errors:
                yield file, words
        except TemplatesInvalid as error:
            for one in error.diagnostics:
                yield file, str(one)
    yield from _clashes(files)


def _clashes(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Templates of readable files whose id another one has."""
    texts = {name: content.decode("utf-8", "replace") for name, content in files.items()}
    readable = {name: text for name, text in texts.items() if _reads(name, text)}
    try:
        read_all(readable)
    except TemplatesInvalid as error:
        for one in error.diagnostics:
            yield one.file, str(one)


def _reads(file: str, text: str) -> bool:
    if not _is_in("templates", file):
        return False
    try:
        parse(text, file=file)
    except TemplatesInvalid:
        return False
    return True


def _templates(text: str, file: str) -> None:
    parse(text, file=file)


def _guidelines(text: str, file: str) -> None:
    if file == voice_files.FILE:
        voice_files.read(text, file=file)
    elif file == deviating.FILE:
        deviating.read(text, file=file)
    elif file == fairness_terms.FILE:
        fairness_terms.read(text, file=file)
    else:
        _mapping(text, file)


def _glossaries(text: str, file: str) -> None:
    glossary_files.read(text, file=file)


def _lexicon(text: str, file: str) -> None:
    indicator = PurePosixPath(file).stem
    if indicator not in lexicon_files.INDICATORS:
        known = ", ".join(f"{name}.yaml" for name in lexicon_files.INDICATORS)
        raise FileInvalid((f"{file}: there is no lexicon of that name; there are {known}",))
    lexicon_files.read(text, file=file, indicator=indicator)


def _coefficients(text: str, file: str) -> None:
    from knowledge.language import coefficient_files  # noqa: PLC0415 - numpy comes with it

    coefficient_files.named(text, file=file)


def _jurisdictions(text: str, file: str) -> None:
    jurisdictions.read(text, catalogue(), file=file)


def _mapping(text: str, file: str) -> None:
    reader = MarkedReader()
    document: Node = root(text, file)
    reader.entries(document)
    reader.finish(file)


_READERS: Final[Mapping[str, Callable[[str, str], None]]] = {
    "templates": _templates,
    "guidelines": _guidelines,
    "glossaries": _glossaries,
    "jurisdictions": _jurisdictions,
    "lexicons": _lexicon,
    "coefficients": _coefficients,
}


def _is_in(part: str, file: str) -> bool:
    found = part_of(file)
    return found is not None and found.name == part
