"""What the commands of `attune find` share: how they read tests, refuse, and show progress."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from service.cli.output import refuse

if TYPE_CHECKING:
    from service.recorded_history import Progress


def split(text: str) -> tuple[str, str]:
    """A field and its test, as `--where` says them."""
    name, sign, test = text.partition(":")
    if not sign or not name.strip() or not test.strip():
        refuse(f"--where {text[:80]!r} asks nothing; write --where 'frustration: at least 0.7'")
    return name.strip(), test.strip()


@contextmanager
def refusing() -> Iterator[None]:
    """End with exit code 2 where a query can't be answered, and say why."""
    from knowledge.refusals import SegmentBroken  # noqa: PLC0415 - light start
    from service.finding_fields import QueryInvalid  # noqa: PLC0415 - light start
    from service.findings import TooMuch  # noqa: PLC0415 - light start
    from service.policies import PolicyUnknown  # noqa: PLC0415 - light start
    from service.recorded_history import HistoryInvalid  # noqa: PLC0415 - light start
    from service.saved_findings import Moved, NameInvalid  # noqa: PLC0415 - light start
    from service.security import Denied  # noqa: PLC0415 - light start

    refused = (HistoryInvalid, TooMuch, PolicyUnknown, NameInvalid, Moved, Denied, SegmentBroken)
    try:
        yield
    except QueryInvalid as error:
        refuse(f"{error.where.lstrip('/').replace('/', ' ')} {error}")
    except refused as error:
        refuse(str(error))
    except KeyboardInterrupt:
        typer.echo("Stopped.", err=True)
        raise typer.Exit(130) from None


@contextmanager
def progress() -> Iterator["Progress"]:
    """A bar on standard error, gone when the work is done."""
    from rich.console import Console  # noqa: PLC0415 - light start
    from rich.progress import Progress as Shown  # noqa: PLC0415 - light start

    with Shown(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("looking", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
