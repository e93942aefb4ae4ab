"""`attune geofences`: load them from GeoJSON, list them, ask where something lies."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from service.cli.output import AsJson, Home, opened, refuse, show

app = typer.Typer(help="Geofences: load, list, locate, measure.", no_args_is_help=True)


@app.command()
def load(
    file: Annotated[Path, typer.Argument(help="Geofences as GeoJSON.")],
    home: Home = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Put geofences through the gate; mistakes in the file leave all of it out."""
    from loaders.geojson import MOST_BYTES, read  # noqa: PLC0415 - light start
    from loaders.geojson_mistakes import GeoJsonInvalid, Mistake  # noqa: PLC0415 - light start
    from ontology.lifecycle import Actor, Role  # noqa: PLC0415 - light start
    from service.fencing import put_fences  # noqa: PLC0415 - light start
    from service.founding import OPERATOR  # noqa: PLC0415 - light start

    def told(one: Mistake) -> str:
        return f"{file}#{one.pointer}: {one.value} {one.detail}; for example {one.example}"

    try:
        with file.open("rb") as stream:
            loaded = read(stream.read(MOST_BYTES + 1))
    except OSError as error:
        refuse(f"{file}: {error.strerror}; give a file like fences.geojson")
    except GeoJsonInvalid as error:
        refuse("\n".join(told(one) for one in error.mistakes))
    with opened(home) as world:
        setter = Actor(id=OPERATOR, roles=frozenset({Role.ADMIN}))
        done = put_fences(world, loaded, setter)
    notices = [f"{one.pointer}: {one.detail}" for one in done.notices]
    if as_json:
        show({"put": [*done.put], "new": done.new, "notices": notices})
    else:
        typer.echo(f"{len(done.put)} stand, {done.new} new")
        for line in notices:
            typer.echo(f"  changed {file}#{line}")
    if done.refused:
        refuse("\n".join(told(one) for one in done.refused))


@app.command("list")
def listed(home: Home = None, *, as_json: AsJson = False) -> None:
    """The geofences, with region and team; with --json as GeoJSON."""
    from knowledge.areas import square_metres  # noqa: PLC0415 - light start
    from service.fencing import collection  # noqa: PLC0415 - light start
    from service.values import first  # noqa: PLC0415 - light start

    with opened(home) as world:
        places = world.places()
        if as_json:
            show(collection(places, sorted(places.told)))
            return
        for fence in places.fences.all:
            said = places.told[fence.id]
            rows = (first(said, "inRegion"), first(said, "localTeam"))
            more = ", ".join(str(one) for one in rows if one is not None)
            size = square_metres(fence.area) / 1e6
            typer.echo(f"{fence.id}  {first(said, 'name')}  {size:,.2f} km²  {more}")


@app.command()
def locate(
    home: Home = None,
    *,
    lat: Annotated[float | None, typer.Option(min=-90, max=90, help="Latitude.")] = None,
    lon: Annotated[float | None, typer.Option(min=-180, max=180, help="Longitude.")] = None,
    place: Annotated[str | None, typer.Option(help="The name of a place.")] = None,
    text: Annotated[str | None, typer.Option(help="Words that may name places.")] = None,
    as_json: AsJson = False,
) -> None:
    """Where a point, a place name or the words of a text lie; nothing is recorded."""
    from service import fencing  # noqa: PLC0415 - light start

    if (lat is None) != (lon is None) or (lat is None and place is None and text is None):
        refuse("give --lat and --lon, --place or --text, like --lat 40.8781 --lon -73.9123")
    with opened(home) as world:
        places, at = world.places(), world.clock.now()
        found: dict[str, object] = {}
        if lat is not None and lon is not None:
            (fences,) = fencing.points(places, [(lon, lat)], at)
            found["point"] = fencing.about(places, fences)
        if place is not None:
            found["place"] = fencing.named(places.named(place, at))
        if text is not None:
            found["text"] = fencing.spoken(places, text)
    if as_json:
        show(found)
        return
    for line in _lines(found):
        typer.echo(line)


@app.command()
def measure(
    file: Annotated[Path, typer.Argument(help="Posts about one crisis, as attune load takes.")],
    code: Annotated[str, typer.Argument(help="The ISO 3166 code of where it was, like US-CO.")],
    *,
    as_json: AsJson = False,
) -> None:
    """How many posts tell of a place by its name, and how often of the right one."""
    from tempfile import TemporaryDirectory  # noqa: PLC0415 - light start

    from knowledge.gazetteer import Gazetteer  # noqa: PLC0415 - light start
    from knowledge.location_measures import measured  # noqa: PLC0415 - light start
    from service.hearing import FeedRefused, heard  # noqa: PLC0415 - light start

    with TemporaryDirectory() as folder:
        rejects = Path(folder, "rejects.jsonl")
        try:
            posts = heard(
                file, feed="feed/measured", platform="platform/measured", rejects=rejects
            )
        except FeedRefused as error:
            refuse(str(error))
    told = measured((one.text for one in posts), code, Gazetteer())
    if as_json:
        show(asdict(told))
        return
    typer.echo(
        f"{told.posts} posts: {told.countries} tell of a country, {told.right_countries} of the "
        f"right one; {told.parts} of a part of one, {told.right_parts} of the right one"
    )


def _lines(found: dict[str, object]) -> list[str]:
    lines: list[str] = []
    for way, said in found.items():
        rows = said if isinstance(said, dict) else {}
        lines.append(f"{way}:" if rows else f"{way}: in no geofence")
        lines += [f"  {name}: {value}" for name, value in rows.items()]
    return lines
