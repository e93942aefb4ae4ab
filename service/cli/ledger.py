"""`attune ledger`: look at what is recorded, prove it, and erase a person."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.output import AsJson, Home, configured, refuse, show

if TYPE_CHECKING:
    from knowledge.ledger import Ledger
    from ontology.events import Event

app = typer.Typer(help="Look at the ledger, prove what it holds, erase a person.")

_Place = Annotated[str, typer.Argument(help="A sequence like 42, or an id like event/01jd….")]


@app.command("head")
def head(home: Home = None, *, as_json: AsJson = False) -> None:
    """How many events there are, and the root of the Merkle tree over them."""
    with _opened(home) as ledger:
        size = ledger.head()
        root = ledger.root(size).hex()
    if as_json:
        show({"size": size, "root": root})
    else:
        typer.echo(f"{size} events, root {root}")


@app.command("verify")
def verify(
    home: Home = None,
    *,
    against: Annotated[
        str, typer.Option(help="A head kept elsewhere, <size>:<root>, that must still hold.")
    ] = "",
    file: Annotated[
        Path | None, typer.Option(help="A sitrep's HTML file to check instead; needs no home.")
    ] = None,
    key: Annotated[str, typer.Option(help="Who must have signed that file, 64 hex digits.")] = "",
    as_json: AsJson = False,
) -> None:
    """Recompute everything from the stored bytes; exit code 1 if anything differs."""
    from rich.progress import Progress  # noqa: PLC0415 - light start

    if file is not None:
        from service.cli.sitrep import verify_file  # noqa: PLC0415 - light start

        verify_file(file, home, key, as_json=as_json)
        return
    with _opened(home) as ledger, Progress(disable=as_json, transient=True) as bar:
        task = bar.add_task("events", total=None)
        found = ledger.verify(lambda done, total: bar.update(task, completed=done, total=total))
        problems = [*found.problems, *(_differs(ledger, against) if against else ())]
    if as_json:
        told = {"ok": not problems, "size": found.size, "root": found.root.hex()}
        show({**told, "problems": problems})
    else:
        for problem in problems:
            typer.echo(problem)
        typer.echo(f"{found.size} events, root {found.root.hex()}")
        typer.echo(f"{len(problems)} problems" if problems else "everything verifies")
    if problems:
        raise typer.Exit(1)


@app.command("show")
def one(place: _Place, home: Home = None, *, as_json: AsJson = False) -> None:
    """One event; what was erased is null and named."""
    from knowledge.envelopes import to_json  # noqa: PLC0415 - light start

    with _opened(home) as ledger:
        event = _found(ledger, place)
    told = to_json(event)
    if as_json:
        show(told)
        return
    for name, value in told.items():
        typer.echo(f"{name:<12} {value}")


@app.command("proof")
def proof(
    place: _Place,
    home: Home = None,
    *,
    size: Annotated[int | None, typer.Option(help="Of the tree; by default of today's.")] = None,
    as_json: AsJson = False,
) -> None:
    """The RFC 9162 inclusion proof of one event, checkable without this ledger.

    The leaf is SHA-256 over a zero byte and the entry, which --json gives.
    """
    from knowledge.merkle import ProofImpossible  # noqa: PLC0415 - light start

    with _opened(home) as ledger:
        event = _found(ledger, place)
        try:
            total = ledger.head() if size is None else size
            path = [node.hex() for node in ledger.inclusion(event.sequence, total)]
            root = ledger.root(total).hex()
            entry = (ledger.entry(event.sequence) or b"").decode()
        except ProofImpossible as error:
            refuse(str(error))
    if as_json:
        told = {"sequence": event.sequence, "leaf": event.leaf.hex(), "size": total, "root": root}
        show({**told, "path": path, "entry": entry})
        return
    typer.echo(f"leaf  {event.leaf.hex()}  (event {event.sequence} of {total})")
    for node in path:
        typer.echo(f"with  {node}")
    typer.echo(f"root  {root}")


@app.command("erase")
def erase(
    subject: Annotated[str, typer.Argument(help="Whom, for example customer/0f3a….")],
    home: Home = None,
    *,
    actor: Annotated[str, typer.Option(help="Who orders it: person/…")],
    reason: Annotated[str, typer.Option(help="Why, for the record; name nobody here.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Destroy a person's key for good; the record stays and still verifies."""
    from ontology.identity import IdentityInvalid, thing_id  # noqa: PLC0415 - light start
    from service.clock import new_id  # noqa: PLC0415 - light start

    try:
        whom, who = thing_id(subject), thing_id(actor)
    except IdentityInvalid as error:
        refuse(str(error))
    with _opened(home, writing=True) as ledger:
        if not yes and not typer.confirm(f"Erase {whom} for good?"):
            refuse("nothing was erased")
        event = ledger.erase(whom, actor=who, id=new_id("event"), reason=reason)
    if as_json:
        show({"subject": whom, "sequence": event.sequence, "id": event.id})
    else:
        typer.echo(f"{whom} is erased, recorded as event {event.sequence}")


@contextmanager
def _opened(home: Home, *, writing: bool = False) -> Iterator["Ledger"]:
    """The ledger of a home, closed afterwards; refuses a home that has none.

    Whoever writes has the clock of the world that it is; to read, any will do.
    """
    from knowledge.recorded_decisions import RecordedDecisions  # noqa: PLC0415 - light start
    from knowledge.refusals import LedgerRefused  # noqa: PLC0415 - light start
    from service.opening import HomeRefused  # noqa: PLC0415 - light start
    from service.opening import opened as parts  # noqa: PLC0415 - light start

    settings = configured(home=home)
    if not (settings.keys_path / "master.key").exists():
        refuse(f"{settings.home} is no attune home; make one with: attune init --home DIR")
    if not writing:
        settings = settings.model_copy(update={"clock_may_jump": True})
    try:
        ledger, keys, _ = parts(settings, create=False)
        with closing(keys), closing(ledger):
            yield ledger
            if writing:  # somebody may have been erased, who must not stand in what is derived
                RecordedDecisions(settings.decisions_path, ledger, keys).forget()
    except (LedgerRefused, HomeRefused) as error:
        refuse(str(error))


def _found(ledger: "Ledger", place: str) -> "Event":
    event = ledger.at(int(place)) if place.isdecimal() else ledger.by_id(place)
    if event is None:
        refuse(f"There is no event {place[:140]!r}; the ledger has 1 to {ledger.head()}.")
    return event


def _differs(ledger: "Ledger", against: str) -> Sequence[str]:
    size, _, root = against.partition(":")
    if not size.isdecimal() or not root:
        refuse(f"{against[:140]!r} is no head; write <size>:<root> as `attune ledger head` does")
    if int(size) > ledger.head():
        return [f"the ledger has {ledger.head()} events, the head kept elsewhere {size}"]
    actual = ledger.root(int(size)).hex()
    return [] if actual == root.lower() else [f"the root of {size} events is {actual}, not {root}"]
