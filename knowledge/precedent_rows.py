"""Past cases: the fields and stored row of one, as what it is found, how far a load has come."""

from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Final

import orjson

from ontology.identity import ThingId

FACETS: Final = (
    "cluster",
    "type",
    "strategy",
    "region",
    "severity",
    "year",
    "channel",
    "tier",
    "result",
    "source",
    "language",
)
"""The fields whose values are counted; of `strategy` and `channel` a case may have many."""

FILTERED: Final = (*FACETS, "answered")
"""The fields by which cases are filtered: `answered` ones tell what was done and what followed."""

RESULTS: Final = ("recovered", "mixed", "worsened", "unknown")
"""How a case ended: all well, with a broken promise or a return, worse than it was, not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Precedent:
    """One past case.

    `text` is what happened; `title` and `text` are what is searched. `date` is ISO 8601, at least
    a year (`2013`, `2013-12`, `2013-12-01`). `severity` and `cluster` are names of the facts'
    scheme, `unknown` where nobody judged; `type` is the type of crisis, `tier` how far up it went,
    `result` one of `RESULTS`. `source` names the archive, `reference` a page about the case.
    `invented` marks a case written for training, with organisations that do not exist.
    """

    id: ThingId
    title: str
    text: str
    source: str
    date: str | None = None
    severity: str = "unknown"
    cluster: str = "unknown"
    language: str = "en"
    region: str | None = None
    outcome: str | None = None
    strategy: tuple[str, ...] = ()
    type: str | None = None
    channel: tuple[str, ...] = ()
    tier: str | None = None
    result: str = "unknown"
    said: str | None = None
    lesson: str | None = None
    reference: str | None = None
    invented: bool = False

    @property
    def year(self) -> int | None:
        """The year of the date."""
        return int(self.date[:4]) if self.date else None

    @property
    def searched(self) -> str:
        """The text that is embedded."""
        return f"{self.title}\n{self.text}"

    def to_json(self) -> dict[str, object]:
        """The fields that are known, by name."""
        said = {k: v for k, v in asdict(self).items() if v not in (None, (), False)}
        if said.get("result") == "unknown":
            del said["result"]  # so that rows of before have the same bytes
        return said


def text_digest(text: str) -> str:
    """A name for a text; equal texts are embedded once."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A precedent and how well it fits, on four decimals.

    `score` orders hits: meaning and words together, -1 to 1, as `knowledge.ranking` says.
    `meaning` is the cosine to the query as it was asked, `words` the share of the query's words,
    weighed by rarity, that the case holds.
    """

    precedent: Precedent
    score: float
    meaning: float
    words: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How far a load has come: precedents seen, stored, found unchanged; texts embedded anew."""

    seen: int = 0
    stored: int = 0
    unchanged: int = 0
    embedded: int = 0


def encode(precedent: Precedent) -> bytes:
    """A row as it is stored: canonical, so that equal precedents have equal bytes."""
    return orjson.dumps(precedent.to_json(), option=orjson.OPT_SORT_KEYS)


def gone(identity: str) -> bytes:
    """A row that says that a precedent was withdrawn."""
    return orjson.dumps({"gone": True, "id": identity})
