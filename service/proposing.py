"""Proposing a policy: checked, its cases green, tried, then recorded for a second person."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from knowledge.refusals import Conflict
from ontology.events import Draft, Event, Json
from ontology.facts import catalogue
from ontology.identity import ThingId
from ontology.lifecycle import ATTUNE, Actor, ActRefused, Role
from ontology.lifecycle import act as follow
from rules.casetables import CaseResult, Table, read_tables, run_tables
from rules.diagnostics import Diagnostic, Invalid
from rules.policy import build, digest
from service import acts
from service.activation import POLICY
from service.bundle import (
    COEFFICIENTS,
    PARTS,
    Reading,
    faults,
    packaged,
    part_of,
    reading_of,
)
from service.committing import commit_all
from service.library import library_of
from service.policies import PROPOSAL
from service.problems import Fault, ProblemError, pointer
from service.recorded_history import Progress
from service.shape_checks import shape_faults
from service.trial import trial
from service.wording_checks import forbidden, misnamed, unknown
from service.world import World

MOST_BYTES = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is proposed: files by name, why, and the digest on which they were written.

    `draft` is where people wrote it.
    """

    files: Mapping[str, str]
    reason: str
    base: str
    draft: ThingId | None = None


def propose(world: World, wanted: Wanted, actor: Actor) -> Event:
    """Check a bundle and put it before a second person.

    Raises:
        ProblemError: broken files, cases that fail, a trial that fails (422); a base that is no
            longer active, or a bundle that is active already (409).
        ActRefused: the actor may not propose.
        Conflict: another policy was activated meanwhile.
    """
    world.catch_up()
    content = {name: text.encode() for name, text in wanted.files.items()}
    name = digest(content)
    _check_base(world, wanted, name)
    wrong = [*check(content)] or [*_of_coefficients(world, reading_of(wanted.files))]
    if wrong:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "policy-invalid",
            f"{len(wrong)} {'thing is' if len(wrong) == 1 else 'things are'} wrong with it;"
            " the active policy decides on.",
            faults=wrong,
        )
    thing = ThingId(world.ids(PROPOSAL))

    def prepare() -> Sequence[Draft]:
        at = world.clock.now()
        stands = acts.standing(world, thing, PROPOSAL)
        said: dict[str, Json] = {"reason": wanted.reason}
        outcome = follow(world.lifecycles, stands, "propose", actor=actor, at=at, data=said)
        bundle = Draft(
            id=world.ids("event"),
            type="policy.proposed",
            subject=thing,
            actor=actor.id,
            occurred_at=at,
            scopes=(POLICY,),
            data={
                "digest": name,
                "files": dict(wanted.files),
                "base": wanted.base,
                **said,
                **({"draft": wanted.draft} if wanted.draft is not None else {}),
            },
        )
        return [bundle, acts.acted(world.ids("event"), stands, outcome, actor, at)]

    return commit_all(world, [POLICY], prepare)[1]


def _quiet(done: int, of: int) -> None:
    """Tell nobody how far it is."""


def check(content: Mapping[str, bytes], progress: Progress = _quiet) -> Iterable[Fault]:
    """Everything that is wrong with a bundle: names, files, shapes, cases; then its trial."""
    misplaced = [*_of_size(content), *_of_names(content)]
    yield from misplaced
    if misplaced:
        return
    broken = [_of_part(file, words) for file, words in faults(content)]
    broken += [_of_part(file, words) for file, words in shape_faults(content)]
    broken += [] if broken else [_of_diagnostic(one) for one in unworded(content)]
    yield from broken
    try:
        policy = build(content, catalogue())
        tables = read_tables(policy, catalogue())
        report = run_tables(policy, counted(tables, progress, more=1))
    except Invalid as error:
        yield from (_of_diagnostic(one) for one in error.diagnostics)
        return
    lost = [] if broken else [_of_diagnostic(one) for one in unknown(policy, content)]
    yield from lost
    failed = [result for result in report.results if not result.passed]
    yield from (_of_case(result) for result in failed)
    yield from (Fault(pointer="/files", detail=lacking) for lacking in report.unpaired)
    if not (failed or broken or lost) and (fault := trial(content)) is not None:
        yield Fault(pointer="/files", detail=fault)


