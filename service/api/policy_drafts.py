"""Policy drafts over HTTP: files under ETags, their history, diagnostics, rebase, proposal."""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from apiflask import APIBlueprint
from flask import Response, request

from ontology.events import Event, Json
from service.api.answers import answer, idempotency, page, principal, world
from service.bodies import Page
from service.draft_bodies import DraftIn, LockIn, ProposalIn, RebaseIn, UndoIn
from service.draft_checks import diagnosed
from service.draft_editing import MOST_FILE, Prepared, Saving, files_of, hold, one, save
from service.draft_history import undo as take_back
from service.draft_opening import Opening, open_draft
from service.draft_view import line, saved, whole
from service.policy_drafts import DRAFT, PolicyDraft, etag
from service.policy_log import shown as told_of
from service.policy_sources import Source
from service.problems import ProblemError, bad_request, not_found
from service.proposing import Wanted, propose
from service.rebasing import rebase as move
from service.verifying import brought

bp = APIBlueprint("policy_drafts", __name__, url_prefix="/v1/policy-drafts", tag="Policy")

_TYPES: Final = {"ttl": "text/turtle; charset=utf-8", "yaml": "application/yaml; charset=utf-8"}


@bp.post("")
@bp.input(DraftIn)
@bp.doc(
    summary="Begin a draft of a policy, which people change file by file.",
    responses={
        201: "The draft with its files.",
        404: "No policy is meant by `start`.",
        409: "A hundred are open.",
    },
)
def create(json_data: DraftIn) -> Response:
    """Open a draft."""
    opening = Opening(start=json_data.start, name=json_data.name, reason=json_data.reason)
    draft = open_draft(world(), opening, principal().actor(), idempotency())
    headers = {"Location": f"/v1/policy-drafts/{draft.id.partition('/')[2]}"}
    return answer(_whole(draft), HTTPStatus.CREATED, headers)


@bp.get("")
@bp.input(Page, location="query")
@bp.doc(summary="Drafts, newest first.", responses={200: "Drafts without files, and a cursor."})
def index(query_data: Page) -> Response:
    """A page of drafts."""
    here = world()
    found = [*here.policy_drafts.all.values()]
    end = min(len(found), int(query_data.cursor)) if query_data.cursor else len(found)
    start, at = max(0, end - query_data.limit), here.clock.now()
    items = [line(here.policies, draft, at) for draft in reversed(found[start:end])]
    return page(items, start or None)


@bp.get("/<string:local>")
@bp.doc(
    summary="One draft: its files and their ETags, whether its base is still active, who edits.",
    responses={200: "The draft.", 404: "There is none."},
)
def show(local: str) -> Response:
    """A draft without the texts of its files."""
    return answer(_whole(_draft(local)))


@bp.get("/<string:local>/files")
@bp.doc(
    summary="All files of a draft with their texts.",
    responses={200: "Texts by name.", 404: "There is none."},
)
def files(local: str) -> Response:
    """Every text at once, as a working copy needs them."""
    draft = _draft(local)
    texts = files_of(world().policies, draft)
    digest = Source.of(draft.id, texts).digest
    return answer({"digest": digest, "base": draft.base, "files": texts}, headers=_tag(digest))


@bp.get("/<string:local>/files/<path:file>")
@bp.doc(
    summary="One file of a draft, under its ETag.",
    responses={200: "Its text.", 304: "It is the one you have.", 404: "There is none."},
)
def read(local: str, file: str) -> Response:
    """A file as it is."""
    text = files_of(world().policies, _draft(local)).get(file)
    if text is None:
        raise not_found("file", file, "rules/books/escalation.yaml")
    kind = _TYPES.get(file.rpartition(".")[2], "text/plain; charset=utf-8")
    found = Response(text, content_type=kind, headers=_tag(etag(text)))
    found.make_conditional(request)
    return found


