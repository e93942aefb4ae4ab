"""`attune alerts budget`: pages a shift against minutes of warning; choose, and it is written."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from service.cli.moments import moment
from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from service.alert_budget import Asked
    from service.budget_choice import Choice
    from service.paging_curve import Curve
    from service.world import World

_Listed = list[str] | None
_Moment = Literal["escalated", "opened", "peak"]


def command(  # noqa: PLR0913 - what a budget depends on
    rule: Annotated[str, typer.Argument(help="The rule whose thresholds are moved, like surge.")],
    home: Home = None,
    *,
    field: Annotated[_Listed, typer.Option(help="Like spread.excess; two are moved together.")],
    values: Annotated[
        _Listed, typer.Option(help="Like 2,3,5, field by field; by default around the present.")
    ] = None,
    reference: Annotated[
        _Moment | None,
        typer.Option(help="Until when warning counts; escalated, with --feeds the peak."),
    ] = None,
    since: Annotated[str | None, typer.Option(help="From when on, ISO 8601.")] = None,
    until: Annotated[str | None, typer.Option(help="Until when, ISO 8601; now if absent.")] = None,
    every: Annotated[int, typer.Option(min=1, max=1440, help="Minutes between two looks.")] = 15,
    shift_hours: Annotated[
        float | None, typer.Option(min=0.25, max=168, help="By default the roster's, else 8.")
    ] = None,
    group_minutes: Annotated[
        int | None,
        typer.Option(min=1, max=1440, help="One page a cause; by default as alerts do it."),
    ] = None,
    pages_per_shift: Annotated[
        float | None, typer.Option(min=0, help="What one team can take; a point is recommended.")
    ] = None,
    feeds: Annotated[
        Path | None, typer.Option(help="A folder of labelled crises (T26), not this home's posts.")
    ] = None,
    ordinary: Annotated[
        Path | None, typer.Option(help="With --feeds: a folder of series of ordinary volume.")
    ] = None,
    facts: Annotated[
        Path | None, typer.Option(help="With --feeds: JSON, what is known of each incident.")
    ] = None,
    seed: Annotated[int, typer.Option(help="With --feeds: how they are interleaved.")] = 0,
    picture: Annotated[Path | None, typer.Option(help="Write the curve as SVG.")] = None,
    choose: Annotated[str | None, typer.Option(help="The value to take, like 5 or 5,20.")] = None,
    reason: Annotated[str, typer.Option(help="With --choose: why.")] = "",
    out: Annotated[
        Path | None, typer.Option(help="With --choose: a folder to write it to, to be pushed.")
    ] = None,
    by: Annotated[str, typer.Option(help="With --choose: who proposes it.")] = "person/operator",
    as_json: AsJson = False,
) -> None:
    """Try a threshold at many values on recorded history: pages a shift, minutes of warning.

    `--choose` proposes the changed rule, its cases moved; a second person approves and activates.
    """
    from datetime import timedelta  # noqa: PLC0415 - light start

    from service.alert_budget import Asked  # noqa: PLC0415 - light start
    from service.alert_references import Reference  # noqa: PLC0415 - light start

    _writable(picture, ".svg")
    asked = Asked(
        rule=rule,
        fields=tuple(field or ()),
        values=tuple(_numbers("--values", one) for one in values or ()),
        reference=Reference(reference or ("escalated" if feeds is None else "peak")),
        since=moment("--since", since),
        until=moment("--until", until),
        every=timedelta(minutes=every),
        shift=None if shift_hours is None else timedelta(hours=shift_hours),
        group=None if group_minutes is None else timedelta(minutes=group_minutes),
    )
    with opened(home) as world:
        curve = _curve(world, asked, (feeds, ordinary, facts), seed)
        if picture is not None:
            _draw(curve, picture, pages_per_shift)
        chosen = None
        if choose is not None:
            chosen = _chosen(world, curve, (choose, reason), (out, by))
    if as_json:
        from service.budget_report import report  # noqa: PLC0415 - light start

        show({**report(curve, pages_per_shift), "choice": chosen})
        return
    from service.budget_table import lines  # noqa: PLC0415 - light start

    typer.echo("\n".join(lines(curve, pages_per_shift)))
    if chosen is not None:
        typer.echo("\n".join(_told(chosen)))


def _curve(world: "World", asked: "Asked", files: Sequence[Path | None], seed: int) -> "Curve":
    from loaders.tables import TableInvalid  # noqa: PLC0415 - light start
    from rules.thresholds import ThresholdInvalid  # noqa: PLC0415 - light start
    from service.alert_budget import RuleUnknown, budget  # noqa: PLC0415 - light start
    from service.labelled_budget import Source, labelled_budget  # noqa: PLC0415 - light start
    from service.paging_grid import GridInvalid  # noqa: PLC0415 - light start
    from service.policies import PolicyUnknown  # noqa: PLC0415 - light start
    from service.recorded_history import HistoryInvalid  # noqa: PLC0415 - light start

    feeds, ordinary, facts = files
    try:
        with _progress() as progress:
            if feeds is None:
                return budget(world, asked, progress)
            source = Source(feeds=feeds, ordinary=ordinary, facts=facts, seed=seed)
            return labelled_budget(world, asked, source, progress)
    except (RuleUnknown, PolicyUnknown) as error:
        refuse(str(error.args[0]))
    except (ThresholdInvalid, GridInvalid, HistoryInvalid, TableInvalid) as error:
        refuse(str(error))
    except KeyboardInterrupt:
        typer.echo("Stopped; nothing was written.", err=True)
        raise typer.Exit(130) from None


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console  # noqa: PLC0415 - light start
    from rich.progress import Progress  # noqa: PLC0415 - light start

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("looking at history", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _draw(curve: "Curve", path: Path, budget: float | None) -> None:
    from service.budget_picture import picture  # noqa: PLC0415 - light start

    try:
        path.write_text(picture(curve, budget), encoding="utf-8")
    except OSError as error:
        refuse(f"--picture {str(path)!r}: {error.strerror}")


def _chosen(
    world: "World", curve: "Curve", what: tuple[str, str], where: tuple[Path | None, str]
) -> dict[str, object]:
    """What became of a choice: a working copy, or a proposal."""
    from rules.thresholds import ThresholdInvalid  # noqa: PLC0415 - light start
    from service.budget_choice import ChoiceInvalid, choose, write  # noqa: PLC0415 - light start

    (value, reason), (out, by) = what, where
    try:
        choice = choose(world, curve, _numbers("--choose", value), reason)
        found: dict[str, object] = {
            "reason": choice.reason,
            "files": sorted(choice.changes),
            "cases": [*choice.cases],
            "objections": [*choice.objections],
            "missing": choice.missing,
        }
        if out is not None:
            return found | {"base": write(world, choice, out), "folder": str(out)}
    except (ChoiceInvalid, ThresholdInvalid) as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"--out {str(out)!r}: {error.strerror or error}")
    return found | {"proposal": _proposed(world, choice, by)}


def _proposed(world: "World", choice: "Choice", by: str) -> str:
    from knowledge.refusals import Conflict  # noqa: PLC0415 - light start
    from ontology.identity import IdentityInvalid, thing_id  # noqa: PLC0415 - light start
    from ontology.lifecycle import Actor, ActRefused, Role  # noqa: PLC0415 - light start
    from service.budget_choice import put_forward  # noqa: PLC0415 - light start
    from service.problems import ProblemError  # noqa: PLC0415 - light start

    try:
        actor = Actor(id=thing_id(by), roles=frozenset({Role.GOVERNANCE}))
        return put_forward(world, choice, actor).subject
    except ProblemError as error:
        faults = "".join(f"\n  {one.detail}" for one in error.faults)
        refuse(
            f"{error.detail}{faults}\nwrite it to a folder, settle the cases there and push it:"
            " --out changed"
        )
    except (IdentityInvalid, ActRefused, Conflict) as error:
        refuse(str(error))


def _told(chosen: dict[str, object]) -> Iterator[str]:
    for name, words in (("cases", "case followed"), ("objections", "a case objects")):
        rows = chosen[name]
        yield from (f"  {words}: {row}" for row in (rows if isinstance(rows, list) else []))
    if chosen["missing"]:
        yield f"cases that the rule lacks now:\n{chosen['missing']}"
    yield f"reason: {chosen['reason']}"
    if "folder" in chosen:
        yield (
            "nothing is applied yet; look at the reason and the notes of the cases, then propose"
            f" it: attune policy push {chosen['folder']} --reason …"
        )
    else:
        yield f"{chosen['proposal']} waits for a second person; nothing is applied yet"


def _numbers(option: str, text: str) -> tuple[float, ...]:
    from math import isfinite  # noqa: PLC0415 - light start

    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        found = ()
    if not found or not all(map(isfinite, found)):
        refuse(f"{option} {text[:80]!r} are no numbers; write {option} 2,3.5,5")
    return found


def _writable(path: Path | None, ending: str) -> None:
    """Refuse a file that can't be written, before minutes of work."""
    if path is None:
        return
    if path.suffix != ending:
        refuse(f"--picture {str(path)!r} is no {ending}; write budget{ending}")
    if not path.absolute().parent.is_dir():
        refuse(f"--picture {str(path)!r}: there is no folder {str(path.parent)!r}")
