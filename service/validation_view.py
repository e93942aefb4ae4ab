"""Validations as people see them: what is in doubt, its words, and what was said of it."""

from knowledge.refusals import SegmentBroken
from ontology.events import Json
from service.bodies import instant
from service.validations import Validation
from service.world import World


def shown(one: Validation) -> dict[str, Json]:
    """One question, without the words of the post."""
    judged = one.judged_at
    verdicts: list[Json] = [
        {"by": each.by, "verdict": each.verdict, "at": instant(each.at)} for each in one.verdicts
    ]
    return {
        "id": one.id,
        "state": one.state,
        "asked_at": instant(one.asked_at),
        "doubt": one.doubt,
        "reason": one.reason,
        "incident": one.incident,
        "signal": one.signal,
        "decision": one.decision,
        "score": one.score,
        "team": one.team,
        "persons": one.persons,
        "verdicts": verdicts if not one.open else [{"by": each.by} for each in one.verdicts],
        "verdict": one.verdict,
        "judged_at": instant(judged) if judged else None,
    }


def words(here: World, one: Validation) -> str | None:
    """The words of the post in doubt; None where there is none, or they are no longer kept."""
    if one.signal is None or one.segment is None:
        return None
    for event in here.ledger.read(one.segment - 1, types=("segment.committed",), limit=1):
        try:
            signals = here.segments.read(event)
        except SegmentBroken:
            return None
        return next((signal.text for signal in signals if signal.id == one.signal), None)
    return None
