"""`attune explain`: why a decision was made, why a rule stayed quiet, what would change it."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from ontology.events import Json
    from service.reasoning import Reasons
    from service.world import World


class Aspect(StrEnum):
    """What of a decision would be another."""

    TIER = "tier"
    ROUTES = "routes"


def command(  # noqa: PLR0913 - one option a question
    decision: Annotated[str, typer.Argument(help="decision/…")],
    home: Home = None,
    *,
    rule: Annotated[
        str | None,
        typer.Option("--why-not", help="A rule: which of its conditions failed, by how much."),
    ] = None,
    change: Annotated[
        bool,
        typer.Option("--what-would-change", help="The smallest changes that decide otherwise."),
    ] = False,
    of: Annotated[Aspect, typer.Option(help="What --what-would-change would change.")] = (
        Aspect.TIER
    ),
    picture: Annotated[
        Path | None, typer.Option(help="Draw the derivation into this file, as SVG.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Why: the rules that fired, the facts they matched, and where each fact comes from.

    One of --why-not, --what-would-change and --picture asks something else about the decision.
    """
    if (rule is not None) + change + (picture is not None) > 1:
        refuse("Ask one thing at a time: --why-not, --what-would-change or --picture.")
    with opened(home) as world:
        reasons = _reasons(world, decision)
        if rule is not None:
            told = _why_not(reasons, rule)
        elif change:
            told = reasons.otherwise(of.value)
        elif picture is not None:
            told = _drawn(reasons, picture)
        else:
            told = reasons.why()
    if as_json:
        show(told)
    else:
        typer.echo(_words(told))


def _reasons(world: "World", decision: str) -> "Reasons":
    from knowledge.refusals import Erased  # noqa: PLC0415 - light start
    from service.reasoning import Reasons  # noqa: PLC0415 - light start

    event = world.ledger.by_id(decision)
    if event is None or event.type != "decision.made":
        refuse(f"There is no decision {decision[:140]!r}; ids look like decision/01jd3v5k8xq2.")
    try:
        return Reasons.of(world, event)
    except Erased as error:
        refuse(str(error))


def _why_not(reasons: "Reasons", rule: str) -> "dict[str, Json]":
    from service.reasoning import RuleUnknown  # noqa: PLC0415 - light start

    try:
        return reasons.why_not(rule)
    except RuleUnknown as error:
        refuse(str(error))


def _drawn(reasons: "Reasons", picture: Path) -> "dict[str, Json]":
    drawn = reasons.picture()
    try:
        picture.write_bytes(drawn)
    except OSError as error:
        refuse(f"{picture}: cannot be written: {error.strerror}; name a file like why.svg")
    text = f"{picture}: {len(drawn) // 1024} KiB"
    return {"id": reasons.event.id, "picture": str(picture), "text": text}


def _words(told: "dict[str, Json]") -> str:
    """An answer for people: its text, or that of each of its items."""
    if "text" in told:
        return str(told["text"])
    items = told["items"] if isinstance(told["items"], list) else []
    lines = [str(item["text"]) for item in items if isinstance(item, dict)]
    return "\n".join(lines) or f"No change of one fact or two would make the {told['of']} another."
