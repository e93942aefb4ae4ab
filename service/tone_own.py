"""One's own tone: scores beside the team's, one's worst and best texts, and one's answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from knowledge.measures.contrasts import FEWEST_PEOPLE
from knowledge.measures.estimates import Estimate, Figure, Unsuited, Withheld, number_of
from ontology.identity import ThingId
from service.figured import HEADER, Figured, Named
from service.recorded_history import Progress
from service.reported import Cell, Report
from service.tone import begin_of, mean_of
from service.tone_answers import Answer, answers
from service.tone_bodies import OwnToneIn
from service.tone_examples import Example, Looking, rows_of
from service.tone_exemplars import exemplars, likeness
from service.tone_kinds import asked_time
from service.tone_texts import SCORES, Said, said, sounds_of
from service.world import World

_FEWEST: Final = 5
_MOST: Final = 3
_NOTES: Final = (
    "Your interval counts your texts; the team's counts people, without you.",
    "A team is told of from five other people on, so that nobody else's figures show.",
    "Levels of empathy are learned from peers' answers; nobody is paid or graded by them.",
    "You may answer: POST /v1/tone/answers. Your answer stands beside the audit of the month.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Own(Report):
    """What one person hears of their own tone."""

    figured: Figured
    worst: tuple[Example, ...]
    best: tuple[Example, ...]
    answers: tuple[Answer, ...]

    def to_json(self) -> Mapping[str, Any]:
        """All of it."""
        return {
            **self.figured.to_json(),
            "worst": [one.json() for one in self.worst],
            "best": [one.json() for one in self.best],
            "answers": [one.json() for one in self.answers],
        }

    def lines(self) -> Iterator[str]:
        """Figures, the texts, the answers."""
        yield from self.figured.lines()
        for title, found in (("\nyour worst texts", self.worst), ("\nyour best", self.best)):
            yield title
            for one in found:
                yield from one.lines()
        for each in self.answers:
            yield f"\nyour answer to {each.month}: {each.text}"

    def rows(self) -> Iterator[Sequence[Cell]]:
        """The figures, then each text by its demerits."""
        yield from self.figured.rows()
        none = (None,) * (len(HEADER) - 4)
        for part, found in (("worst", self.worst), ("best", self.best)):
            for one in found:
                yield (part, one.id, "demerits", round(one.demerits, 3), *none)


def own(world: World, body: OwnToneIn, progress: Progress) -> Report:
    """How one person sounded in a time.

    Raises:
        Unsuited: they said too little that can be read.
    """
    since, until = asked_time(world, body.month, body.since, body.until)
    every = _scored(world, said(world, begin_of(since), begin_of(until), progress), progress)
    rows = rows_of(every, body.person)
    if len(rows) < _FEWEST:
        raise Unsuited(
            f"{number_of(len(rows), 'text', 'texts')} of {body.person} in English from {since} to"
            f" {until}; {_FEWEST} would do"
        )
    mask = np.isin(np.arange(len(every.texts)), rows)
    mine, team = every.part(mask), _team(every, mask)
    looking = Looking.at(world, mine, progress)
    everything = range(len(mine.texts))
    return Own(
        figured=Figured(
            title=f"How {body.person} sounded, {since} to {until}",
            asked=body.model_dump(mode="json"),
            verdict="Your own figures; they judge nobody, and nobody else's stand here.",
            figures=[*_figures(mine, team)],
            notes=_NOTES,
            more={"held_to": looking.version.json()},
        ),
        worst=tuple(looking.ranked(everything, _MOST, quotes=True)),
        best=tuple(looking.ranked(everything, _MOST, quotes=True, best=True)),
        answers=answers(world, since, until, ThingId(body.person)),
    )


def _scored(world: World, spoken: Said, progress: Progress) -> Said:
    like = likeness(spoken.sounds, sounds_of(exemplars(world, progress).read))
    return replace(spoken, scores={**spoken.scores, "likeness": like})


def _team(every: Said, mine: "np.typing.NDArray[np.bool_]") -> Said:
    """What others of the teams for which one wrote said."""
    teams = {one for one in every.columns["team"][mine] if one is not None}
    inside = np.asarray([one in teams for one in every.columns["team"]], dtype=bool)
    known = np.asarray([one is not None for one in every.columns["agent"]], dtype=bool)
    return every.part(inside & known & ~mine)


def _figures(mine: Said, team: Said) -> Iterator[Named]:
    for score in (*SCORES, "likeness"):
        yield Named(part="you", name=score, figure=_mean(mine, score))
    people = len({*team.columns["agent"]})
    for score in (*SCORES, "likeness"):
        if people < FEWEST_PEOPLE:
            told = number_of(people, "other person", "other people")
            why = f"{told} of the team wrote; {FEWEST_PEOPLE} would do"
            figure: Figure = Withheld(reason=why, n=len(team.texts))
        else:
            figure = mean_of(team, score)
        yield Named(part="your team without you", name=score, figure=figure)


def _mean(mine: Said, score: str) -> Figure:
    """The mean of one person's texts; its interval counts texts."""
    values = mine.scores[score][np.isfinite(mine.scores[score])]
    if len(values) < _FEWEST:
        return Withheld(reason=f"{_FEWEST} texts would do", n=len(values))
    from scipy.stats import t  # type: ignore[import-untyped] # noqa: PLC0415 - slow to load

    value = float(values.mean())
    wide = float(t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    return Estimate(value=value, low=value - wide, high=value + wide, n=len(values))
