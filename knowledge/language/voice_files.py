"""Brand voices: how an organisation speaks, as one file that people read and change."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ontology.identity import IdentityInvalid, thing_id
from ontology.marked_reader import Keys, MarkedReader, root
from ontology.marked_yaml import Node, quoted

FILE: Final = "rules/guidelines/voice.yaml"
MOST_PHRASES: Final = 2_000
LONGEST_PHRASE: Final = 120
_ROOT: Final = Keys(
    required=("voice", "owner", "organisation", "sentences", "grade"),
    optional=("passive", "exclamations", "say", "avoid", "never", "note"),
)
_ORGANISATION: Final = Keys(required=("name", "contact"), optional=("newsroom", "sectors"))
_SENTENCES: Final = Keys(required=("longest", "usual"))
_PHRASES: Final = Keys(required=("words", "why"), optional=("instead", "language"))
_WORD: Final = re.compile(r"\*|[\w'\u2019-]+")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}", re.ASCII)
_MOST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """What messages say of the organisation itself."""

    name: str
    contact: str
    newsroom: str | None = None
    sectors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Words that do not sound like us; `pattern` finds them, `*` stood for any one word."""

    said: str
    pattern: re.Pattern[str]
    language: str
    why: str
    instead: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """How we speak.

    `longest` and `usual` are words a sentence, `grade` a year of school, `passive` the share of
    sentences that may be passive. `say` are words for which we have better ones, `avoid` those
    that sound unlike us, `never` those that hurt.
    """

    name: str
    owner: str
    organisation: Organisation
    longest: int
    usual: int
    grade: int
    passive: float
    exclamations: int
    say: tuple[Phrase, ...]
    avoid: tuple[Phrase, ...]
    never: tuple[Phrase, ...]


def read(text: str, *, file: str = FILE) -> Voice:
    """Read a voice; `file` is only named in errors.

    Raises:
        FileInvalid: all mistakes, each with its place.
    """
    reader = _Reader()
    voice = reader.voice(root(text, file))
    reader.finish(file)
    return voice


class _Reader(MarkedReader):
    """Reads the parts; what is wrong is noted and read as if it were left out."""

    def voice(self, node: Node) -> Voice:
        given = self.keyed(node, _ROOT)
        words = self.keyed(given["sentences"], _SENTENCES) if "sentences" in given else {}
        return Voice(
            name=self.text(given.get("voice")),
            owner=self._owner(given.get("owner")),
            organisation=self._organisation(given.get("organisation")),
            longest=self._count(words.get("longest"), 25),
            usual=self._count(words.get("usual"), 16),
            grade=self._count(given.get("grade"), 9),
            passive=self._count(given.get("passive"), 20) / 100,
            exclamations=self._count(given.get("exclamations"), 0),
            say=tuple(self._phrases(given.get("say"))),
            avoid=tuple(self._phrases(given.get("avoid"))),
            never=tuple(self._phrases(given.get("never"))),
        )

    def _owner(self, node: Node | None) -> str:
        text = self.text(node)
        try:
            return thing_id(text) if text else ""
        except IdentityInvalid:
            if node is not None:
                self.say(node, f"{quoted(text)} is no team or person; valid: team/communications")
            return ""

    def _organisation(self, node: Node | None) -> Organisation:
        given: Mapping[str, Node] = {} if node is None else self.keyed(node, _ORGANISATION)
        newsroom = given.get("newsroom")
        link = self.text(newsroom) or None
        if newsroom is not None and link is not None and not link.startswith("https://"):
            self.say(newsroom, f"{quoted(link)} is no address; valid: https://riverline.example")
        return Organisation(
            name=self.text(given.get("name")),
            contact=self.text(given.get("contact")),
            newsroom=link,
            sectors=self.texts(given.get("sectors")),
        )

    def _count(self, node: Node | None, usual: int) -> int:
        if node is None:
            return usual
        value = node.value
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST:
            return value
        self.say(node, f"{quoted(value)} is no whole number from 0 to {_MOST}; valid: {usual}")
        return usual

    def _phrases(self, node: Node | None) -> Iterator[Phrase]:
        if node is None:
            return
        if node.kind != "list" or not isinstance(node.value, tuple):
            valid = "- {words: [any inconvenience], why: It says nothing.}"
            self.say(node, f"a {node.kind} stands where a list belongs, like {valid}")
            return
        for item in node.value:
            if isinstance(item, Node):
                yield from self._group(item)

    def _group(self, node: Node) -> Iterator[Phrase]:
        given = self.keyed(node, _PHRASES)
        language = self.text(given["language"]) if "language" in given else "en"
        if not _LANGUAGE.fullmatch(language):
            self.say(given["language"], f"{quoted(language)} is no language; valid: en")
        why = self.text(given.get("why"))
        instead = self.text(given["instead"]) if "instead" in given else None
        for said in self.texts(given.get("words")):
            pattern = self._pattern(given["words"], said)
            if pattern is not None:
                yield Phrase(
                    said=said, pattern=pattern, language=language, why=why, instead=instead
                )

    def _pattern(self, node: Node, said: str) -> re.Pattern[str] | None:
        """A pattern of plain words, in any case and with any spaces between them."""
        words = _WORD.findall(said)
        if not words or len(said) > LONGEST_PHRASE or set(words) == {"*"}:
            self.say(node, f"{quoted(said)} is no phrase of up to {LONGEST_PHRASE} characters")
            return None
        parts = [r"[\w'\u2019-]+" if w == "*" else _letters(w) for w in words]
        joined = r"[\s,]+".join(parts)
        return re.compile(rf"(?<!\w){joined}(?!\w)", re.IGNORECASE)


def _letters(word: str) -> str:
    """One word as a pattern, with either apostrophe."""
    return re.sub(r"['\u2019]", "['\u2019]", re.escape(word))
