"""What a scenario names instead of writing it: posts of a recorded feed, or of a past case."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from knowledge.precedent_rows import Precedent
from knowledge.precedents import PrecedentIndex
from ontology.identity import ThingId
from ontology.lifecycle_data import duration
from service.case_search import may_be_seen
from service.drill_files import Written, read
from service.drill_making import FeedUnsuited, case_posts, feed_posts, written_out
from service.drill_scenario import RecordedIn, Scenario, since
from service.hearing import FeedRefused, heard
from service.world import World

FOLDER: Final = "feeds"
"""In the folder of an organisation's scenarios: the recorded feeds that these may name."""

_DIGITS: Final = 16


class RecordMissing(LookupError):
    """What a scenario names is not there, or not to be read; the message says what would do."""


def expanded(live: World, written: Written) -> Written:
    """A scenario with the posts that it names written out, for a drill keeps all that it plays.

    Posts after the end are left out.

    Raises:
        RecordMissing: there is no such feed or case.
        FileInvalid: what comes of it is no scenario.
    """
    scenario = written.scenario
    if scenario.recorded is None and scenario.precedent is None:
        return written
    posts = [*_named(live, scenario)]
    ends = duration(scenario.clock.length)
    made = scenario.model_dump(mode="json", exclude_none=True, exclude={"recorded", "precedent"})
    made["clock"]["start"] = scenario.clock.start.isoformat()
    made["posts"] += [one for one in posts if since(one["after"]) <= ends]
    return read(written_out(made), f"{scenario.drill}.yaml")


def case_of(live: World, name: str) -> Precedent:
    """A past case that may be seen.

    Raises:
        RecordMissing: there is none.
    """
    case = PrecedentIndex.open(live.settings.precedents_path).get(name)
    if case is None or not may_be_seen(live, name):
        words = "is no case here that may be seen; `attune precedents search` finds them"
        raise RecordMissing(f"{name[:140]!r} {words}")
    return case


def _named(live: World, scenario: Scenario) -> Iterator[dict[str, Any]]:
    if scenario.recorded is not None:
        yield from _recorded(live.settings.home / "scenarios" / FOLDER, scenario.recorded)
    if scenario.precedent is not None:
        yield from case_posts(case_of(live, scenario.precedent))


def _recorded(folder: Path, said: RecordedIn) -> Iterator[dict[str, Any]]:
    """The posts of a file of the folder, and of no other, whatever links lie there."""
    file = (folder / said.file).resolve()
    if not file.is_file() or not file.is_relative_to(folder.resolve()):
        raise RecordMissing(f"{said.file!r} is no file in scenarios/{FOLDER}; put the feed there")
    try:
        signals = heard(
            file,
            feed="feed/recorded",
            platform=said.platform,
            rejects=file.with_name(f"{file.stem}.rejects.jsonl"),
            pseudonym=numbered,
        )
        yield from feed_posts(signals, since(said.after))
    except (FeedRefused, FeedUnsuited) as error:
        raise RecordMissing(f"{said.file}: {error}") from error


def numbered(kind: str, system: str, key: str) -> ThingId:
    """An account that is told from others and says nothing of whose it is."""
    told = hashlib.sha256(f"{kind}/{system}/{key}".encode()).hexdigest()
    return ThingId(f"account/{told[:_DIGITS]}")
