"""Linkage: what looking for accounts among a million customers takes, and how sure names are."""

import random
import time
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from bench.measuring import Figure, resident_mb
from knowledge.linkage import names
from knowledge.linkage.blocks import Search, search
from knowledge.linkage.made_names import VARIANTS
from knowledge.linkage.names import Named
from ontology.identity import ThingId

CUSTOMERS: Final = 1_000_000
ACCOUNTS: Final = 1_000
LEAST: Final = 85.0
_ONSETS: Final = (*"bcdfghklmnprstvw", "br", "cl", "st", "tr", "gr", "sh")
_VOWELS: Final = ("a", "e", "i", "o", "u", "ai", "ea", "ie", "o")
_ENDS: Final = ("n", "r", "s", "l", "t", "", "", "")


def measure() -> Iterator[Figure]:
    """Made names: 4,000 given and 60,000 family names, a few much more frequent than most.

    Half of the accounts are a customer's, under the variants of `attune links measure`.
    """
    chance = random.Random(3)  # noqa: S311 - for measuring
    customers = _people(chance, CUSTOMERS)
    strangers = _people(chance, ACCOUNTS)
    accounts: dict[ThingId, Named] = {}
    whose: dict[ThingId, ThingId | None] = {}
    for number in range(ACCOUNTS):
        owner = chance.randrange(CUSTOMERS) if number % 2 else None
        name = strangers[number] if owner is None else customers[owner]
        account = ThingId(f"account/{number}")
        variant = VARIANTS[chance.choice(sorted(VARIANTS))]
        accounts[account] = names.account(*variant(name, chance))
        whose[account] = None if owner is None else ThingId(f"customer/{owner}")
    for several in (ACCOUNTS, 1):
        some = dict([*accounts.items()][:several])
        before, started = resident_mb(), time.process_time()
        found = search(some, _named(customers), least=LEAST)
        taken = time.process_time() - started
        label = f"{several:,} account{'s' * (several > 1)} among {CUSTOMERS:,} customers"
        yield Figure(name=f"{label}, all in one pass", value=taken, unit="s CPU")
        yield Figure(name=f"{label}, each", value=1000 * taken / several, unit="ms CPU")
        yield Figure(name="memory that it takes", value=resident_mb() - before, unit="MB")
        if several > 1:
            yield from _sure(found, whose)


def _sure(found: Search, whose: dict[ThingId, ThingId | None]) -> Iterator[Figure]:
    pairs = found.pairs()
    right = sum(whose[one.account] == one.customer for one in pairs)
    owned = sum(owner is not None for owner in whose.values())
    for name, value in (
        ("pairs that are suggested", len(pairs)),
        ("of these right", right / max(1, len(pairs))),
        ("accounts of customers whose customer is suggested", right / owned),
        ("accounts with too many namesakes", found.namesakes),
    ):
        yield Figure(name=name, value=value, unit="" if value > 1 else "share")


def _named(customers: Sequence[str]) -> Iterator[tuple[ThingId, Named]]:
    for number, name in enumerate(customers):
        yield ThingId(f"customer/{number}"), names.customer(name)


def _people(chance: random.Random, many: int) -> list[str]:
    lists = random.Random(4)  # noqa: S311 - for measuring
    given = sorted({_word(lists, lists.choice((1, 2, 2, 3))) for _ in range(4_000)})
    family = sorted({_word(lists, lists.choice((2, 2, 3, 3))) for _ in range(60_000)})
    lists.shuffle(given)
    lists.shuffle(family)
    first = chance.choices(given, cum_weights=[*_frequent(given, 5)], k=many)
    last = chance.choices(family, cum_weights=[*_frequent(family, 50)], k=many)
    return [f"{one} {other}" for one, other in zip(first, last, strict=True)]


def _frequent(words: Sequence[str], flat: int) -> Iterator[float]:
    """Zipf's law, flattened at its head."""
    return accumulate(1 / (place + flat) for place in range(len(words)))


def _word(chance: random.Random, syllables: int) -> str:
    made = "".join(chance.choice(_ONSETS) + chance.choice(_VOWELS) for _ in range(syllables))
    return (made + chance.choice(_ENDS)).capitalize()
