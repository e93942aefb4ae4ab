"""Rebasing: a draft is moved onto the policy that is active now, or every clash is told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from ontology.events import Event, Json
from ontology.lifecycle import Actor
from service.draft_editing import Saving, files_of, save
from service.policies import PolicyUnknown
from service.policy_drafts import PolicyDraft
from service.problems import Fault, ProblemError, pointer
from service.three_way import Clash, merge
from service.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Clashing:
    """A file that a draft and the active policy both changed; None where one has it no more."""

    file: str
    base: str | None
    ours: str | None
    theirs: str | None
    clashes: tuple[Clash, ...] = ()

    def told(self) -> str:
        """In words, where."""
        if self.ours is None or self.theirs is None:
            gone = "this draft" if self.ours is None else "the active policy"
            return f"{self.file}: {gone} has it no more, the other one changed it"
        places = ", ".join(str(clash.line) for clash in self.clashes[:20])
        return f"{self.file}: both changed it, from line {places} of the draft on"

    def json(self) -> dict[str, Json]:
        """Everything that settling it needs."""
        clashes: list[Json] = [
            {"line": one.line, "base": one.base, "ours": one.ours, "theirs": one.theirs}
            for one in self.clashes
        ]
        whole: dict[str, Json] = {"base": self.base, "ours": self.ours, "theirs": self.theirs}
        return {"file": self.file, **({"clashes": clashes} if clashes else whole)}


class RebaseClashes(ProblemError):
    """A draft can't be moved by itself (409); nothing of it was."""

    def __init__(self, clashing: tuple[Clashing, ...], onto: str) -> None:
        """Keep every file that clashes."""
        super().__init__(
            HTTPStatus.CONFLICT,
            "rebase-clashes",
            f"{len(clashing)} files were changed here and in {onto[:12]}; nothing was moved. Send"
            " each as it should be in `resolved`.",
            faults=[
                Fault(pointer=pointer(["resolved", one.file]), detail=one.told())
                for one in clashing
            ],
        )
        self.clashing = clashing
        self.onto = onto

    def json(self, request_id: str) -> dict[str, Json]:
        """The problem document, with the lines that clash."""
        clashing: list[Json] = [one.json() for one in self.clashing]
        return {**super().json(request_id), "onto": self.onto, "clashing": clashing}


def rebase(
    world: World, thing: str, resolved: Mapping[str, str | None], actor: Actor, onto: str | None
) -> Event | None:
    """Move a draft onto the active policy, all files or none; None where it stands on it already.

    `resolved` has the texts of files that clash, None for one that goes. `onto` is the digest on
    which they were settled.

    Raises:
        RebaseClashes: files were changed in both and are not settled.
        ProblemError: another policy was activated meanwhile (409), or as `save` says.
    """

    def prepared(draft: PolicyDraft) -> Saving:
        active = world.policies.active
        if active is None:
            raise PolicyUnknown("no policy is active; `attune init` activates the packaged one")
        if onto is not None and onto != active:
            words = f"It was settled for {onto[:64]!r}, but {active!r} is active now."
            raise ProblemError(HTTPStatus.CONFLICT, "stale-policy", words)
        theirs = world.policies.files(active)
        wanted = merged(
            world.policies.files(draft.base), files_of(world.policies, draft), theirs, resolved
        )
        clashing = tuple(one for one in wanted.values() if isinstance(one, Clashing))
        if clashing:
            raise RebaseClashes(clashing, active)
        texts = {name: one for name, one in wanted.items() if not isinstance(one, Clashing)}
        differing = {name: text for name, text in texts.items() if theirs.get(name) != text}
        return Saving(files=differing, base=active)

    return save(world, thing, prepared, actor)


def merged(
    base: Mapping[str, str],
    ours: Mapping[str, str],
    theirs: Mapping[str, str],
    resolved: Mapping[str, str | None],
) -> dict[str, str | Clashing | None]:
    """What becomes of each file: its text, None where it goes, or its clash."""
    return dict(_merged(base, ours, theirs, resolved))


def _merged(
    base: Mapping[str, str],
    ours: Mapping[str, str],
    theirs: Mapping[str, str],
    resolved: Mapping[str, str | None],
) -> Iterator[tuple[str, str | Clashing | None]]:
    for name in sorted({*base, *ours, *theirs, *resolved}):
        texts = base.get(name), ours.get(name), theirs.get(name)
        yield name, resolved[name] if name in resolved else _of_file(name, *texts)


def _of_file(
    name: str, base: str | None, ours: str | None, theirs: str | None
) -> str | Clashing | None:
    if theirs in {ours, base}:
        return ours
    if ours == base:
        return theirs
    if base is not None and ours is not None and theirs is not None:
        found = merge(base, ours, theirs)
        if found.text is not None:
            return found.text
        return Clashing(file=name, base=base, ours=ours, theirs=theirs, clashes=found.clashes)
    return Clashing(file=name, base=base, ours=ours, theirs=theirs)
