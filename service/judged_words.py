"""The empathy of words that are owed: judged when they are submitted, with wordings that help."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from ontology.identity import ThingId
from ontology.lifecycle_data import DataProblem
from rules.template import MECHANISMS
from service.choosing import ComposeRequest
from service.committing import ThingUnknown
from service.decision_bodies import DecisionRequest
from service.duties import Duty, family, read
from service.empathy import empathies, passages
from service.informing import refused
from service.library import current
from service.message_content import Content
from service.perception import NotInTime
from service.problems import Fault, quoted, unprocessable
from service.wording_checks import tried
from service.world import World

ANSWERS: Final = "I work here. I have heard what happened, and nobody tells us anything."
"""What a word to our own people answers; the judge wants a context, and hardly depends on it."""

PATIENCE_MS: Final = 10_000.0
"""A word to everybody is submitted once; it is worth a wait."""


def owed(world: World, request: ComposeRequest) -> ComposeRequest:
    """A wish for a text with what the duty that it names asks for; as it is where it names none.

    Raises:
        ProblemError: there is no such duty (422).
    """
    if request.duty is None:
        return request
    try:
        duty = read(world.graph, request.duty)
    except ThingUnknown as error:
        words = "There is no such duty; GET /v1/duties lists them."
        value, example = quoted(request.duty), "duty/0f3a9c"
        raise unprocessable(
            [Fault(pointer="/duty", detail=words, value=value, example=example)]
        ) from error
    asked = request.request
    if request.decision is None and asked is None:
        asked = DecisionRequest(incident=duty.incident, region=duty.region)
    return replace(
        request,
        request=asked,
        tasks=(*request.tasks, duty.task),
        kind="internal-message",
        audience="employees",
        answers=request.answers or ANSWERS,
        least=duty.minimum,
    )


def judged(world: World, content: Content) -> Mapping[str, int]:
    """The level of each mechanism in a message; empty where no machine can tell."""
    language = (content.one("language") or "").partition("-")[0]
    return next(iter(_levels(world, [content.one("text") or ""], language)), {})


def foreseen(world: World, content: Content, found: Mapping[str, int]) -> list[DataProblem]:
    """Why a message would not meet the duty that it names, with words that help.

    That no machine could judge it is no reason yet: a person is asked when it is submitted.
    """
    said = {name: (level,) for name, level in found.items()}
    problems = refused(world, replace(content, properties={**content.properties, **said}))
    named = content.one("underDuty")
    try:
        duty = read(world.graph, ThingId(str(named)))
    except ThingUnknown:
        return problems
    known = [one for one in problems if one.where != "empathy"]
    return [*_helped(world, duty, content.one("language") or "", known)]


def _helped(
    world: World, duty: Duty, language: str, problems: list[DataProblem]
) -> Iterator[DataProblem]:
    weak = [one for one in problems if one.where in duty.minimum]
    helping = _helping(world, duty, language) if weak else {}
    for one in problems:
        words = helping.get(one.where)
        example = f"; its templates say, for example: {words!r}" if words is not None else ""
        yield DataProblem(one.where, f"{one.message}{example}")


def _helping(world: World, duty: Duty, language: str) -> Mapping[str, str]:
    """For each mechanism the passage of the templates of the family that shows the most of it."""
    voice = current(world).voice
    texts = {
        passage: None
        for template in family(world, duty).values()
        if template.language == language.partition("-")[0]
        for attempt in tried(template, voice)
        if attempt.examples
        for passage in passages(attempt.text.text)
    }
    shown = [*zip(texts, _levels(world, [*texts], language), strict=False)]
    best: dict[str, str] = {}
    for name, least in duty.minimum.items():
        enough = [words for words, one in shown if one.get(name, 0) >= max(1, least)]
        if enough:
            best[name] = min(enough, key=len)
    return best


def _levels(world: World, texts: list[str], language: str) -> list[dict[str, int]]:
    if not world.settings.language or not texts:
        return []
    world.perception.judge()  # a command starts cold
    try:
        found = empathies(world, texts, language, ANSWERS, budget_ms=PATIENCE_MS)
    except NotInTime:
        return []
    return [
        {}
        if one.empathy is None
        else {name: getattr(one.empathy, term) for name, term in MECHANISMS.items()}
        for one in found
    ]
