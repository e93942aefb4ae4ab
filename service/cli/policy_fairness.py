"""`attune policy fairness`: how groups of people fared, and would by a proposed policy."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.forms import FormName, Out, form_of, formed, put_out
from service.cli.output import AsJson, Home, opened, refuse

if TYPE_CHECKING:
    from service.fairness_report import Asked
    from service.world import World


def policy_fairness(  # noqa: PLR0913 - what it looks at, and how it is shown
    home: Home = None,
    *,
    month: Annotated[str | None, typer.Option(help="Like 2026-10; the last whole one.")] = None,
    since: Annotated[str | None, typer.Option(help="The first day, like 2026-10-01.")] = None,
    until: Annotated[
        str | None, typer.Option(help="The day after the last one; tomorrow if absent.")
    ] = None,
    proposal: Annotated[
        str | None, typer.Option(help="Also by this policy: a proposal, a digest, a folder.")
    ] = None,
    form: FormName = "text",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Tiers, waits and offers by segment, language, region and vulnerability, like against like.

    Exits with 1 where groups differ in what no policy means.
    """
    from service.fairness import FairnessInvalid, fairness  # noqa: PLC0415 - light start

    shape = form_of(form, as_json=as_json)
    with opened(home) as world:
        world.catch_up()
        try:
            asked = _asked(world, (month, since, until), proposal)
            found = fairness(world, asked, lambda _done, _of: None)
        except FairnessInvalid as error:
            refuse(str(error))
    put_out(formed(found, shape, "Fairness"), out)
    if any(True for _ in found.findings):
        raise typer.Exit(1)


def _asked(
    world: "World", time: tuple[str | None, str | None, str | None], proposal: str | None
) -> "Asked":
    from ontology.marked_reader import FileInvalid  # noqa: PLC0415 - light start
    from service.fairness import period  # noqa: PLC0415 - light start
    from service.fairness_report import Asked  # noqa: PLC0415 - light start
    from service.policies import PolicyUnknown  # noqa: PLC0415 - light start
    from service.policy_sources import SourceUnknown, anywhere  # noqa: PLC0415 - light start
    from service.working_copy import WorkingCopyInvalid  # noqa: PLC0415 - light start

    first, last = period(world.clock.now().date(), *time)
    try:
        source = anywhere(world, proposal) if proposal is not None else None
    except (SourceUnknown, PolicyUnknown, WorkingCopyInvalid, FileInvalid) as error:
        refuse(str(error))
    return Asked(since=first, until=last, proposal=source)
