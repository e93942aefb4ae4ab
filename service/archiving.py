"""Archives of precedents on their way into the index: which one, how far, what was rejected."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from knowledge.precedents import Precedent, PrecedentIndex, Tally
from loaders.archive import (
    GENAI_INCIDENTS,
    OWN_CASES,
    from_lines,
    genai_incidents,
    genai_incidents_total,
    own_cases,
)
from loaders.rejects import RejectFile, Rejects
from ontology.events import Json
from service.settings import Settings

OWN: Final = "own"
_LISTED: Final = 1 << 16

Watch = Callable[[int, int | None], None]
"""Called with how many precedents are done and how many there are, None where nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What became of one archive; `reject_file` lists the rows that were left out."""

    archive: str
    tally: Tally
    rejected: int
    reject_file: Path

    def to_json(self) -> dict[str, Json]:
        """As `attune precedents load --json` prints it."""
        return {
            "archive": self.archive,
            **asdict(self.tally),
            "rejected": self.rejected,
            "reject_file": str(self.reject_file),
        }


def load_archive(settings: Settings, archive: str, watch: Watch) -> Loaded:
    """Load one archive: `own`, `genai-incidents`, or the path of a JSON Lines file.

    Doing it twice changes nothing; after a kill it goes on where it stopped.

    Raises:
        ArchiveMissing: genai-incidents is not installed.
        IndexBusy: another process is loading.
        IndexInvalid: the index cannot be read.
        OSError: the file cannot be read.
    """
    index = PrecedentIndex.open(settings.precedents_path)
    path = settings.home / "rejects" / f"precedents-{Path(archive).stem}.jsonl"
    total = _total(archive)
    with RejectFile(path) as rejects:
        tally = index.add(_source(archive, rejects), lambda done: watch(done.seen, total))
    return Loaded(archive=archive, tally=tally, rejected=rejects.count, reject_file=path)


def _source(archive: str, rejects: Rejects) -> Iterator[Precedent]:
    if archive == OWN:
        return own_cases()
    if archive == GENAI_INCIDENTS:
        return genai_incidents(rejects)
    return from_lines(Path(archive), rejects)


def _total(archive: str) -> int | None:
    if archive == OWN:
        return OWN_CASES
    if archive == GENAI_INCIDENTS:
        return genai_incidents_total()
    with Path(archive).open("rb") as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(_LISTED), b""))
