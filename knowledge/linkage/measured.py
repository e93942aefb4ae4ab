"""How good suggestions are on a made set: precision and recall, by threshold and variant."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.linkage import names
from knowledge.linkage.blocks import search
from knowledge.linkage.made_names import Made


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """At one threshold: pairs suggested, right ones among them, accounts that have a customer."""

    least: float
    suggested: int
    right: int
    there: int

    @property
    def precision(self) -> float:
        """The share of suggestions that are right; 1 where there are none."""
        return self.right / self.suggested if self.suggested else 1.0

    @property
    def recall(self) -> float:
        """The share of the accounts with a customer whose customer is suggested."""
        return self.right / self.there if self.there else 1.0


def measure(made: Made, thresholds: Sequence[float]) -> tuple[list[Measure], dict[str, float]]:
    """The measures at each threshold, and the recall of each kind of variant at the first."""
    accounts = {one: names.account(*said) for one, said in made.accounts.items()}
    customers = ((one, names.customer(name)) for one, name in made.customers.items())
    pairs = search(accounts, customers, least=min(thresholds)).pairs()
    there = sum(owner is not None for owner in made.truth.values())
    rows = []
    for least in thresholds:
        kept = [one for one in pairs if one.points >= least]
        right = sum(made.truth[one.account] == one.customer for one in kept)
        rows.append(Measure(least=least, suggested=len(kept), right=right, there=there))
    kept = [one for one in pairs if one.points >= thresholds[0]]
    found = {one.account for one in kept if made.truth[one.account] == one.customer}
    whose = [one for one, owner in made.truth.items() if owner is not None]
    total = Counter(made.kinds[one] for one in whose)
    hit = Counter(made.kinds[one] for one in whose if one in found)
    return rows, {kind: hit[kind] / total[kind] for kind in sorted(total)}
