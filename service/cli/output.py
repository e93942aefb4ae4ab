"""What every command shares: how it refuses bad input, prints JSON, and finds its home."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from service.settings import Settings
    from service.world import World

Home = Annotated[
    Path | None,
    typer.Option("--home", envvar="ATTUNE_HOME", help="The attune home; by default ./var."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def refuse(message: str) -> NoReturn:
    """Say what is wrong on standard error and end with exit code 2."""
    typer.echo(message, err=True)
    raise typer.Exit(2)


def show(value: object) -> None:
    """Print a value as JSON, keys in their order."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def configured(**given: object) -> "Settings":
    """The settings of the environment with the options that were given; refuses bad ones."""
    from pydantic import ValidationError  # noqa: PLC0415 - light start

    from service.settings import Settings  # noqa: PLC0415 - light start

    said = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings(**said)  # type: ignore[arg-type] # pydantic checks them
    except ValidationError as error:
        refuse("\n".join(_setting(dict(fault)) for fault in error.errors()))


def _setting(fault: Mapping[str, object]) -> str:
    """One bad setting: its variable, what was given, what is wrong, the default."""
    from service.settings import Settings  # noqa: PLC0415 - light start

    place = fault["loc"]
    name = str(place[0]) if isinstance(place, tuple) and place else ""
    field = Settings.model_fields.get(name)
    default = f"; for example {field.default!s}" if field is not None and field.default else ""
    return f"ATTUNE_{name.upper()} {str(fault['input'])[:80]!r}: {fault['msg']}{default}"


@contextmanager
def opened(home: Path | None, *, create: bool = False) -> Iterator["World"]:
    """The world of a home, closed afterwards; refuses one that is not there or can't be used."""
    from knowledge.refusals import LedgerRefused  # noqa: PLC0415 - light start
    from service.opening import HomeRefused  # noqa: PLC0415 - light start
    from service.world import World  # noqa: PLC0415 - light start

    settings = configured(home=home)
    try:
        world = World.open(settings, create=create)
    except (HomeRefused, LedgerRefused, OSError) as error:
        refuse(str(error))
    try:
        yield world
    finally:
        world.close()


def decided(answer: Mapping[str, object]) -> Iterator[str]:
    """A recorded decision as the API answers it, in lines for people."""
    yield f"{answer['id']}  (event {answer['sequence']})"
    yield from _outcome(answer)


def known_then(answer: Mapping[str, object]) -> Iterator[str]:
    """What was known at a moment, and what would have been decided, in lines for people."""
    policy, facts = answer["policy"], answer["facts"]
    if not isinstance(policy, Mapping) or not isinstance(facts, list):
        return
    yield f"as of {answer['at']}  (event {answer['sequence']}; nothing is recorded)"
    yield f"  policy        {policy['digest'][:16]} since {policy['since']}, by {policy['by']}"
    yield from _outcome(answer)
    for fact in facts:
        told = ", ".join(f"{name} {value}" for name, value in fact["values"].items())
        yield f"  known         {fact['kind']}: {told}"


def _outcome(answer: Mapping[str, object]) -> Iterator[str]:
    decision = answer["decision"]
    if not isinstance(decision, Mapping):
        return
    within = f" within {decision['within']}" if decision.get("within") else ""
    yield f"  escalate to   {decision['tier']}{within}"
    for route in decision["routes"]:
        instead = f", instead of {route['instead_of']}" if route.get("instead_of") else ""
        yield f"  who answers   {route['team']} ({route['priority']}{instead})"
    for label, rows in (
        ("respond with", [_named(row, "strategy", "template") for row in decision["responses"]]),
        ("required", [_named(row, "name", "from_team") for row in decision["requirements"]]),
        ("forbidden", decision["prohibitions"]),
        (
            "owed",
            [
                f"{row['family']} by {row['from_team']} within {row['within']}"
                for row in decision["duties"]
            ],
        ),
        ("tell", [_named(row, "team", "within") for row in decision["notifications"]]),
        (
            "set aside",
            [
                f"{row['rule']}: snoozed by {row['by']} for {row['about']} until {row['until']}"
                for row in decision.get("set_aside", [])
            ],
        ),
        ("because of", [f"{row['name']}: {row['about']}" for row in decision["cautions"]]),
        ("unknown", answer.get("unknown", [])),
        ("degraded", answer.get("degraded", [])),
    ):
        for row in rows if isinstance(rows, list) else []:
            yield f"  {label:<13} {row}"
    found = answer.get("precedents")
    if isinstance(alike := answer.get("similar"), Mapping):
        yield f"  precedents    {alike_in_words(alike)}"
    for case in found if isinstance(found, list) else []:
        yield f"  precedent     {case['title']} ({case['id']}, {case['score']:.2f})"


def _named(row: Mapping[str, object], name: str, more: str) -> str:
    return f"{row[name]} ({row[more]})" if row.get(more) else str(row[name])


def alike_in_words(alike: Mapping[str, object]) -> str:
    """How many cases are alike, in words.

    >>> alike_in_words({"count": 20, "or_more": True})
    '20 similar cases or more'
    """
    many = alike["count"]
    return f"{many} similar case{'' if many == 1 else 's'}{' or more' if alike['or_more'] else ''}"
