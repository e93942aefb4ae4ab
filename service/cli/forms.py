"""What commands share that show a report: its form, its file, how far the work is."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.output import refuse

if TYPE_CHECKING:
    from service.reported import Form, Report

FormName = Annotated[
    str, typer.Option("--format", help="text, json, csv, svg, html or pdf, where there is one.")
]
Out = Annotated[Path | None, typer.Option(help="Write it to this file.")]


def form_of(text: str, *, as_json: bool) -> "Form":
    """The form that options name; refuses what is none."""
    from service.reported import Form  # noqa: PLC0415 - light start

    if as_json:
        return Form.JSON
    try:
        return Form(text)
    except ValueError:
        refuse(f"--format {text[:80]!r} is none of {', '.join(Form)}")


def formed(report: "Report", form: "Form", title: str) -> bytes:
    """A report in a form; refuses one that it does not have."""
    from service.reported import FormMissing, written  # noqa: PLC0415 - light start

    try:
        return written(report, form, title)
    except FormMissing as error:
        refuse(str(error))


def put_out(content: bytes, out: Path | None) -> None:
    """Print what was made, or write it to a file and say its name."""
    if out is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        refuse(f"{out}: cannot be written: {error.strerror}")
    typer.echo(str(out))
