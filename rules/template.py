"""Response templates as they are once they have been read."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rules.channels import Limits
from rules.rule import Effective

HOLDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "text": "words, at most 300 characters, without links",
        "time": "a date and time with offset, shown in the clock and the words of the place",
        "day": "a date",
        "number": "a number",
        "money": "an amount and a currency: {amount: 25.00, currency: USD}",
        "link": "an address that begins with https://",
        "contact": "a telephone number, a mail or a web address where a person answers",
        "list": "up to eight short texts, each on a line of its own",
        "flag": "true or false; it chooses wording and is never shown",
    }
)
"""What a slot can hold, and what that is."""

MECHANISMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "concern": "emotional_reactions",
        "understanding": "interpretations",
        "asking": "explorations",
    }
)
"""The three mechanisms of EPITOME (Sharma et al. 2020) by the word that authors write."""

NEEDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "legal-clearance": "It may be read as an admission; legal clears each use.",
        "native-review": "A native speaker who is a trained lead reads it before its first use.",
        "executive-voice": "It goes out under the name of an executive who has read it.",
        "facts-check": "Somebody who knows the facts confirms each of them.",
    }
)
"""What must have happened before a wording goes out, whatever the decision requires."""

PURPOSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "answer": "They asked, or they must know it to be safe or to use what they paid for.",
        "contact": "We come to them about their case; they agreed to be contacted.",
        "marketing": "An offer or a survey; they agreed to marketing and have not opted out.",
    }
)
"""Why the addressee hears from us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A gap in the wording and what may fill it.

    `paths` are tried in their order, each a root (`customer`) and properties; none where the
    caller states the value. `purpose` is what the customer must have agreed to before a personal
    value is used. `fallback` is what stands there otherwise; None where the text needs a value.
    """

    name: str
    holds: str
    paths: tuple[tuple[str, ...], ...] = ()
    purpose: str | None = None
    fallback: str | None = None
    why: str = ""
    example: str | None = None
    line: int = 0

    @property
    def stated(self) -> bool:
        """Whether only the caller knows it."""
        return not self.paths

    @property
    def chooses(self) -> bool:
        """Whether it only chooses between wordings."""
        return self.holds == "flag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """The wording for one channel; `limits` are the channel's with what the author changed."""

    channel: str
    title: str | None
    text: str
    limits: Limits
    slots: frozenset[str]
    line: int
    column: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One template: `fits` lists what it may be used for, `when` what must be there.

    A dimension of `fits` that is left out fits anything. Of each key of `when` one value at least
    must be known of the situation. `aims` are the mechanisms of empathy that it must show.
    """

    id: str
    title: str
    use: str
    owner: str
    collection: str
    locale: str
    fits: Mapping[str, tuple[str, ...]]
    when: Mapping[str, tuple[str, ...]]
    purpose: str
    needs: tuple[str, ...]
    aims: tuple[str, ...]
    effective: Effective
    slots: Mapping[str, Slot]
    variants: Mapping[str, Variant]
    file: str
    line: int

    @property
    def language(self) -> str:
        """The language of its locale: `de` of `de-AT`."""
        return self.locale.partition("-")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """The templates of one file."""

    name: str
    owner: str
    templates: tuple[Template, ...]
    file: str
