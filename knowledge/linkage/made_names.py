"""A made set of names and variants, for measuring: which account is whose is known."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from ontology.identity import ThingId

_DECORATIONS: Final = ("🚆", "he/him", "NYC", "(she/her)", "✨")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Customers by name, accounts by handle and name, and whose each is (None: nobody's)."""

    customers: dict[ThingId, str]
    accounts: dict[ThingId, tuple[str, str | None]]
    truth: dict[ThingId, ThingId | None]
    kinds: dict[ThingId, str]


def make(pool: Sequence[str], *, seed: int = 7, people: int = 2_000) -> Made:
    """As many customers, half of them with an account, and as many accounts of strangers.

    Names are drawn from the given and family names of `pool`, so that many share a part.
    """
    chance = random.Random(seed)  # noqa: S311 - for measuring
    given = sorted({name.split()[0] for name in pool if " " in name})
    family = sorted({name.split()[-1] for name in pool if " " in name})
    drawn = chance.sample([f"{a} {b}" for a in given for b in family], people + people // 2)
    customers = {ThingId(f"customer/{n:06}"): name for n, name in enumerate(drawn[:people])}
    made = Made(customers=customers, accounts={}, truth={}, kinds={})
    known = [*customers.items()][: people // 2]
    strangers = [(None, name) for name in drawn[people:]]
    for number, (owner, name) in enumerate([*known, *strangers]):
        kind = chance.choice(sorted(VARIANTS))
        account = ThingId(f"account/{number:06}")
        made.accounts[account] = VARIANTS[kind](name, chance)
        made.truth[account], made.kinds[account] = owner, kind
    return made


def _typed(name: str, chance: random.Random) -> str:
    """One slip of the finger: two letters swapped, one left out, or one doubled."""
    at = chance.randrange(1, len(name) - 1)
    way = chance.randrange(3)
    if way == 0:
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return name[:at] + name[at + 1 :] if way == 1 else name[:at] + name[at] + name[at:]


def _squashed(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalpha())


def _handle(name: str, chance: random.Random) -> str:
    """A handle that says nothing of the name."""
    del name
    return f"@{chance.choice(('rails', 'commute', 'hudson', 'latetrain'))}{chance.randrange(999)}"


def _same(name: str, chance: random.Random) -> tuple[str, str | None]:
    return _handle(name, chance), name


def _slip(name: str, chance: random.Random) -> tuple[str, str | None]:
    return _handle(name, chance), _typed(name, chance)


def _turned(name: str, chance: random.Random) -> tuple[str, str | None]:
    first, _, last = name.partition(" ")
    return _handle(name, chance), f"{last}, {first}"


def _initial(name: str, chance: random.Random) -> tuple[str, str | None]:
    first, _, last = name.partition(" ")
    return _handle(name, chance), f"{first[0]}. {last}"


def _adorned(name: str, chance: random.Random) -> tuple[str, str | None]:
    return _handle(name, chance), f"{name} {chance.choice(_DECORATIONS)}"


def _whole_handle(name: str, chance: random.Random) -> tuple[str, str | None]:
    sign = chance.choice(("", "_"))
    first, _, last = name.partition(" ")
    return f"@{_squashed(first)}{sign}{_squashed(last)}{chance.randrange(99)}", None


def _short_handle(name: str, chance: random.Random) -> tuple[str, str | None]:
    first, _, last = name.partition(" ")
    return f"@{_squashed(first)[0]}{_squashed(last)}{chance.randrange(9)}", None


def _first_alone(name: str, chance: random.Random) -> tuple[str, str | None]:
    first = name.partition(" ")[0]
    return f"@{_squashed(first)}_{chance.choice(('ny', 'rides'))}", first


VARIANTS: Final[dict[str, Callable[[str, random.Random], tuple[str, str | None]]]] = {
    "the same name": _same,
    "a slip of the finger": _slip,
    "turned around": _turned,
    "an initial": _initial,
    "adorned": _adorned,
    "name as handle": _whole_handle,
    "initial and surname as handle": _short_handle,
    "first name alone": _first_alone,
}
