"""Who may use which endpoint: one table of roles and scopes; what is not in it is refused."""

import re
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from ontology.lifecycle import Role
from service.page_permits import OPEN_PAGES, PAGES


class Open(Enum):
    """The mark of an endpoint that needs no key."""

    OPEN = "open"


OPEN: Final = Open.OPEN

KEY_ROLES: Final = frozenset(Role) - {Role.ATTUNE}
"""The roles that a key can hold."""

_STAFF: Final = KEY_ROLES - {Role.EMPLOYEE}
"""Who works with attune; an employee only reads what every employee may know."""

_RESPONDER, _REVIEWER, _LEGAL = Role.RESPONDER, Role.REVIEWER, Role.LEGAL
_GOVERNANCE, _TRAINER, _ANALYST = Role.GOVERNANCE, Role.TRAINER, Role.ANALYST
_AUDITOR, _ADMIN = Role.AUDITOR, Role.ADMIN

_ASK: Final = frozenset({_RESPONDER, _REVIEWER, _LEGAL, _TRAINER})
_REPLAY: Final = frozenset({_REVIEWER, _LEGAL, _GOVERNANCE, _ANALYST, _AUDITOR})
_COMPOSE: Final = frozenset({_RESPONDER, _REVIEWER, _LEGAL, _GOVERNANCE, _TRAINER})
_LISTEN: Final = frozenset({_RESPONDER, _ANALYST, _ADMIN, _TRAINER})  # trainers: in replays
_JUDGE: Final = frozenset({_RESPONDER, _REVIEWER, _TRAINER, _ANALYST})
_WRITE_RECORDS: Final = frozenset({_RESPONDER, _REVIEWER, _GOVERNANCE, _ADMIN})
_WRITE_MESSAGES: Final = frozenset({_RESPONDER, _REVIEWER, _LEGAL, _TRAINER})
_CONFIRM: Final = frozenset({_RESPONDER, _REVIEWER})  # and of them only the connector's holder
_WRITE_PRESS: Final = frozenset({_RESPONDER, _REVIEWER, _LEGAL})
_FIND: Final = frozenset({_RESPONDER, _REVIEWER, _LEGAL, _GOVERNANCE, _ANALYST, _AUDITOR})
SEE_PEOPLE: Final = frozenset({_RESPONDER, _REVIEWER, _LEGAL, _GOVERNANCE, _AUDITOR, _ADMIN})
"""The roles that may read what is known of a customer, in records and in decisions."""

READ_POSTS: Final = frozenset({_RESPONDER, _REVIEWER, _LEGAL, _ANALYST})
"""The roles that may read the words of posts that made a candidate."""

_CHECK_CASES: Final = frozenset({_TRAINER, _REVIEWER, _GOVERNANCE, _LEGAL})
_DEBRIEF: Final = frozenset({_RESPONDER, _REVIEWER, _LEGAL, _GOVERNANCE, _TRAINER})
_SEE_EVENTS: Final = frozenset({_REVIEWER, _LEGAL, _GOVERNANCE, _AUDITOR, _ADMIN})
_WEIGH: Final = frozenset({_REVIEWER, _GOVERNANCE, _ANALYST, _AUDITOR})
_ACT: Final = _STAFF - {_AUDITOR}  # the lifecycle says which act needs which role
_RUN: Final = frozenset({_ADMIN})
_INSPECT: Final = frozenset({_ADMIN, _AUDITOR})

