"""People of outcomes: from measurements to one row a person, with what was known before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs
import pyarrow.compute as pc  # type: ignore[import-untyped]  # pyarrow has no type stubs

from knowledge.measures.designs import Floats, Values
from knowledge.measures.estimates import Unsuited
from knowledge.measures.histories import History, Integers
from service.observing import observed
from service.world import World

DAY: Final = 86_400
_YEAR: Final = 365 * DAY
_FAR: Final = 2**33


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """The relationship of each person at a moment; `here` is whether there was one.

    `left` is whether it ended by leaving, at `until`; `followed` until when that would have been
    seen. Times are seconds since 1970.
    """

    here: npt.NDArray[np.bool_]
    since: Integers
    until: Integers
    left: Floats
    followed: Integers
    segment: Values
    region: Values


def seconds(column: pa.ChunkedArray) -> Integers:
    """Moments as seconds since 1970; 0 where there is none."""
    return np.asarray(pc.fill_null(column.cast(pa.int64()), 0).to_numpy() // 1_000_000)


def names(column: pa.ChunkedArray) -> Values:
    """Words as Python has them, None where there is none."""
    return np.array([*column.to_pylist(), None], dtype=object)[:-1]


def relations(world: World, people: Integers, at: Integers) -> Relations:
    """The relationship that each person had at each moment, the one that began last."""
    table = observed(world, "relationship")
    rows = np.arange(table.num_rows, dtype=float)
    since = seconds(table["since"])
    place = History.of(table["subject"].to_numpy(), since, rows).last_between(
        people, np.zeros_like(at), at + 1
    )
    here = ~np.isnan(place)
    row = np.where(here, place, 0).astype(np.int64)
    if not table.num_rows:
        none = np.zeros(len(people), dtype=np.int64)
        words = np.full(len(people), None, dtype=object)
        return Relations(
            here=here,
            since=none,
            until=none,
            left=none.astype(float),
            followed=none,
            segment=words,
            region=words,
        )
    churned = table["churned"].to_numpy().astype(bool)
    seen = seconds(table["observed_until"])
    ended = pc.is_valid(table["until"]).to_numpy()
    until = np.where(ended, np.minimum(seconds(table["until"]), np.maximum(seen, 0)), seen)
    until = np.where(ended & churned, seconds(table["until"]), until)
    followed = np.where(churned & (seen <= until), seen.max(), seen)
    return Relations(
        here=here & (until[row] > at),
        since=since[row],
        until=until[row],
        left=churned[row].astype(float),
        followed=followed[row],
        segment=names(table["segment"])[row],
        region=names(table["region"])[row],
    )


def revenue(world: World, currency: str | None) -> tuple[History, str | None]:
    """What people paid, in one currency.

    Raises:
        Unsuited: there are several currencies, and none is named.
    """
    table = observed(world, "revenue")
    kinds = sorted(set(table["currency"].to_pylist()))
    if currency is None and len(kinds) > 1:
        raise Unsuited(
            f"revenue is in {', '.join(kinds)}; name one as `currency`, amounts are not converted"
        )
    wanted = currency if currency is not None else next(iter(kinds), None)
    if wanted is not None:
        table = table.filter(pc.equal(table["currency"], wanted))
    history = History.of(
        table["subject"].to_numpy(), seconds(table["at"]), table["amount"].to_numpy()
    )
    return history, wanted


def answers(world: World, instrument: str) -> History:
    """The answers of people to one instrument."""
    table = observed(world, "survey")
    table = table.filter(pc.equal(table["instrument"], instrument))
    return History.of(table["subject"].to_numpy(), seconds(table["at"]), table["score"].to_numpy())


def known_before(
    world: World,
    wanted: Sequence[str],
    moments: tuple[Integers, Integers],
    found: Mapping[str, Values],
    currency: str | None = None,
) -> dict[str, Values]:
    """Columns of people at moments: `found` has those that are there, the rest is looked up.

    Raises:
        Unsuited: revenue is in several currencies.
    """
    people, at = moments
    made: dict[str, Any] = {}
    for name in wanted:
        if name in found:
            made[name] = found[name]
        elif name == "revenue":
            paid, _ = revenue(world, currency)
            made[name] = _gentle(paid.sums_between(people, at - _YEAR, at))
        elif name == "cases":
            table = observed(world, "resolution")
            table = table.filter(pc.is_valid(table["subject"]))
            cases = History.of(table["subject"].to_numpy(), seconds(table["opened"]))
            # The case that is answered is open already; it is not one before.
            made[name] = cases.counts_between(people, at - _YEAR, at).astype(float)
        elif name == "month":
            made[name] = np.array([f"{_moment(one):%Y-%m}" for one in at.tolist()], dtype=object)
        else:
            instrument = {"trust": "trust", "satisfaction": "csat"}[name]
            made[name] = answers(world, instrument).last_between(people, np.zeros_like(at), at)
    return made


def _gentle(amounts: Floats) -> Floats:
    """Amounts on a scale on which a few large ones do not decide everything."""
    return np.sign(amounts) * np.log1p(np.abs(amounts))


def _moment(stamp: int) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)
