"""Moments as people write them on the command line."""

from datetime import datetime

from service.cli.output import refuse


def moment(text: str | None) -> datetime | None:
    """A time with its offset, None where none is given; refuses what is none."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        refuse(f"{text[:80]!r} is no time with an offset; write 2026-11-23T08:00:00Z")
    return found
