"""Linking: accounts that may be customers, by name, put before a person, never joined alone."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from knowledge.linkage import names
from knowledge.linkage.blocks import Pair, search
from knowledge.linkage.names import Named
from knowledge.refusals import Conflict, DuplicateEvent
from ontology.events import Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Role, Standing, act, possible
from service.acts import acted, history
from service.alert_permits import ERASED, ROLE, Permits, Withheld
from service.joining import KIND, begun, sides
from service.permissions import SEE_PEOPLE
from service.sweep import ITSELF
from service.values import first
from service.world import World

LEAST: Final = 85.0
"""Points from which a pair is suggested; docs/alerts.md has what other thresholds would do."""

MOST_ACCOUNTS: Final = 100_000
_ACCOUNT: Final = {"handle": "handle", "name": "displayName", "platform": "onPlatform"}
_CUSTOMER: Final = {
    "name": "displayName",
    "home_region": "homeRegion",
    "language": "preferredLanguage",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """What a search cost and gave; `known` pairs were suggested before, whatever came of it."""

    accounts: int
    customers: int
    compared: int
    left_out: int
    namesakes: int
    new: int
    known: int


def suggest(world: World, *, least: float = LEAST) -> Suggested:
    """Put pairs that are called alike before a person; a pair is suggested once for all time."""
    world.catch_up()
    accounts = dict(_accounts(world))
    found = search(accounts, _customers(world), least=least)
    pairs = found.pairs()
    new = sum(_suggested(world, one) for one in pairs)
    world.catch_up()
    return Suggested(
        accounts=len(accounts),
        customers=found.customers,
        compared=found.compared,
        left_out=found.left_out,
        namesakes=found.namesakes,
        new=new,
        known=len(pairs) - new,
    )


def shown(world: World, link: ThingId, roles: frozenset[Role]) -> dict[str, Json] | None:
    """A link with the little that is needed to compare both sides; None where there is none."""
    event, graph = begun(world, link), world.graph
    if event is None:
        return None
    withheld, permits = Withheld(), Permits(graph, world.clock.now())
    state = graph.state(link)
    said: dict[str, Json] = {
        "id": link,
        "state": state,
        "score": event.data.get("score"),
        "by": event.data.get("by"),
        "suggested_at": event.occurred_at.isoformat(),
        "possible": [*possible(world.lifecycles, KIND, state, roles)],
    }
    both = sides(event)
    if both is None:
        withheld.add("account", ERASED)
        withheld.add("customer", ERASED)
    elif not roles & SEE_PEOPLE:
        withheld.add("account", ROLE)
        withheld.add("customer", ROLE)
    else:
        account, customer = both
        mine = permits.shown(account, _ACCOUNT, "account", withheld)
        theirs = permits.shown(customer, _CUSTOMER, "customer", withheld)
        said |= {"account": {"id": account, **mine}, "customer": {"id": customer, **theirs}}
    return said | {"withheld": withheld.json()}


def _accounts(world: World) -> Iterator[tuple[ThingId, Named]]:
    """The accounts that name no customer, as they are called."""
    found = (one for one in world.graph.of_type("Account"))
    for thing, _ in zip(found, range(MOST_ACCOUNTS), strict=False):
        properties = world.graph.properties(thing)
        if "accountOf" not in properties:
            handle, name = first(properties, "handle"), first(properties, "displayName")
            yield (
                thing,
                names.account(
                    handle if isinstance(handle, str) else None,
                    name if isinstance(name, str) else None,
                ),
            )


def _customers(world: World) -> Iterator[tuple[ThingId, Named]]:
    for thing in world.graph.of_type("Customer"):
        name = world.graph.get(thing, "displayName")
        if isinstance(name, str):
            yield thing, names.customer(name)


def _suggested(world: World, pair: Pair) -> bool:
    """Record one pair, unless it was suggested before."""
    name = world.keys.mac("links", [pair.account, pair.customer]).hex()[:32]
    link = ThingId(f"link/{name}")
    if history(world, link):
        return False
    at, stands = world.clock.now(), Standing(thing=link, kind=KIND, state=None)
    outcome = act(world.lifecycles, stands, "suggest", actor=ITSELF, at=at, data={})
    draft = acted(f"event/linked-{name}", stands, outcome, ITSELF, at)
    said: dict[str, Json] = {"account": pair.account, "customer": pair.customer}
    told = {**draft.data, "sides": said, "score": pair.points, "by": pair.by}
    sealed = replace(draft, data=told, personal={"sides": pair.customer})
    try:
        world.ledger.append([sealed], expected={Scope(link): 0})
    except (DuplicateEvent, Conflict):  # another run was first
        return False
    return True
