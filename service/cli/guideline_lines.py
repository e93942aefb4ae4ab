"""How a version of a guideline looks on the command line: as a line, as a file."""

import json
from typing import TYPE_CHECKING

from service.cli.calling import texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ontology.events import Json


def line(row: "dict[str, Json]") -> str:
    """A version, or a guideline of which none is in force."""
    if row["version"] is None:
        return f"{row['guideline']}  {row['name']}: none is in force"
    where = ", ".join([*texts(row["languages"]), *texts(row["regions"])]) or "all"
    return (
        f"{row['version']}  {row['state']}  {row['name']} ({where}) of {row['owner']},"
        f" from {row['begins'] or 'its approval'}, review by {row['review_by']}"
    )


_STATED = (
    ("guideline", "ofGuideline"),
    ("name", "name"),
    ("owner", "ownedBy"),
    ("languages", "languages"),
    ("regions", "inRegion"),
    ("audiences", "coversAudience"),
    ("channels", "coversChannel"),
    ("teams", "heldByTeam"),
    ("effective_until", "validUntil"),
    ("acknowledge_within", "acknowledgeWithin"),
    ("revises", "id"),
)
"""What a file says of a version, by the property that holds it."""


def source(shown: "dict[str, Json]") -> "Iterator[str]":
    """A version as a file that proposes the next one; why is left to be said."""
    yield "---"
    for name, term in _STATED:
        if shown.get(term) is not None:
            yield f"{name}: {json.dumps(shown[term], ensure_ascii=False)}"
    yield "because:"
    yield f"---\n{shown['guidance']}"
