"""What would have kept false positives away: changed phrases and thresholds, with their effect."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final

from knowledge.language import lexicon_files
from knowledge.language.wording import wording
from service.bundle import LEXICONS
from service.false_positives import Finding, Precision, of_rules, of_words
from service.world import World

FEWEST: Final = 3
"""False positives of one word, or one rule, from which a change is proposed."""

LOOKED_AT: Final = timedelta(days=30)
"""How far back posts are read again under the changed phrases."""

_HALF: Final = 0.5
_BY_WORDS: Final = ("urgency", "betrayal")
"""Indicators that phrases alone decide; frustration has a fitted head beside them."""

_THRESHOLD: Final = re.compile(r"(\w+): at least ([0-9]+(?:\.[0-9]+)?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cure:
    """A change of one file: what found how much before and after, and the true ones it loses.

    `found` are recorded posts (words) or judged findings (rules). `lost` names what people had
    called true and what would not be found any more.
    """

    what: str
    file: str
    text: str
    found: int
    after: int
    lost: tuple[str, ...]


def cures(world: World, judged: Sequence[Finding]) -> list[Cure]:
    """Changes for the words and rules that are wrong more often than not, by all we know.

    A word or rule has at least `FEWEST` false positives, and its precision lies below one half
    with 95 % confidence. Words come first.
    """
    files = world.policies.files(world.policies.current().policy.digest)
    poor = [one for one in (*of_words(world, judged), *of_rules(judged)) if _poor(one)]
    found: list[Cure] = []
    for one in poor:
        kind, _, name = one.name.partition(": ")
        if kind == "word":
            found += _of_word(world, files, name, judged)
        elif not name:
            found += _of_rule(files, one.name, judged)
    return found


def _poor(one: Precision) -> bool:
    return one.false >= FEWEST and one.interval[1] < _HALF


def _of_word(
    world: World, files: Mapping[str, str], word: str, judged: Sequence[Finding]
) -> Iterator[Cure]:
    for indicator in _BY_WORDS:
        file = f"{LEXICONS}/{indicator}.yaml"
        text = files.get(file) or lexicon_files.packaged()[indicator]
        line = re.compile(rf"^ +- {re.escape(word)}\n", re.MULTILINE | re.IGNORECASE)
        if line.search(text):
            yield _read_again(
                world, judged, (file, indicator, text, line.sub("", text)), f"remove {word!r}"
            )
        elif _says_with(word, indicator, text, judged):
            unless = re.sub(r"^unless:\n", f"unless:\n  - {word}\n", text, flags=re.MULTILINE)
            yield _read_again(
                world, judged, (file, indicator, text, unless), f"unless {word!r} is said"
            )


def _says_with(word: str, indicator: str, text: str, judged: Sequence[Finding]) -> bool:
    """Whether the indicator was found in a false positive of this word."""
    lexicon = lexicon_files.read(text, file=indicator, indicator=indicator)
    return any(
        one.text is not None and lexicon.found(wording(one.text).words)
        for one in judged
        if not one.true and (one.keyword or "").casefold() == word
    )


def _read_again(
    world: World, judged: Sequence[Finding], change: tuple[str, str, str, str], what: str
) -> Cure:
    file, indicator, before, after = change
    old = lexicon_files.read(before, file=file, indicator=indicator)
    new = lexicon_files.read(after, file=file, indicator=indicator)

    def yes(text: str) -> tuple[bool, bool]:
        words = wording(text).words
        return old.bias + old.evidence(words) >= 0, new.bias + new.evidence(words) >= 0

    since = world.clock.now() - LOOKED_AT
    told = [yes(signal.text) for signal in world.segments.scan(since)]
    lost = [
        one.thing
        for one in judged
        if one.true and one.text is not None and yes(one.text) == (True, False)
    ]
    return Cure(
        what=f"{indicator}: {what}",
        file=file,
        text=after,
        found=sum(was for was, _ in told),
        after=sum(now for _, now in told),
        lost=tuple(lost),
    )


def _of_rule(files: Mapping[str, str], rule: str, judged: Sequence[Finding]) -> Iterator[Cure]:
    """The threshold of the rule that, raised, loses no true finding and most false ones."""
    mine = [one for one in judged if rule in one.rules and one.decision is not None]
    best: Cure | None = None
    for file, (first, last) in _blocks(files, rule):
        text = files[file]
        for hit in _THRESHOLD.finditer(text, first, last):
            cure = _raised(mine, rule, file, text, hit)
            if cure is not None and (best is None or cure.after < best.after):
                best = cure
    if best is not None:
        yield best


def _raised(
    mine: Sequence[Finding], rule: str, file: str, text: str, hit: re.Match[str]
) -> Cure | None:
    field = hit.group(1)
    values = [(one, _value(one, rule, field)) for one in mine]
    true = [value for one, value in values if one.true and value is not None]
    false = [value for one, value in values if not one.true and value is not None]
    if not false:
        return None
    # Without a true finding the next value above all false ones is as high as anyone can justify.
    least = min(true) if true else max(false) + _step(max(false))
    if least <= Decimal(hit.group(2)) or min(false) >= least:
        return None
    changed = f"{text[: hit.start(2)]}{least}{text[hit.end(2) :]}"
    kept = [one for one, value in values if value is None or value >= least]
    return Cure(
        what=f"{rule}: {field} at least {least} instead of {hit.group(2)}",
        file=file,
        text=changed,
        found=len(mine),
        after=len(kept),
        lost=tuple(one.thing for one in mine if one.true and one not in kept),
    )


def _value(one: Finding, rule: str, field: str) -> Decimal | None:
    for firing in one.decision.firings if one.decision is not None else ():
        for fact in firing.matched if firing.rule == rule else ():
            value = fact.values.get(field)
            if isinstance(value, int | float) and not isinstance(value, bool):
                return Decimal(str(value))
    return None


def _step(value: Decimal) -> Decimal:
    """One in the last decimal."""
    return Decimal(1).scaleb(int(value.as_tuple().exponent))


def _blocks(files: Mapping[str, str], rule: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Where a rule stands: its file, and its first and last character."""
    for file, text in files.items():
        starts = [hit.start() for hit in re.finditer(r"^  - id: ", text, re.MULTILINE)]
        for first, last in pairwise([*starts, len(text)]):
            if text.startswith(f"  - id: {rule}\n", first):
                yield file, (first, last)
