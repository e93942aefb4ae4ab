"""Who is behind a window: how many people, how many copies, how much comes from one of them."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Final

from knowledge.spread.counters import AUTHORED, Cell, Copied
from knowledge.spread.reaches import Reaches, joined
from knowledge.spread.sampling import Sample
from ontology.identity import ThingId

FEWEST_LOCATED: Final = 10
"""Located posts below which nothing is said of the share of one region."""


def crowd(window: Cell, everything: Cell, before: Reaches | None) -> dict[str, object]:
    """What the counts tell of the people of a window; what they can't tell is left out.

    `everything` holds the platforms and regions of all posts that are remembered, `before` the
    authors of the hours before the window, None where too few hours were listened to.
    """
    posts, values = window.sums[AUTHORED], copies(window.copies)
    if posts:
        busiest = window.by_author.busiest(3)
        values["top_author_share"] = busiest[0] / posts
        values["top_three_share"] = sum(busiest) / posts
        values["posts_per_author"] = posts / window.authors.many
        alike = values.pop("alike", 0)
        others = window.authors.many - (alike if isinstance(alike, int) else 0)
        values["voices"] = max(1, others)  # both are estimates from samples of their own
    values |= _one_of_many("platform_share", window.platforms, everything.platforms, fewest=1)
    values |= _one_of_many(
        "region_share", window.regions, everything.regions, fewest=FEWEST_LOCATED
    )
    if before is not None and window.authors.kept:
        values["newcomer_share"] = newcomers(window.authors, before)
    return values


def copies(sample: Sample[Copied]) -> dict[str, object]:
    """Share of the (words, author) pairs whose words another author has nearly, and what follows.

    `copy_authors` is the number of accounts in the largest group, `alike` how many accounts
    would go if each group counted as one. Groups overlap where words drift; then the larger
    group takes an account. A sample of large windows makes groups smaller, never larger.
    """
    if not sample.kept:
        return {}
    groups: defaultdict[int, set[int]] = defaultdict(set)
    for known, author in sample.kept.values():
        for band in known:
            groups[band].add(author)
    shared = {band for band, authors in groups.items() if len(authors) > 1}
    copied = sum(not shared.isdisjoint(known) for known, _ in sample.kept.values())
    return {
        "duplicate_share": copied / len(sample.kept),
        "copy_authors": max(map(len, groups.values())) << sample.level,
        "alike": _alike([groups[band] for band in shared]) << sample.level,
    }


def newcomers(now: Reaches, before: Reaches) -> float:
    """Share of the authors of a window who did not post in the hours before it.

    Both samples are brought to one level, so that the same authors are looked at in both.
    """
    level = max(now.level, before.level)
    here, there = now.at(level), before.at(level)
    return sum(author not in there for author in here) / len(here) if here else 0.0


def authors_of(cells: Mapping[int, Cell], first: int, last: int) -> Reaches:
    """The authors of the quarter hours from number `first` up to, not including, `last`."""
    return joined(cells[at].authors for at in range(first, last) if at in cells)


def _alike(groups: list[set[int]]) -> int:
    taken: set[int] = set()
    beyond = 0
    for group in sorted(groups, key=lambda one: (-len(one), min(one))):
        fresh = group - taken
        beyond += len(fresh) - (1 if fresh == group else 0)
        taken |= fresh
    return beyond


def _one_of_many(
    name: str, here: Mapping[ThingId, int], heard: Mapping[ThingId, int], *, fewest: int
) -> dict[str, object]:
    """The share of the most frequent one; nothing where no other one was ever heard."""
    many = sum(here.values())
    if many < fewest or len(heard) < 2:  # noqa: PLR2004 - one and another
        return {}
    return {name: Counter(here).most_common(1)[0][1] / many}