@bp.put("/<string:local>/files/<path:file>")
@bp.doc(
    summary="Save a file; `If-Match` names what you have read, `If-None-Match: *` a new file.",
    responses={
        200: "Saved, with what is wrong in the draft now; a broken file is saved, too.",
        404: "There is no such draft.",
        409: "The draft was discarded.",
        412: "Somebody else saved it meanwhile; the ETag says what stands now.",
        413: "It is too long.",
        422: "It is no file of a policy.",
        423: "Somebody else edits the draft.",
        428: "Neither `If-Match` nor `If-None-Match: *` is there.",
    },
)
def write(local: str, file: str) -> Response:
    """Save a text."""
    text = _text()
    done = save(world(), f"{DRAFT}/{local}", _conditioned(file, text), principal().actor())
    return _saved(local, file, done, etag(text))


@bp.delete("/<string:local>/files/<path:file>")
@bp.doc(
    summary="Take a file out of a draft; `If-Match` names what you have read.",
    responses={
        200: "Gone, with what is wrong in the draft now.",
        404: "There is no such draft.",
        409: "The draft was discarded.",
        412: "Somebody else saved or removed it meanwhile.",
        423: "Somebody else edits the draft.",
        428: "There is no `If-Match`.",
    },
)
def remove(local: str, file: str) -> Response:
    """Leave a file out."""
    done = save(world(), f"{DRAFT}/{local}", _conditioned(file, None), principal().actor())
    return _saved(local, file, done, None)


@bp.get("/<string:local>/diagnostics")
@bp.doc(
    summary="What is wrong with a draft: file, line, column, cure. The job check runs its cases.",
    responses={200: "Diagnostics; none where it reads well.", 404: "There is none."},
)
def diagnostics(local: str) -> Response:
    """Everything that can be told in about a second."""
    found = _source(_draft(local))
    return answer({"digest": found.digest, "diagnostics": diagnosed(found.content)})


@bp.get("/<string:local>/changes")
@bp.input(Page, location="query")
@bp.doc(
    summary="Who saved what when, newest first.",
    responses={200: "Saves and a cursor.", 404: "There is none."},
)
def changes(local: str, query_data: Page) -> Response:
    """A page of a draft's history."""
    before = int(query_data.cursor) if query_data.cursor else None
    known = _draft(local).changes
    found = [c for c in reversed(known) if before is None or c.sequence < before]
    shown = found[: query_data.limit]
    more = len(found) > len(shown)
    return page([saved(c) for c in shown], shown[-1].sequence if more else None)


@bp.post("/<string:local>/undo")
@bp.input(UndoIn)
@bp.doc(
    summary="Take back a save, the last one where none is named.",
    responses={
        200: "The draft as it stands now.",
        404: "There is no such draft or change.",
        409: "What it saved was changed since.",
        423: "Somebody else edits the draft.",
    },
)
def undo(local: str, json_data: UndoIn) -> Response:
    """Save again what stood before."""
    take_back(world(), f"{DRAFT}/{local}", json_data.change, principal().actor())
    return answer(_whole(_draft(local)))


@bp.post("/<string:local>/rebase")
@bp.input(RebaseIn)
@bp.doc(
    summary="Move a draft onto the policy that is active now: all of it, or nothing.",
    responses={
        200: "The draft as it stands now.",
        404: "There is none.",
        409: "Files clash, each with its lines; or another policy was activated meanwhile.",
        423: "Somebody else edits the draft.",
    },
)
def rebase(local: str, json_data: RebaseIn) -> Response:
    """Merge what both changed."""
    move(world(), f"{DRAFT}/{local}", json_data.resolved, principal().actor(), json_data.onto)
    return answer(_whole(_draft(local)))


