"""Policy drafts as answers: what differs from the policy under them, who saved what, who edits."""

from datetime import datetime

from ontology.events import Json
from service.bodies import instant
from service.draft_editing import files_of
from service.policies import Policies
from service.policy_drafts import Change, PolicyDraft, etag
from service.policy_sources import Source


def line(policies: Policies, draft: PolicyDraft, at: datetime) -> dict[str, Json]:
    """A draft in a list."""
    lock = draft.holder(at)
    held: dict[str, Json] | None = None
    if lock is not None:
        held = {"by": lock.by, "until": instant(lock.until)}
    return {
        "id": draft.id,
        "name": draft.name,
        "reason": draft.reason,
        "by": draft.by,
        "opened_at": instant(draft.opened_at),
        "state": draft.state,
        "base": draft.base,
        "stale": draft.base != policies.active,
        "changes": len(draft.changes),
        "changed_at": instant(draft.changes[-1].at if draft.changes else draft.opened_at),
        "lock": held,
        "proposals": [
            {"id": one.id, "digest": one.digest, "state": one.state}
            for one in policies.proposals.values()
            if one.draft == draft.id
        ],
    }


def whole(policies: Policies, draft: PolicyDraft, at: datetime) -> dict[str, Json]:
    """A draft with its digest and every file of it, without their texts."""
    files, under = files_of(policies, draft), policies.files(draft.base)
    local = draft.id.partition("/")[2]
    told: list[Json] = [
        {
            "file": name,
            "etag": etag(files[name]) if name in files else None,
            "bytes": len(files[name].encode()) if name in files else 0,
            "is": _is(under.get(name), files.get(name)),
        }
        for name in sorted({*files, *under})
    ]
    links: dict[str, Json] = {
        name: f"/v1/policy-drafts/{local}/{name}"
        for name in ("files", "changes", "diagnostics", "rebase", "proposal", "lock", "acts")
    }
    digest = Source.of(draft.id, files).digest
    return {**line(policies, draft, at), "digest": digest, "files": told, "links": links}


def saved(change: Change) -> dict[str, Json]:
    """One save."""
    files: list[Json] = [
        {"file": name, "before": before, "after": after}
        for name, (before, after) in change.files.items()
    ]
    return {
        "sequence": change.sequence,
        "at": instant(change.at),
        "by": change.by,
        "files": files,
        "before": change.before,
        "after": change.after,
        "base": change.base,
        "undoes": change.undoes,
    }


def _is(under: str | None, now: str | None) -> str:
    if under is None:
        return "added"
    if now is None:
        return "deleted"
    return "same" if under == now else "changed"
