"""The rules of disclosure: phrases by what they say, and frames that take a statement back."""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from knowledge.language.phrases import Lists, Phrase, PhraseInvalid, checked, phrase
from knowledge.language.searching import Finder
from ontology.marked_reader import Keys, MarkedReader, root
from ontology.marked_yaml import Node, quoted

FOLDER: Final = "disclosure"
SUBJECTS: Final = ("harm", "fault", "non-apology", "sympathy")
"""What a rule may be about; each has one file, named after it."""
EFFECTS: Final = ("denied", "open", "conditional", "reported", "general")
REACHES: Final = ("clause", "comma", "sentence")
NEGATIONS: Final = ("inside", "before", "copular", "clause", "keeps")
"""Where a negation takes a match back: among its own words, shortly before it, before it with a
form of "to be", anywhere before it in its clause, or nowhere."""

_RULES: Final = Keys(required=("about", "rules"))
_RULE: Final = Keys(
    required=("id", "kind", "why", "phrases"),
    optional=("suggest", "unless_before", "negation", "despite"),
)
_FRAMES: Final = Keys(required=("frames", "agreement"))
_FRAME: Final = Keys(required=("id", "effect", "phrases"), optional=("turned", "own", "reach"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Phrases that say one thing; `kind` is its class.

    `unless` are words that must not follow, `despite` frames that do not take it back.
    """

    id: str
    about: str
    kind: str
    why: str
    suggest: str
    negation: str
    unless: frozenset[str]
    despite: frozenset[str]
    phrases: Finder


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What takes back, opens or hands on the words after it; `others`: not where we say it."""

    id: str
    effect: str
    turned: str
    reach: str
    others: bool
    phrases: Finder


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All that is read from the files of the folder."""

    rules: tuple[Rule, ...]
    frames: tuple[Frame, ...]
    agreement: Finder
    people: Finder
    lists: Lists


@functools.cache
def load() -> Rules:
    """The rules that attune ships, read once a process."""
    folder = files(__package__) / FOLDER
    names = ("words", "frames", *SUBJECTS)
    return read({one: (folder / f"{one}.yaml").read_text(encoding="utf-8") for one in names})


def read(texts: Mapping[str, str]) -> Rules:
    """Rules from the texts of the files `words`, `frames` and one a subject.

    Raises:
        FileInvalid: what is wrong with the first file that has a mistake, each with its place.
    """
    words = _Reader({})
    lists = words.lists(root(texts["words"], "words.yaml"))
    words.finish("words.yaml")
    frames = _Reader(lists)
    framed, agreement = frames.frames(root(texts["frames"], "frames.yaml"))
    frames.finish("frames.yaml")
    rules: list[Rule] = []
    for about in SUBJECTS:
        reader = _Reader(lists)
        rules += reader.rules(root(texts[about], f"{about}.yaml"), about)
        reader.finish(f"{about}.yaml")
    return Rules(
        rules=tuple(rules),
        frames=framed,
        agreement=agreement,
        people=Finder(lists["people"], lists),
        lists=lists,
    )


class _Reader(MarkedReader):
    """Reads one file; what is wrong is noted and read as if it were left out."""

    def __init__(self, lists: Lists) -> None:
        super().__init__()
        self._lists = lists

    def lists(self, node: Node) -> Lists:
        given = self.keyed(node, Keys(required=("words",)))
        named = {one.key: one.value for one in self.parts(given.get("words"))}
        found = {name: self._phrases_of(value) for name, value in named.items()}
        self._lists = found
        for name, phrases in found.items():
            self._allowed(named[name], phrases)
        return found

    def frames(self, node: Node) -> tuple[tuple[Frame, ...], Finder]:
        given = self.keyed(node, _FRAMES)
        found = tuple(self._frame(one) for one in self._listed(given.get("frames")))
        agreed = self.keyed(given["agreement"], Keys(required=("phrases",)))
        return found, self._phrases(agreed.get("phrases"))

    def rules(self, node: Node, about: str) -> Iterator[Rule]:
        given = self.keyed(node, _RULES)
        if self.text(given.get("about")) != about:
            self.say(node, f"this file is about {about!r}")
        usual = "clause" if about == "harm" else "inside"
        for one in self._listed(given.get("rules")):
            told = self.keyed(one, _RULE)
            yield Rule(
                id=self.text(told.get("id")),
                about=about,
                kind=self.text(told.get("kind")),
                why=self.text(told.get("why")),
                suggest=self.text(told.get("suggest")),
                negation=self._one_of(told.get("negation"), NEGATIONS, usual),
                unless=frozenset(self.texts(told.get("unless_before"))),
                despite=frozenset(self.texts(told.get("despite"))),
                phrases=self._phrases(told.get("phrases")),
            )

    def _frame(self, node: Node) -> Frame:
        told = self.keyed(node, _FRAME)
        return Frame(
            id=self.text(told.get("id")),
            effect=self._one_of(told.get("effect"), EFFECTS, "denied"),
            turned=self._one_of(told.get("turned"), (*EFFECTS, "nothing", "same"), "same"),
            reach=self._one_of(told.get("reach"), REACHES, "clause"),
            others="own" in told,
            phrases=self._phrases(told.get("phrases")),
        )

    def _listed(self, node: Node | None) -> tuple[Node, ...]:
        if node is None or node.kind != "list" or not isinstance(node.value, tuple):
            if node is not None:
                self.say(node, f"a {node.kind} stands where a list belongs")
            return ()
        return tuple(one for one in node.value if isinstance(one, Node))

    def _one_of(self, node: Node | None, valid: tuple[str, ...], usual: str) -> str:
        if node is None:
            return usual
        said = self.text(node)
        if said not in valid:
            self.say(node, f"{quoted(said)} is none of {', '.join(valid)}")
            return usual
        return said

    def _phrases(self, node: Node | None) -> Finder:
        found = self._phrases_of(node)
        return Finder(found if self._allowed(node, found) else (), self._lists)

    def _phrases_of(self, node: Node | None) -> tuple[Phrase, ...]:
        found: list[Phrase] = []
        for text in filter(None, self.texts(node)):
            try:
                found.append(phrase(text.lower()))
            except PhraseInvalid as error:
                if node is not None:
                    self.say(node, str(error))
        return tuple(found)

    def _allowed(self, node: Node | None, phrases: tuple[Phrase, ...]) -> bool:
        try:
            checked(phrases, self._lists)
        except PhraseInvalid as error:
            if node is not None:
                self.say(node, str(error))
            return False
        return True
