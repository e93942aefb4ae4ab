"""Glossaries: what a team approved that things are called, as files that people change."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from knowledge.language.inflections import is_wording
from ontology.identity import IdentityInvalid, ThingId, kind_of, thing_id
from ontology.marked_reader import Keys, MarkedReader, root
from ontology.marked_yaml import Entry, Node, quoted

FOLDER: Final = "rules/glossaries"
MOST_TERMS: Final = 2_000
MOST_WORDINGS: Final = 50
LONGEST_WORDING: Final = 120
_ROOT: Final = Keys(required=("glossary", "owner", "terms"), optional=("board", "note"))
_TERM: Final = Keys(required=("means", "words"), optional=("note",))
_ENTRY: Final = Keys(required=("language",), optional=("region", "say", "never", "why"))
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,79}", re.ASCII)
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}", re.ASCII)
_VALID: Final = "{language: de, region: region/de, say: [Ersatzbus], never: [Notbus]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a term is called in a language, and within a region where it names one.

    `say` are approved, the first one preferred; `never` are what nobody writes there.
    """

    language: str
    region: ThingId | None
    say: tuple[str, ...]
    never: tuple[str, ...]
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One thing that has a name."""

    name: str
    means: str
    wordings: tuple[Wording, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Glossary:
    """The terms of one team; `board` may let somebody use other words."""

    name: str
    owner: ThingId
    board: ThingId
    terms: tuple[Term, ...]


def read(text: str, *, file: str) -> Glossary:
    """Read a glossary; `file` is only named in errors.

    Raises:
        FileInvalid: all mistakes, each with its place.
    """
    reader = _Reader()
    glossary = reader.glossary(root(text, file))
    reader.finish(file)
    return glossary


class _Reader(MarkedReader):
    """Reads the parts; what is wrong is noted and read as if it were left out."""

    def glossary(self, node: Node) -> Glossary:
        given = self.keyed(node, _ROOT)
        owner = self._thing(given.get("owner"), "team", "team/localisation")
        entries = self.parts(given.get("terms"))
        if len(entries) > MOST_TERMS:
            self.say(node, f"{len(entries)} terms stand here; {MOST_TERMS} are the most")
            entries = ()
        return Glossary(
            name=self._name(given.get("glossary")),
            owner=owner or ThingId(""),
            board=self._thing(given.get("board"), "team", "team/communications")
            or owner
            or ThingId(""),
            terms=tuple(self._term(entry) for entry in entries),
        )

    def _name(self, node: Node | None) -> str:
        text = self.text(node)
        if node is not None and text and not _NAME.fullmatch(text):
            self.say(node, f"{quoted(text)} is no name; valid: railway")
        return text

    def _thing(self, node: Node | None, kind: str, valid: str) -> ThingId | None:
        text = self.text(node)
        if node is None or not text:
            return None
        try:
            thing = thing_id(text)
        except IdentityInvalid:
            thing = None
        if thing is None or kind_of(thing) != kind:
            self.say(node, f"{quoted(text)} is no {kind}; valid: {valid}")
            return None
        return thing

    def _term(self, entry: Entry) -> Term:
        if not _NAME.fullmatch(entry.key):
            self.say(entry, f"{quoted(entry.key)} is no name of a term; valid: replacement-bus")
        given = self.keyed(entry.value, _TERM)
        wordings: list[Wording] = []
        for node in self._items(given.get("words")):
            one = self._wording(node)
            if any((one.language, one.region) == (had.language, had.region) for had in wordings):
                where = one.region or "every region"
                self.say(node, f"{one.language} for {where} stands here twice; write one of both")
            wordings.append(one)
        return Term(name=entry.key, means=self.text(given.get("means")), wordings=tuple(wordings))

    def _items(self, node: Node | None) -> Iterator[Node]:
        if node is None:
            return
        if node.kind != "list" or not isinstance(node.value, tuple) or not node.value:
            self.say(node, f"a {node.kind} stands where a list belongs, like - {_VALID}")
            return
        yield from (item for item in node.value if isinstance(item, Node))

    def _wording(self, node: Node) -> Wording:
        given = self.keyed(node, _ENTRY)
        language = self.text(given.get("language"))
        if language and not _LANGUAGE.fullmatch(language):
            self.say(given["language"], f"{quoted(language)} is no language; valid: fr or fr-CA")
        say = self._wordings(given.get("say"))
        never = self._wordings(given.get("never"))
        if not {"say", "never"} & given.keys():
            self.say(node, f"it says neither what to say nor what never; valid: {_VALID}")
        for both in sorted({one.casefold() for one in say} & {one.casefold() for one in never}):
            self.say(node, f"{quoted(both)} is to be said and never said; take one of them out")
        return Wording(
            language=language,
            region=self._thing(given.get("region"), "region", "region/us-ny"),
            say=say,
            never=never,
            why=self.text(given["why"]) if "why" in given else None,
        )

    def _wordings(self, node: Node | None) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(self.texts(node)))
        for one in found:
            if node is not None and one and (len(one) > LONGEST_WORDING or not is_wording(one)):
                words = f"is no wording of up to {LONGEST_WORDING} characters; valid: Ersatzbus"
                self.say(node, f"{quoted(one[:80])} {words}")
        if node is not None and len(found) > MOST_WORDINGS:
            self.say(node, f"{len(found)} wordings stand here; {MOST_WORDINGS} are the most")
        return found
