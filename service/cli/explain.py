"""`attune explain`: why a recorded decision was made."""

from typing import Annotated

import typer

from service.cli.output import AsJson, Home, opened, refuse, show


def command(
    decision: Annotated[str, typer.Argument(help="decision/…")],
    home: Home = None,
    *,
    as_json: AsJson = False,
) -> None:
    """The rules that fired, the facts they matched, and where each fact comes from."""
    from knowledge.refusals import Erased  # noqa: PLC0415 - light start
    from rules.explanation import explain  # noqa: PLC0415 - light start
    from service import desk  # noqa: PLC0415 - light start

    with opened(home) as world:
        event = world.ledger.by_id(decision)
        if event is None or event.type != "decision.made":
            refuse(
                f"There is no decision {decision[:140]!r}; ids look like decision/01jd3v5k8xq2."
            )
        try:
            made = desk.stored(event)
        except Erased as error:
            refuse(str(error))
        told = explain(made, world.policies.get(made.policy).policy)
    if as_json:
        show({"id": decision, **told.to_json()})
    else:
        typer.echo(told.text())
