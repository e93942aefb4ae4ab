"""Hearing from files: a feed's file becomes signals, its bad rows a file of rejects."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from loaders.listening import ListeningInvalid, read
from loaders.rejects import RejectFile
from loaders.signals import Source
from ontology.identity import IdentityInvalid, ThingId, thing_id
from ontology.signals import Signal


class FeedRefused(ValueError):
    """A file is no feed, or is to be filed under something that is no feed or platform."""


def heard(
    file: Path,
    *,
    feed: str,
    platform: str,
    rejects: Path,
    pseudonym: Callable[[str, str, str], ThingId] | None = None,
    received_at: datetime | None = None,
) -> list[Signal]:
    """The signals of a file, all in memory; bad rows go to `rejects` with line and reason.

    Without `pseudonym` nobody's handle is kept.

    Raises:
        FeedRefused: the file can't be read as a feed, or an id is none.
    """
    try:
        source = Source(
            feed=thing_id(feed),
            platform=thing_id(platform),
            pseudonym=pseudonym or _nobody,
            received_at=received_at,
        )
        with RejectFile(rejects) as rejected:
            return list(read(file, rejected, source))
    except (ListeningInvalid, IdentityInvalid) as error:
        raise FeedRefused(str(error)) from error
    except OSError as error:
        raise FeedRefused(f"{file}: {error.strerror}; give a file like feed.csv") from error


def _nobody(_kind: str, _system: str, _key: str) -> ThingId:
    return ThingId("account/unnamed")
