"""The channels for which templates are worded: how each is counted, and how much it holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a text may hold; None is no limit of its own.

    `characters` count as a reader sees them, a link as it is written; `weighted` as X counts
    (twitter-text 3), `graphemes` as Bluesky does, `shortened` as Mastodon does (a link counts 23);
    `segments` are short messages as a network sends them.
    """

    characters: int | None = None
    weighted: int | None = None
    graphemes: int | None = None
    shortened: int | None = None
    segments: int | None = None
    links: int | None = None
    hashtags: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One way out: `means` is what requests call it, `touchpoints` the kinds that use it.

    `parts` says that a text is several posts, each under a line `---`; `title` that it has one.
    """

    name: str
    says: str
    means: str
    touchpoints: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    title: bool = False
    parts: bool = False
    public: bool = False


_POST: Final = Limits(weighted=280, graphemes=300, shortened=500, links=1, hashtags=1)
"""X: 280 weighted characters; Bluesky: 300 graphemes; Mastodon: 500 characters by default."""

_ALL: Final = (
    Channel(
        name="email",
        says="An e-mail to one person.",
        means="mail",
        touchpoints=("mail",),
        limits=Limits(characters=4_000, links=3, hashtags=0),
        title=True,
    ),
    Channel(
        name="letter",
        says="A letter on paper.",
        means="letter",
        touchpoints=("letter",),
        limits=Limits(characters=4_000, links=1, hashtags=0),
        title=True,
    ),
    Channel(
        name="sms",
        says="A short message, at most three segments of it.",
        means="phone",
        touchpoints=("phone",),
        limits=Limits(segments=3, links=1, hashtags=0),
    ),
    Channel(
        name="chat",
        says="One message in a chat.",
        means="chat",
        touchpoints=("chat",),
        limits=Limits(characters=1_200, links=1, hashtags=0),
    ),
    Channel(
        name="call-script",
        says="What somebody on the telephone, at a counter or on board says, and asks.",
        means="phone",
        touchpoints=("phone", "store", "field"),
        limits=Limits(characters=3_000, links=0, hashtags=0),
    ),
    Channel(
        name="ivr",
        says="What a machine reads to callers: some 45 seconds at 150 words a minute.",
        means="phone",
        touchpoints=("phone", "self-service"),
        limits=Limits(characters=750, links=0, hashtags=0),
        public=True,
    ),
    Channel(
        name="social-post",
        says="A public post of our own; it fits X, Bluesky and Mastodon.",
        means="social",
        touchpoints=("social",),
        limits=_POST,
        public=True,
    ),
    Channel(
        name="social-reply",
        says="A public answer to somebody's post.",
        means="social",
        touchpoints=("social",),
        limits=Limits(weighted=280, graphemes=300, shortened=500, links=1, hashtags=0),
        public=True,
    ),
    Channel(
        name="social-thread",
        says="Several posts, each under a line of three hyphens.",
        means="social",
        touchpoints=("social",),
        limits=_POST,
        parts=True,
        public=True,
    ),
    Channel(
        name="direct-message",
        says="An answer that only one person reads, on a social platform.",
        means="social",
        touchpoints=("social",),
        limits=Limits(characters=1_000, links=1, hashtags=0),
    ),
    Channel(
        name="app-notice",
        says="A notice on the screen of a telephone.",
        means="app",
        touchpoints=("app",),
        limits=Limits(characters=240, links=0, hashtags=0),
        title=True,
    ),
    Channel(
        name="web-notice",
        says="A notice on our website.",
        means="website",
        touchpoints=("website",),
        limits=Limits(characters=4_000, links=5, hashtags=0),
        title=True,
        public=True,
    ),
    Channel(
        name="status-page",
        says="One entry of the page that says what works and what does not.",
        means="website",
        touchpoints=("website", "app"),
        limits=Limits(characters=1_000, links=2, hashtags=0),
        title=True,
        public=True,
    ),
    Channel(
        name="press-statement",
        says="A statement for the press.",
        means="press",
        limits=Limits(characters=4_000, links=3, hashtags=0),
        title=True,
        public=True,
    ),
    Channel(
        name="press-reply",
        says="The answer to one enquiry of the press.",
        means="press",
        limits=Limits(characters=2_500, links=2, hashtags=0),
        public=True,
    ),
    Channel(
        name="spokesperson-brief",
        says="What whoever speaks for us knows, says, and does not say; never handed out.",
        means="press",
        limits=Limits(characters=4_000, links=2, hashtags=0),
        title=True,
    ),
    Channel(
        name="intranet",
        says="A message to our own people.",
        means="intranet",
        limits=Limits(characters=4_000, links=3, hashtags=0),
        title=True,
    ),
)

CHANNELS: Final[Mapping[str, Channel]] = MappingProxyType({one.name: one for one in _ALL})
