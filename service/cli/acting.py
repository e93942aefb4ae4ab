"""What commands share that do an act to a thing: who acts, what is refused, what is told."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.output import opened, refuse, show

if TYPE_CHECKING:
    from ontology.events import Json
    from ontology.identity import ThingId

By = Annotated[str, typer.Option(help="Who does it: person/…")]
OPERATOR = "person/operator"


def done(
    home: Path | None,
    thing: str,
    act: str,
    data: "Mapping[str, Json]",
    *,
    by: str = OPERATOR,
    as_json: bool,
) -> None:
    """Do an act at this machine, with every role that a key can hold, and tell what came of it."""
    from knowledge.refusals import Conflict  # noqa: PLC0415 - light start
    from ontology.identity import kind_of  # noqa: PLC0415 - light start
    from ontology.lifecycle import Actor  # noqa: PLC0415 - light start
    from service.acts import (  # noqa: PLC0415 - light start
        ActRefused,
        GateRefused,
        ThingUnknown,
        propose,
    )
    from service.permissions import KEY_ROLES  # noqa: PLC0415 - light start

    actor = Actor(id=named(by, "person"), roles=KEY_ROLES)
    subject = named(thing)
    with opened(home) as world:
        try:
            event = propose(
                world, thing=subject, kind=kind_of(subject), act=act, data=data, actor=actor
            )
        except (ActRefused, GateRefused, Conflict, ThingUnknown) as error:
            refuse(str(error))
    waiting = event.data.get("waiting_for", 0)
    if as_json:
        show({"thing": subject, "state": event.data["to"], "waiting_for": waiting})
        return
    more = f"; waits for {waiting} more" if waiting else ""
    typer.echo(f"{subject}: {event.data['to']}{more}")


def named(text: str, kind: str | None = None) -> "ThingId":
    """An id, of one kind if one is asked for; refuses others."""
    from ontology.identity import IdentityInvalid, kind_of, thing_id  # noqa: PLC0415 - light start

    try:
        found = thing_id(text)
    except IdentityInvalid as error:
        refuse(str(error))
    if kind is not None and kind_of(found) != kind:
        refuse(f"{text[:80]!r} is no {kind}; write an id like {kind}/5f1c9a")
    return found
