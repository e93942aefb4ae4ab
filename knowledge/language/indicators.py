"""What a text says of its writer: sentiment, frustration, urgency, betrayal, irony, empathy."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from knowledge.language import empathy_reader, encoder, features, heads, languages, lexicon_files
from knowledge.language.embedding import WIDTH, Vectors
from knowledge.language.empathy_reader import Carried, Empathy, Shown
from knowledge.language.encoder import Encoder
from knowledge.language.heads import DECIMALS, Block, Blocks, Coefficients, Floats
from knowledge.language.languages import Identifier
from knowledge.language.lexicon_files import INDICATORS
from knowledge.language.lexicons import Lexicon
from knowledge.language.wording import Wording, wording
from ontology.signals import Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What was judged of one text.

    `language` is a language tag, None where the text says too little to tell. `scores` are all
    None where nothing was judged. `evidence` names the lexicon groups that were said, by
    indicator. `empathy` is None without a context that can be read; `carried` has by mechanism
    the passage that carries its level.
    """

    language: str | None
    scores: Scores
    evidence: Mapping[str, tuple[str, ...]]
    empathy: Empathy | None = None
    carried: Mapping[str, Carried] = field(default_factory=dict)

    @property
    def judged(self) -> bool:
        """Whether the text was judged at all; if not, it is unknown, not calm."""
        return self.scores.sentiment is not None


class Judge:
    """The tuned encoder, surface and lexicons under fitted heads; safe to share by threads."""

    def __init__(
        self,
        reader: Encoder,
        coefficients: Coefficients,
        known: Mapping[str, Lexicon],
        identifier: Identifier,
    ) -> None:
        """Put the parts together; `load` is the door."""
        self._reader = reader
        self._coefficients = coefficients
        self._lexicons = known
        self._identifier = identifier

    def under(self, coefficients: Coefficients, known: Mapping[str, Lexicon]) -> "Judge":
        """The same models under other heads and lexicons; costs nothing."""
        return Judge(self._reader, coefficients, known, self._identifier)

    def language_supported(self, tag: str) -> bool:
        """Whether texts of this language are judged."""
        return languages.supported(tag)

    def score(
        self,
        texts: Sequence[str],
        contexts: Sequence[str | None] | None = None,
        languages: Sequence[str | None] | None = None,
    ) -> list[Judged]:
        """Judge texts, in order.

        `contexts` are what the texts answer (empathy is judged only with one); `languages` are
        tags that the sources declare (found out where None). Probabilities and sentiment have
        three decimals. `ValueError` where the sequences are not equally long.
        """
        answered = _aligned(contexts, texts, "contexts")
        declared = _aligned(languages, texts, "languages")
        worded = [wording(text) for text in texts]
        tags = [
            tag or self._identifier.identify(text)
            for text, tag in zip(texts, declared, strict=True)
        ]
        rows = [row for row, tag in enumerate(tags) if self._judges(worded[row], tag)]
        blank = Scores()
        judged = [Judged(language=tag, scores=blank, evidence={}) for tag in tags]
        found = self._judge([worded[row] for row in rows])
        asked = [row for row in rows if self._readable(answered[row])]
        shows = self._shows([texts[row] for row in asked])
        shown = dict(zip(asked, shows, strict=True))
        for row, (scores, evidence) in zip(rows, found, strict=True):
            own = shown.get(row)
            judged[row] = Judged(
                language=tags[row],
                scores=scores,
                evidence=evidence,
                empathy=None if own is None else own.empathy,
                carried={} if own is None else own.carried,
            )
        return judged

    def shown(
        self, texts: Sequence[str], languages: Sequence[str | None] | None = None
    ) -> list[Shown | None]:
        """What texts that were said to somebody show of empathy, whatever they answer.

        None where a text says nothing, or in a language that is not judged.
        """
        declared = _aligned(languages, texts, "languages")
        rows = [
            row
            for row, (text, tag) in enumerate(zip(texts, declared, strict=True))
            if self._judges(wording(text), tag or self._identifier.identify(text))
        ]
        found: list[Shown | None] = [None] * len(texts)
        for row, one in zip(rows, self._shows([texts[row] for row in rows]), strict=True):
            found[row] = one
        return found

    def _shows(self, texts: list[str]) -> list[Shown]:
        return empathy_reader.load().read(texts) if texts else []

    def _judges(self, one: Wording, tag: str | None) -> bool:
        return tag is not None and one.letters > 0 and languages.supported(tag)

    def _judge(self, worded: list[Wording]) -> list[tuple[Scores, Mapping[str, tuple[str, ...]]]]:
        if not worded:
            return []
        given = blocks(worded, self._reader.read([one.words for one in worded]))
        scores = self._scores(worded, given)
        evidence = [self._evidence(one.words) for one in worded]
        return list(zip(scores, evidence, strict=True))

    def _scores(self, worded: list[Wording], given: Blocks) -> list[Scores]:
        classes = heads.softmax(self._logits("sentiment", given))
        frustration = self._logits("frustration", given)[:, 0]
        irony = heads.sigmoid(self._logits("irony", given)[:, 0])
        said = {name: self._said(name, worded) for name in INDICATORS}
        frustration = heads.sigmoid(frustration + said["frustration"])
        urgency, betrayal = heads.sigmoid(said["urgency"]), heads.sigmoid(said["betrayal"])
        return [
            Scores(
                sentiment=_rounded(classes[row, 2] - classes[row, 0]),
                negative=_rounded(classes[row, 0]),
                frustration=_rounded(frustration[row]),
                urgency=_rounded(urgency[row]),
                betrayal=_rounded(betrayal[row]),
                irony=_rounded(irony[row]),
            )
            for row in range(len(worded))
        ]

    def _logits(self, name: str, given: Blocks) -> Floats:
        return self._coefficients.heads[name].logits(given)

    def _said(self, name: str, worded: list[Wording]) -> Floats:
        lexicon = self._lexicons[name]
        evidence = [lexicon.bias + lexicon.evidence(one.words) for one in worded]
        return np.asarray(evidence, dtype=np.float32)

    def _evidence(self, words: str) -> Mapping[str, tuple[str, ...]]:
        found = {name: lexicon.found(words) for name, lexicon in self._lexicons.items()}
        return {name: groups for name, groups in found.items() if groups}

    def _readable(self, context: str | None) -> bool:
        if context is None or not wording(context).letters:
            return False
        tag = self._identifier.identify(context)
        return tag is None or languages.supported(tag)


