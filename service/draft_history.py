"""The history of a policy draft: how it stood before a change, and that change taken back."""

from http import HTTPStatus

from ontology.events import Event
from ontology.lifecycle import Actor
from service.draft_editing import Saving, files_of, save
from service.policy_drafts import (
    CHANGED,
    OPENED,
    PolicyDraft,
    changed_files,
    etag,
    overlaid,
)
from service.problems import ProblemError, not_found
from service.world import World


def undo(world: World, thing: str, sequence: int | None, actor: Actor) -> Event | None:
    """Take back a change, the last one where none is named.

    Raises:
        ProblemError: there is no such change (404), its files were changed since (409), or as
            `save` says.
    """

    def prepared(draft: PolicyDraft) -> Saving:
        wanted = sequence or (draft.changes[-1].sequence if draft.changes else 0)
        change = next((c for c in draft.changes if c.sequence == wanted), None)
        if change is None:
            known = str(draft.changes[-1].sequence) if draft.changes else "417"
            raise not_found("change of this draft", str(wanted), known)
        before_base, before = _past(world, draft, wanted)
        if change.base is not None:
            if draft.changes[-1].sequence != wanted:
                raise _moved(f"the draft was changed after the rebase {wanted}")
            return Saving(files=before, base=before_base, undoes=wanted)
        now = files_of(world.policies, draft)
        for name, (_, after) in change.files.items():
            if (etag(now[name]) if name in now else None) != after:
                raise _moved(f"{name} was changed after {wanted}")
        then = overlaid(world.policies.files(before_base), before)
        return Saving(files={name: then.get(name) for name in change.files}, undoes=wanted)

    return save(world, thing, prepared, actor)


def _past(world: World, draft: PolicyDraft, before: int) -> tuple[str, dict[str, str | None]]:
    """Base and differences as they stood just before a change."""
    opened = world.ledger.read(0, types=(OPENED,), subject=draft.id, limit=1)[0]
    base, overlay = str(opened.data["base"]), dict[str, str | None]()
    after = 0
    while events := world.ledger.read(after, types=(CHANGED,), subject=draft.id, limit=200):
        for event in events:
            if event.sequence >= before:
                return base, overlay
            onto = event.data.get("base")
            base, overlay = (base, overlay) if onto is None else (str(onto), {})
            overlay |= changed_files(event.data)
        after = events[-1].sequence
    return base, overlay


def _moved(words: str) -> ProblemError:
    return ProblemError(HTTPStatus.CONFLICT, "changed-since", f"{words}; undo that first.")
