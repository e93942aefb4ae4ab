"""Messages as lists: by incident, state, place, language, channel, and who still has to sign."""

from collections.abc import Iterable
from dataclasses import dataclass

from ontology.identity import ThingId, kind_of
from service.message_content import KIND
from service.pathways import larger
from service.signing import APPROVAL
from service.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which messages are asked for; what is None excludes nothing.

    `signer` is a team that is asked for a signature now. `region` has all that lies in it;
    `language` all its variants: `fr` has `fr-CA`.
    """

    incident: str | None = None
    state: str | None = None
    signer: str | None = None
    region: str | None = None
    language: str | None = None
    channel: str | None = None


def listed(world: World, wanted: Wanted, *, after: str, limit: int) -> list[ThingId]:
    """The ids of messages, in their order, after another one."""
    known = sorted({one for one in _known(world, wanted) if kind_of(one) == KIND and one > after})
    chosen = (one for one in known if _is(world, one, wanted))
    return [one for one, _ in zip(chosen, range(limit), strict=False)]


def _known(world: World, wanted: Wanted) -> Iterable[ThingId]:
    """The fewest messages that are easily found among which all that are wanted are."""
    graph = world.graph
    if wanted.signer is not None:
        asked = graph.subjects("routedTo", ThingId(wanted.signer))
        waiting = (one for one in asked if kind_of(one) == APPROVAL)
        open_ = (one for one in waiting if graph.state(one) == "requested")
        return (ThingId(str(graph.get(one, "approves"))) for one in open_)
    if wanted.incident is not None:
        return graph.subjects("aboutIncident", ThingId(wanted.incident))
    return graph.of_type("Message")


def _is(world: World, message: ThingId, wanted: Wanted) -> bool:
    graph = world.graph
    same = (
        ("aboutIncident", wanted.incident),
        ("state", wanted.state),
        ("onChannel", wanted.channel),
    )
    if any(value is not None and graph.get(message, name) != value for name, value in same):
        return False
    spoken, region = str(graph.get(message, "language")), graph.get(message, "forRegion")
    if wanted.language is not None and not f"{spoken}-".startswith(f"{wanted.language}-"):
        return False
    around = larger(world, ThingId(str(region))) if region is not None else ()
    return wanted.region is None or wanted.region in around
