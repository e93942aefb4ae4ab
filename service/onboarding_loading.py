"""Loading an onboarding document: a file becomes the record that is in force from now on."""

from collections.abc import Mapping
from pathlib import Path

from loaders.onboarding import DocumentInvalid, material
from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle import Actor
from ontology.record_values import RecordInvalid
from service.committing import GateRefused
from service.onboarding import TYPE
from service.recording import put_record
from service.world import World

_LONGEST_NAME = 200


class LoadRefused(ValueError):
    """The document is not loaded; the message says why and shows what would do."""


def put(
    world: World, thing: ThingId, file: Path, stated: Mapping[str, Json], actor: Actor
) -> tuple[str, str]:
    """Put a document; gives the event and from when it is in force.

    What is not stated of the name is its first line. A changed text holds from now unless it is
    stated from when; an equal one from when it did.

    Raises:
        LoadRefused: the file is no document, or its record is refused.
    """
    try:
        text = material(file)
    except DocumentInvalid as error:
        raise LoadRefused(str(error)) from error
    except OSError as error:
        cure = "give a file like welcome.md"
        raise LoadRefused(f"{file} cannot be read: {error.strerror}; {cure}") from error
    owner = ThingId(str(stated["ownedBy"]))
    if not world.graph.exists(owner):
        raise LoadRefused(f"the owner {owner} does not stand; valid: team/customer-care")
    begins = str(stated["validFrom"] or _since(world, thing, text))
    name = stated["name"] or text.strip().splitlines()[0].lstrip("# ")[:_LONGEST_NAME]
    said = {**stated, "name": name, "material": text, "validFrom": begins}
    given = {key: value for key, value in said.items() if value is not None}
    try:
        event = put_record(world, type=TYPE, properties=given, id=thing, actor=actor)
    except (RecordInvalid, GateRefused) as error:
        raise LoadRefused(str(error)) from error
    return event.id, begins


def _since(world: World, thing: ThingId, text: str) -> str:
    stands = world.graph.get(thing, "validFrom")
    same = world.graph.get(thing, "material") == text
    return str(stands) if stands is not None and same else world.clock.now().isoformat()
