"""Traces of who is affected: posts of known accounts, contacts that were measured elsewhere."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs
import pyarrow.compute as pc  # type: ignore[import-untyped]  # pyarrow has no type stubs

from knowledge.spread.assignment import assign
from ontology.identity import ThingId
from ontology.signals import Signal
from service.campaign_bodies import AffectedIn
from service.observing import hashes, observed
from service.world import World

_CONTACTS: Final = ("resolution", "survey")
Found = Iterator[tuple[ThingId, str]]


def traces(world: World, said: AffectedIn) -> Found:
    """Customers with why, one trace at a time, as often as there are traces."""
    if said.posted or said.posted_in:
        yield from _posts(world, said)
    if said.measured:
        yield from _contacts(world, said)


def _posts(world: World, said: AffectedIn) -> Found:
    """Whoever posted about the incident, or from one of the fences, under an account we know."""
    fences = {*said.posted_in}
    scopes = [
        replace(one, since=None, until=None)
        for one in world.scopes()
        if said.posted and one.id == said.incident
    ]
    known = {
        one: ThingId(str(whose))
        for one in world.graph.of_type("Account")
        if (whose := world.graph.get(one, "accountOf")) is not None
    }
    for signal in _signals(world, said) if known else ():
        customer = known.get(signal.author) if signal.author is not None else None
        if customer is None:
            continue
        if scopes and assign(signal, scopes):
            yield customer, f"posted about {said.incident}"
        for fence in sorted(fences & {*signal.fences}):
            yield customer, f"posted from {fence}"


def _signals(world: World, said: AffectedIn) -> Iterator[Signal]:
    if said.since is None:
        return world.segments.scan(until=said.until)
    return world.segments.scan(said.since, said.until)


def _contacts(world: World, said: AffectedIn) -> Found:
    """Whoever had a contact, by other systems' word, at a touchpoint or about the incident."""
    wanted = {
        "touchpoint": [*said.touchpoints],
        "incident": [said.incident] if said.incident is not None else [],
    }
    customers = [*world.graph.of_type("Customer")]
    for kind in _CONTACTS:
        table = observed(world, kind, said.since, said.until, unanswered=True)
        named = [(name, _about(table, name, things)) for name, things in wanted.items()]
        if not any(rows.num_rows for _, rows in named):
            continue
        marked = {mark: one for one, mark in hashes(world, customers, kind).items()}
        for name, rows in named:
            pairs = zip(rows["subject"].to_pylist(), rows[name].to_pylist(), strict=True)
            for subject, thing in pairs:
                if subject in marked:
                    yield marked[subject], f"a contact about {thing} ({kind})"


def _about(table: pa.Table, name: str, things: list[str]) -> pa.Table:
    """The rows in which a column names one of the things, and somebody is named, too."""
    values = pa.array(things, pa.string())
    named = pc.is_in(table[name].cast(pa.string()), value_set=values)
    return table.filter(pc.and_(named, pc.is_valid(table["subject"])))