_TABLE: Final[Mapping[str, tuple[str, frozenset[Role]]]] = MappingProxyType(
    {
        "decisions.create": ("write:decisions", _ASK),
        "decisions.index": ("read:decisions", _STAFF),
        "decisions.one": ("read:decisions", _STAFF),
        "decisions.explanation": ("read:decisions", _STAFF),
        "reasons.unfired": ("read:decisions", _STAFF),
        "reasons.otherwise": ("read:decisions", _STAFF),
        "reasons.picture": ("read:decisions", _STAFF),
        "decisions.replay": ("read:decisions", _REPLAY),
        "subscriptions.create": ("write:decisions", _ASK),
        "subscriptions.index": ("read:decisions", _STAFF),
        "subscriptions.one": ("read:decisions", _STAFF),
        "shadows.create": ("write:shadows", frozenset({_GOVERNANCE})),
        "shadows.index": ("read:shadows", _STAFF),
        "shadows.one": ("read:shadows", _WEIGH),
        "silences.index": ("read:silences", _STAFF),
        "silences.compared": ("read:silences", _WEIGH),
        "silences.tell": ("write:outcomes", _ASK),
        "silences.told": ("read:outcomes", _STAFF),
        "compose.create": ("read:compose", _COMPOSE),
        "hindsight.look": ("read:decisions", _REPLAY & SEE_PEOPLE),
        "signals.one": ("write:signals", _LISTEN),
        "signals.batch": ("write:signals", _LISTEN),
        "intake.account": ("read:intake", frozenset({_ANALYST, _GOVERNANCE, _AUDITOR, _ADMIN})),
        "records.put": ("write:records", _WRITE_RECORDS),
        "records.one": ("read:records", SEE_PEOPLE),
        "records.remove": ("write:records", frozenset({_GOVERNANCE, _ADMIN})),
        "geofences.put": ("write:geofences", _WRITE_RECORDS),
        "geofences.index": ("read:geofences", _STAFF),
        "geofences.locate": ("read:geofences", _STAFF),
        "incidents.index": ("read:incidents", _STAFF),
        "incidents.one": ("read:incidents", _STAFF),
        "sitreps.one": ("read:incidents", _STAFF),
        "cap.alert": ("read:incidents", _STAFF),
        "reports.index": ("read:reports", _STAFF),
        "reports.one": ("read:reports", _STAFF),  # each report says for which roles it is
        "reports.ask": ("read:reports", _STAFF),
        "observations.take": ("write:observations", _LISTEN),
        "observations.index": ("read:observations", _STAFF),
        "journeys.zones": ("read:journeys", _STAFF),
        "journeys.picture": ("read:journeys", _STAFF),
        "messages.create": ("write:messages", _WRITE_MESSAGES),
        "messages.change": ("write:messages", _WRITE_MESSAGES),
        "messages.submit": ("write:messages", _WRITE_MESSAGES),
        "messages.publish": ("write:messages", _WRITE_MESSAGES),
        "messages.hold": ("write:messages", _WRITE_MESSAGES),
        "plans.index": ("read:messages", _STAFF),
        "plans.one": ("read:messages", _STAFF),
        "connectors.create": ("write:connectors", _RUN),
        "connectors.index": ("read:connectors", _STAFF),
        "connectors.one": ("read:connectors", _STAFF),
        "connectors.remove": ("write:connectors", _RUN),
        "connectors.work": ("write:receipts", _CONFIRM),
        "connectors.confirm": ("write:receipts", _CONFIRM),
        "postings.load": ("write:messages", _WRITE_MESSAGES),
        "postings.index": ("read:messages", _STAFF),
        "messages.index": ("read:messages", _STAFF),
        "messages.one": ("read:messages", _STAFF),
        "messages.refusals": ("read:messages", _STAFF),
        "deviations.create": ("write:messages", _WRITE_MESSAGES),
        "deviations.index": ("read:messages", _STAFF),
        "deviations.templates": ("read:messages", _STAFF),
        "deviations.one": ("read:messages", _STAFF),
        "enquiries.create": ("write:press", _WRITE_PRESS),
        "enquiries.remark": ("write:press", _WRITE_PRESS),
        "enquiries.index": ("read:press", _STAFF),
        "enquiries.one": ("read:press", _STAFF),
        "embargoes.create": ("write:press", _WRITE_PRESS),
        "embargoes.index": ("read:press", _STAFF),
        "embargoes.one": ("read:press", _STAFF),
        "correction_requests.create": ("write:press", _WRITE_PRESS),
        "correction_requests.index": ("read:press", _STAFF),
        "correction_requests.one": ("read:press", _STAFF),
        "briefs.create": ("write:press", _WRITE_MESSAGES),
        "briefs.index": ("read:press", _STAFF),
        "briefs.one": ("read:press", _STAFF),
        "activities.create": ("write:activities", frozenset({_RESPONDER, _REVIEWER, _ADMIN})),
        "activities.index": ("read:activities", _STAFF),
        "activities.one": ("read:activities", _STAFF),
        "activities.holds": ("read:activities", _STAFF),
        "campaigns.create": ("write:campaigns", frozenset({_RESPONDER, _REVIEWER, _GOVERNANCE})),
        "campaigns.index": ("read:campaigns", _STAFF),
        "campaigns.one": ("read:campaigns", _STAFF),
        "campaigns.people": ("read:campaigns", SEE_PEOPLE),
        "campaigns.person": ("read:campaigns", SEE_PEOPLE),
        "campaigns.share": ("read:campaigns", SEE_PEOPLE),
        "campaigns.share_csv": ("read:campaigns", SEE_PEOPLE),
        "panels.create": ("write:panels", frozenset({_REVIEWER, _GOVERNANCE, _TRAINER})),
        "panels.index": ("read:panels", _STAFF),
        "panels.one": ("read:panels", _STAFF),
        "panels.seats": ("read:panels", SEE_PEOPLE - {_AUDITOR}),
        "panels.reply": ("write:panels", _WRITE_RECORDS),
        "panels.ask": ("write:panels", frozenset({_REVIEWER, _GOVERNANCE, _TRAINER})),
        "panels.votes": ("read:panels", _STAFF),
        "panels.vote": ("read:panels", _STAFF),
        "panels.cast": ("write:votes", _ACT),  # whoever carries it; the code of the seat decides
        "assessments.create": ("write:assessments", _STAFF),  # people and culture
        "assessments.index": ("read:assessments", _STAFF),  # each whom it concerns
        "assessments.one": ("read:assessments", _STAFF),
        "assessments.act": ("write:assessments", _STAFF),
        "tone.reply": ("write:tone-answers", _STAFF),  # each to their own figures
        "assessments.source": ("read:assessments", _STAFF),
        "slas.create": ("write:slas", frozenset({_RESPONDER, _REVIEWER, _GOVERNANCE})),
        "slas.index": ("read:slas", _STAFF),
        "slas.one": ("read:slas", _STAFF),
        "slas.clocks": ("read:slas", SEE_PEOPLE),
        "glossary.index": ("read:messages", _STAFF),
        "glossary.reading": ("read:messages", _STAFF),
        "duties.index": ("read:duties", _STAFF),
        "duties.one": ("read:duties", _STAFF),
        "pathways.create": ("write:pathways", frozenset({_RESPONDER, _REVIEWER, _LEGAL})),
        "pathways.index": ("read:pathways", _STAFF),
        "pathways.one": ("read:pathways", _STAFF),
        "pathways.of_message": ("read:messages", _STAFF),
        "guidelines.create": ("write:guidelines", _WRITE_MESSAGES | {_GOVERNANCE}),
        "guidelines.index": ("read:guidelines", _STAFF),
        "guidelines.holding": ("read:guidelines", _STAFF),
        "guidelines.due": ("read:guidelines", _STAFF),
        "guidelines.lacking": ("read:guidelines", _STAFF),
        "guidelines.one": ("read:guidelines", _STAFF),
        "guidelines.difference": ("read:guidelines", _STAFF),
        "guidelines.acknowledge": ("write:guidelines", _ACT),  # whoever writes
        "guidelines.acknowledgements": ("read:guidelines", _STAFF),
        "messages.reading": ("read:messages", _STAFF),
        "validations.index": ("read:validations", _STAFF),
        "validations.one": ("read:validations", _JUDGE),
        "alerts.index": ("read:alerts", _STAFF),
        "alerts.fatigue": ("read:alerts", _STAFF),
        "alerts.one": ("read:alerts", _STAFF),
        "findings.look": ("read:findings", _FIND),
        "findings.drawn": ("read:findings", _FIND),
        "findings.rule": ("write:policies", frozenset({_GOVERNANCE})),
        "findings.known": ("read:findings", _FIND),
        "findings.index": ("read:findings", _FIND),
        "findings.one": ("read:findings", _FIND),
        "findings.put": ("write:findings", _FIND - {_AUDITOR}),
        "findings.drop": ("write:findings", _FIND - {_AUDITOR}),
        "alert_budget.index": ("read:alert-budget", _WEIGH),
        "alert_budget.drawn": ("read:alert-budget", _WEIGH),
        "alert_budget.create": ("write:policies", frozenset({_GOVERNANCE})),
        "links.index": ("read:links", SEE_PEOPLE),
        "links.one": ("read:links", SEE_PEOPLE),
        "acts.act": ("write:acts", _ACT),
        "acts.queue": ("read:queue", _STAFF),
        "precedents.search": ("read:precedents", _STAFF),
        "precedents.one": ("read:precedents", _STAFF),
        "precedents.cases": ("read:cases", _CHECK_CASES),
        "precedents.replaced": ("read:cases", _CHECK_CASES),
        "precedents.put": ("write:cases", _CHECK_CASES),
        "debriefs.index": ("read:debriefs", _STAFF),
        "debriefs.one": ("read:debriefs", _DEBRIEF | {_AUDITOR}),
        "debriefs.assign_one": ("write:debriefs", _DEBRIEF - {_LEGAL}),
        "debriefs.actions": ("read:debriefs", _STAFF),
        "ledger.head": ("read:ledger", _STAFF),
        "ledger.event": ("read:ledger", _SEE_EVENTS),
        "ledger.consistency": ("read:ledger", _STAFF),
        "platforms.index": ("read:platforms", _STAFF),
        "platforms.negotiate": ("read:platforms", _STAFF),
        "drill_scenarios.index": ("read:drills", _STAFF),
        "drill_scenarios.form": ("read:drills", _STAFF),
        "drill_scenarios.one": ("read:drills", frozenset({_TRAINER, _GOVERNANCE})),
        "drills.create": ("write:drills", frozenset({_TRAINER, _GOVERNANCE})),
        "drills.index": ("read:drills", _STAFF),
        "drills.one": ("read:drills", _STAFF),
        "drills.step": ("write:drills", frozenset({_TRAINER, _GOVERNANCE})),
        "drills.inject": ("write:drills", frozenset({_TRAINER, _GOVERNANCE})),
        "drills.score": ("write:drills", frozenset({_TRAINER, _GOVERNANCE})),
        "drills.scored": ("read:drills", _STAFF),  # whoever took part
        "drills.propose": ("write:policies", frozenset({_GOVERNANCE})),
        "drills.said": ("write:drills", _STAFF),  # whoever takes part
        "drills.story": ("read:drills", _STAFF),  # whoever takes part
        "drill_doors.doors": ("write:drills", _STAFF),  # by the roles that one has there
        "sessions.cases": ("read:sessions", _STAFF),
        "sessions.index": ("read:sessions", _STAFF),
        "sessions.one": ("read:sessions", _STAFF),
        "sessions.cast": ("write:votes", _ACT),  # whoever takes part
        "sessions.agreements": ("read:agreements", _STAFF),
        "sessions.agreement": ("read:agreements", _STAFF),
        "kpis.index": ("read:kpis", _STAFF),
        "kpis.matrix": ("read:kpis", _STAFF),
        "kpis.lacking": ("read:kpis", _STAFF),
        "kpis.one": ("read:kpis", _STAFF),
        "kpis.measure": ("write:kpis", _WRITE_RECORDS | {_ANALYST}),
        "snoozes.create": ("write:snoozes", frozenset({_RESPONDER, _REVIEWER, _GOVERNANCE})),
        "snoozes.index": ("read:snoozes", _STAFF),
        "snoozes.often": ("read:snoozes", _STAFF),
        "snoozes.which": ("read:snoozes", _STAFF),
        "snoozes.one": ("read:snoozes", _STAFF),
        "routings.index": ("read:routings", _STAFF),
        "routings.one": ("read:routings", _STAFF),
        "policies.active": ("read:policies", _STAFF),
        "policies.index": ("read:policies", _STAFF),
        "policies.one": ("read:policies", _STAFF),
        "policies.signed": ("read:policies", frozenset({_GOVERNANCE, _AUDITOR, _ADMIN})),
        "policies.create": ("write:policies", frozenset({_GOVERNANCE})),
        "policies.history": ("read:policies", _STAFF),
        "policy_history.difference": ("read:policies", _STAFF),
        "policy_history.blamed": ("read:policies", _STAFF),
        "policy_drafts.create": ("write:policies", frozenset({_GOVERNANCE})),
        "policy_drafts.index": ("read:policies", _STAFF),
        "policy_drafts.show": ("read:policies", _STAFF),
        "policy_drafts.files": ("read:policies", _STAFF),
        "policy_drafts.read": ("read:policies", _STAFF),
        "policy_drafts.write": ("write:policies", frozenset({_GOVERNANCE})),
        "policy_drafts.remove": ("write:policies", frozenset({_GOVERNANCE})),
        "policy_drafts.diagnostics": ("read:policies", _STAFF),
        "policy_drafts.changes": ("read:policies", _STAFF),
        "policy_drafts.undo": ("write:policies", frozenset({_GOVERNANCE})),
        "policy_drafts.rebase": ("write:policies", frozenset({_GOVERNANCE})),
        "policy_drafts.put_forward": ("write:policies", frozenset({_GOVERNANCE})),
        "policy_drafts.lock": ("write:policies", frozenset({_GOVERNANCE})),
        "policy_drafts.unlock": ("write:policies", frozenset({_GOVERNANCE})),
        "coefficients.one": ("read:policies", _STAFF),
        "coefficients.put": ("write:policies", frozenset({_GOVERNANCE})),
        "fallback.one": ("read:fallback", _STAFF),
        "fallback.key": ("read:fallback", _STAFF),
        "jobs.kinds": ("read:jobs", _STAFF),
        "jobs.create": ("write:jobs", _STAFF),  # and of them those whom the kind is for
        "jobs.index": ("read:jobs", _STAFF),
        "jobs.one": ("read:jobs", _STAFF),
        "jobs.result": ("read:jobs", _STAFF),
        "jobs.cancel": ("write:jobs", _STAFF),
        "jobs.remove": ("write:jobs", _STAFF),
        "webhooks.create": ("write:webhooks", _RUN),
        "webhooks.index": ("read:webhooks", _INSPECT),
        "webhooks.remove": ("write:webhooks", _RUN),
        "webhooks.deliveries": ("read:webhooks", _INSPECT),
        "webhooks.redeliver": ("write:webhooks", _RUN),
        "clock.now": ("read:clock", _STAFF),
        "clock.advance": ("write:clock", frozenset({_TRAINER, _ADMIN})),
        **PAGES,
    }
)