@bp.post("/<string:local>/proposal")
@bp.input(ProposalIn)
@bp.doc(
    summary="Propose a draft: checked, its cases run, tried; a second person activates it.",
    responses={
        201: "The proposal; approve and activate it with acts.",
        404: "There is no such draft.",
        409: "Its base is active no longer, or it changes nothing.",
        422: "Every fault of its files, every case that fails.",
    },
)
def put_forward(local: str, json_data: ProposalIn) -> Response:
    """Put the files of a draft before a second person."""
    here, draft = world(), _draft(local)
    wanted = Wanted(
        files=files_of(here.policies, draft),
        reason=json_data.reason or draft.reason,
        base=draft.base,
        draft=draft.id,
    )
    event = propose(here, wanted, principal().actor())
    here.catch_up()
    acts = f"/v1/policy-proposals/{event.subject.partition('/')[2]}/acts"
    links: dict[str, Json] = {"acts": acts}
    proposal = here.policies.proposals[event.subject]
    headers = {"Location": f"/v1/policies/{proposal.digest}"}
    findings = brought(here, wanted.files, wanted.base)
    told = {**told_of(proposal), "links": links, "findings": findings}
    return answer(told, HTTPStatus.CREATED, headers)


@bp.put("/<string:local>/lock")
@bp.input(LockIn)
@bp.doc(
    summary="Say that you edit a draft, for some minutes; again, to go on.",
    responses={200: "The draft.", 404: "There is none.", 423: "Somebody else edits it."},
)
def lock(local: str, json_data: LockIn) -> Response:
    """Take or renew the lock."""
    span = timedelta(minutes=json_data.minutes)
    return answer(_whole(hold(world(), f"{DRAFT}/{local}", principal().actor(), span)))


@bp.delete("/<string:local>/lock")
@bp.doc(
    summary="Say that you edit a draft no more.",
    responses={200: "The draft.", 404: "There is none.", 423: "Somebody else edits it."},
)
def unlock(local: str) -> Response:
    """Let go of the lock."""
    return answer(_whole(hold(world(), f"{DRAFT}/{local}", principal().actor(), None)))


def _draft(local: str) -> PolicyDraft:
    return one(world(), f"{DRAFT}/{local}")


def _whole(draft: PolicyDraft) -> dict[str, Json]:
    here = world()
    return whole(here.policies, draft, here.clock.now())


def _source(draft: PolicyDraft) -> Source:
    return Source.of(draft.id, files_of(world().policies, draft))


def _tag(name: str) -> Mapping[str, str]:
    return {"ETag": f'"{name}"', "Cache-Control": "no-cache"}


def _text() -> str:
    content = request.get_data()
    if len(content) > MOST_FILE:
        words = f"{len(content):,} bytes are more than {MOST_FILE:,}."
        raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", words)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise bad_request(f"Byte {error.start} of the file is no UTF-8.") from error


def _conditioned(file: str, text: str | None) -> Prepared:
    """What to save, if what stands is still what the caller has read."""
    match, none = request.if_match, request.if_none_match
    if not match and not (none.star_tag and text is not None):
        words = 'Send If-Match: "<the ETag that you have read>"'
        more = ", or If-None-Match: * for a new file." if text is not None else "."
        raise ProblemError(HTTPStatus.PRECONDITION_REQUIRED, "precondition-required", words + more)

    def prepared(draft: PolicyDraft) -> Saving:
        now = files_of(world().policies, draft).get(file)
        tag = None if now is None else etag(now)
        fits = tag is not None and match.contains(tag) if match else tag is None
        if not fits:
            words = "there is no such file" if tag is None else f'it is "{tag}" now'
            raise ProblemError(
                HTTPStatus.PRECONDITION_FAILED,
                "precondition-failed",
                f"{file} is not what you have read: {words}. Read it again.",
                headers={} if tag is None else {"ETag": f'"{tag}"'},
            )
        return Saving(files={file: text})

    return prepared


def _saved(local: str, file: str, event: Event | None, tag: str | None) -> Response:
    found = _source(_draft(local))
    told: dict[str, Json] = {
        "file": file,
        "etag": tag,
        "digest": found.digest,
        "change": None if event is None else event.sequence,
        "diagnostics": diagnosed(found.content, file),
    }
    return answer(told, headers={} if tag is None else {"ETag": f'"{tag}"'})
