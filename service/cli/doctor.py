"""`attune doctor`: whether everything is here that a decision needs."""

from typing import Annotated

import typer

from service.cli.output import AsJson, Home, configured, show

Models = Annotated[
    bool, typer.Option("--models", help="Also hold the embedder to sentence-transformers.")
]


def command(home: Home = None, *, models: Models = False, as_json: AsJson = False) -> None:
    """Check the installation and the home; exit code 1 if something must be mended."""
    from service.checkup import checkup, models_alike  # noqa: PLC0415 - light start

    findings = checkup(configured(home=home))
    if models:
        findings.append(models_alike())
    if as_json:
        show([{"check": f.check, "well": f.well, "found": f.found} for f in findings])
    else:
        for finding in findings:
            typer.echo(f"{'well' if finding.well else 'MEND':<5} {finding.check}: {finding.found}")
    if not all(finding.well for finding in findings):
        raise typer.Exit(1)
