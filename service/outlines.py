"""Outlines: the area of a geofence in its recorded form, whichever door the record took."""

from collections.abc import Mapping

from loaders.geojson import GeoJsonInvalid, canonical
from ontology.events import Json
from ontology.record_values import RecordInvalid


def outlined(name: str, properties: Mapping[str, Json]) -> dict[str, Json]:
    """Properties of a record, a geofence's area read, repaired and written anew.

    Raises:
        RecordInvalid: the area is none.
    """
    said = dict(properties)
    if name != "Geofence" or said.get("area") is None:
        return said
    try:
        said["area"], _ = canonical(said["area"], said.get("radius"))
    except GeoJsonInvalid as error:
        raise RecordInvalid(
            {
                f"/properties{one.pointer}": f"{one.value} {one.detail}; for example {one.example}"
                for one in error.mistakes
            }
        ) from error
    return said