def counted(tables: Sequence[Table], progress: Progress, *, more: int = 0) -> Iterator[Table]:
    """Tables one by one, with how many are done told; `more` steps follow them."""
    for number, table in enumerate(tables):
        progress(number, len(tables) + more)
        yield table
    progress(len(tables), len(tables) + more)


def unworded(content: Mapping[str, bytes]) -> list[Diagnostic]:
    """Wordings that the bundle's own voice or glossary never says."""
    library = library_of(content)
    return [*forbidden(library.templates, library.voice), *misnamed(library)]


def tidy(world: World) -> None:
    """Mark proposals whose policy was replaced as superseded, and those that came back."""
    for proposal in [*world.policies.proposals.values()]:
        in_effect = proposal.digest == world.policies.active
        act = None
        if proposal.state == "active" and not in_effect:
            act = "supersede"
        elif proposal.state == "superseded" and in_effect:
            act = "reinstate"
        if act is not None:
            try:
                acts.propose(
                    world,
                    thing=proposal.id,
                    kind=PROPOSAL,
                    act=act,
                    data={},
                    actor=Actor(id=ATTUNE, roles=frozenset({Role.ATTUNE})),
                )
            except (ActRefused, Conflict) as error:
                world.log.info("another worker was first", proposal=proposal.id, why=str(error))


def _check_base(world: World, wanted: Wanted, name: str) -> None:
    active = world.policies.active
    if wanted.base != active:
        raise ProblemError(
            HTTPStatus.CONFLICT,
            "stale-policy",
            f"It was written on {wanted.base[:64]!r}, but {active!r} is active; pull that one.",
        )
    if name == active:
        raise ProblemError(
            HTTPStatus.CONFLICT, "nothing-changed", "This policy is active already."
        )


def _of_size(content: Mapping[str, bytes]) -> Iterable[Fault]:
    size = sum(len(text) for text in content.values())
    if size > MOST_BYTES:
        words = f"{size} bytes are more than {MOST_BYTES}"
        yield Fault(pointer="/files", detail=words)


def _of_names(content: Mapping[str, bytes]) -> Iterable[Fault]:
    """Files must lie where those of a part lie, so that each is read for what it is."""
    places = ", ".join(f"{part.folder}/{part.names}" for part in PARTS)
    example = next(iter(packaged()))
    for name in content:
        if part_of(name) is None:
            words = f"{name[:120]!r} is none of {places}"
            yield Fault(pointer=pointer(["files", name[:120]]), detail=words, example=example)


def _of_coefficients(world: World, reading: Reading) -> Iterable[Fault]:
    """The heads that a bundle names must be here before anybody relies on them."""
    if not world.perception.coefficients.has(reading.coefficients):
        words = (
            f"names coefficients that are not here; put them first with"
            f" PUT /v1/coefficients/{reading.coefficients}, as `attune policy push` does"
        )
        yield Fault(
            pointer=pointer(["files", COEFFICIENTS]), detail=words, value=reading.coefficients
        )


def _of_part(file: str, words: str) -> Fault:
    return Fault(pointer=pointer(["files", file] if file else ["files"]), detail=words[:1_000])


def _of_diagnostic(one: Diagnostic) -> Fault:
    return Fault(pointer=pointer(["files", one.file]), detail=str(one), value=one.offending[:120])


def _of_case(result: CaseResult) -> Fault:
    told = f"{result.file}:{result.line}: {result.note}: {'; '.join(result.differences)}"
    return Fault(pointer=pointer(["files", result.file]), detail=told[:1_000])
