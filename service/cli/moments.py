"""Moments as people write them on the command line."""

from datetime import datetime

from service.cli.output import refuse


def moment(option: str, text: str | None) -> datetime | None:
    """A time with its offset, None where none is given; refuses what is none."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        refuse(f"{option} {text[:40]!r} is no time with offset; write 2026-11-22T08:30:00+00:00")
    return found
