"""The matrix of who is responsible, accountable, consulted and informed, as JSON and as CSV."""

import csv
import io
from typing import Final

from ontology.events import Json
from service.ownership import matrix
from service.world import World

_LEADS: Final = "=+-@\t\r"
"""What spreadsheets take for the beginning of a formula."""


def as_json(world: World) -> dict[str, Json]:
    """Columns and rows; each cell has the letters of one team or person for one KPI."""
    who, rows = matrix(world)
    told: list[Json] = [
        {"kpi": one.id, "name": one.text("name"), "cells": {w: cells[w] for w in sorted(cells)}}
        for one, cells in rows
    ]
    columns: list[Json] = [*who]
    return {"columns": columns, "rows": told}


def as_csv(world: World) -> str:
    """The same as CSV; what a spreadsheet would take for a formula is quoted."""
    who, rows = matrix(world)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["kpi", "name", *who])
    for one, cells in rows:
        name = one.text("name") or ""
        told = f"'{name}" if name.startswith(tuple(_LEADS)) else name
        writer.writerow([one.id, told, *(cells.get(w, "") for w in who)])
    return out.getvalue()