_OPEN: Final = (
    "probes.health",
    "probes.ready",
    "probes.metrics",
    "intake.take",  # signed by the partner instead
    "reference.openapi",
    "reference.docs",
    "static",
    *OPEN_PAGES,
)

PERMISSIONS: Final[Mapping[str, frozenset[Role] | Open]] = MappingProxyType(
    {
        **dict.fromkeys(_OPEN, OPEN),
        **{endpoint: roles for endpoint, (_, roles) in _TABLE.items()},
    }
)
"""The roles that may use an endpoint, any one of them; `OPEN` asks for no key at all."""

SCOPES: Final[Mapping[str, str]] = MappingProxyType(
    {endpoint: scope for endpoint, (scope, _) in _TABLE.items()}
)
"""The scope `verb:resource` that an endpoint takes."""

_VERBS: Final = ("read", "write")
_RESOURCES: Final = tuple(sorted({scope.partition(":")[2] for scope in SCOPES.values()}))
_SCOPE: Final = re.compile(rf"(\*|{'|'.join(_VERBS)}):(\*|{'|'.join(_RESOURCES)})", re.ASCII)


def is_scope(text: str) -> bool:
    """Whether a text is a scope: `verb:resource`, with `*` for any verb or any resource.

    >>> is_scope("read:*"), is_scope("write:decisions"), is_scope("delete:everything")
    (True, True, False)
    """
    return _SCOPE.fullmatch(text) is not None


def covers(held: frozenset[str], needed: str) -> bool:
    """Whether scopes cover one that is needed; a key that names none is bound by its roles only.

    >>> covers(frozenset({"read:*"}), "read:ledger"), covers(frozenset({"read:*"}), "write:acts")
    (True, False)
    """
    verb, _, resource = needed.partition(":")
    wanted = {f"{v}:{r}" for v in (verb, "*") for r in (resource, "*")}
    return not held or bool(held & wanted)