def load() -> Judge:
    """The judge of this process; the first call takes a second and about 200 MB.

    `CoefficientsInvalid`, `EncoderInvalid` or `LexiconInvalid` where a packaged file is broken.
    """
    with _LOADING:
        if "judge" not in _LOADED:
            _LOADED["judge"] = _load()
        return _LOADED["judge"]


_LOADING: Final = threading.Lock()
_LOADED: Final[dict[str, Judge]] = {}


def _load() -> Judge:
    coefficients = heads.load()
    known = {name: lexicon_files.load(name) for name in INDICATORS}
    return Judge(encoder.load(), coefficients, known, languages.load())


def blocks(worded: Sequence[Wording], read: Vectors) -> dict[str, Block]:
    """The blocks of features of texts that every head may read; fitting and judging share them."""
    return {
        "depths": read[:, :WIDTH],
        "outputs": read[:, WIDTH:],
        "typed": features.typed(worded),
        "surface": features.surface(worded),
    }


def _aligned(
    given: Sequence[str | None] | None, texts: Sequence[str], name: str
) -> Sequence[str | None]:
    beside = [None] * len(texts) if given is None else given
    if len(beside) != len(texts):
        raise ValueError(f"{len(texts)} texts but {len(beside)} {name}; give one a text or None")
    return beside


def _rounded(value: np.float32) -> float:
    return round(float(value), DECIMALS) + 0.0
