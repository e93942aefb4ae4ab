"""The command `attune`: each command's module is light and loads its parts when it runs."""

import gc
import sys
from importlib import import_module
from typing import Final

import typer

PACE: Final = (50_000, 20, 50)
"""How often cycles are looked for: what is loaded is many objects and no garbage, and looking
through it at the usual pace takes a fifth of the time until a command or a service begins."""
GROUPS: Final = (
    "rules",
    "policy",
    "shapes",
    "precedents",
    "ledger",
    "keys",
    "partners",
    "platforms",
    "language",
    "false-positives",
    "anomalies",
    "spread",
    "geofences",
    "glossary",
    "templates",
    "incidents",
    "messages",
    "press",
    "activities",
    "campaigns",
    "slas",
    "panels",
    "assessments",
    "tone",
    "deviations",
    "guidelines",
    "onboarding",
    "connectors",
    "duties",
    "load",
    "journeys",
    "observations",
    "alerts",
    "silence",
    "find",
    "shadows",
    "subscriptions",
    "links",
    "routings",
    "snoozes",
    "kpis",
    "sessions",
    "drills",
    "debriefs",
    "jobs",
    "fallback",
    "replay",
)
SINGLES: Final = (
    "init",
    "serve",
    "decide",
    "compose",
    "explain",
    "report",
    "evaluate",
    "doctor",
    "listen",
    "queue",
    "sitrep",
)


def build() -> typer.Typer:
    """The command tree; the command modules import nothing heavy."""
    root = typer.Typer(
        name="attune",
        help="Decide, with reasons, how far up a public crisis goes, who answers, and how.",
        no_args_is_help=True,
        pretty_exceptions_show_locals=False,
        add_completion=False,
    )
    for name in SINGLES:
        root.command(name)(import_module(f"service.cli.{name}").command)
    for name in GROUPS:
        root.add_typer(import_module(f"service.cli.{name.replace('-', '_')}").app, name=name)
    return root


def main() -> None:
    """Run the command line; the entry point of `attune`."""
    gc.set_threshold(*PACE)
    build()(args=sys.argv[1:], prog_name="attune")
