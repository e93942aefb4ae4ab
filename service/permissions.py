"""Who may use which endpoint: one table of roles and scopes; what is not in it is refused."""

import re
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from ontology.lifecycle import Role
from service.pages.permits import OPEN_PAGES, PAGES


class Open(Enum):
    """The mark of an endpoint that needs no key."""

    OPEN = "open"


OPEN: Final = Open.OPEN

KEY_ROLES: Final = frozenset(Role) - {Role.ATTUNE}
"""The roles that a key can hold."""

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
_ACT: Final = KEY_ROLES - {_AUDITOR}  # the lifecycle says which act needs which role
_RUN: Final = frozenset({_ADMIN})
_INSPECT: Final = frozenset({_ADMIN, _AUDITOR})

_TABLE: Final[Mapping[str, tuple[str, frozenset[Role]]]] = MappingProxyType(
    {
        "decisions.create": ("write:decisions", _ASK),
        "decisions.index": ("read:decisions", KEY_ROLES),
        "decisions.one": ("read:decisions", KEY_ROLES),
        "decisions.explanation": ("read:decisions", KEY_ROLES),
        "reasons.unfired": ("read:decisions", KEY_ROLES),
        "reasons.otherwise": ("read:decisions", KEY_ROLES),
        "reasons.picture": ("read:decisions", KEY_ROLES),
        "decisions.replay": ("read:decisions", _REPLAY),
        "subscriptions.create": ("write:decisions", _ASK),
        "subscriptions.index": ("read:decisions", KEY_ROLES),
        "subscriptions.one": ("read:decisions", KEY_ROLES),
        "shadows.create": ("write:shadows", frozenset({_GOVERNANCE})),
        "shadows.index": ("read:shadows", KEY_ROLES),
        "shadows.one": ("read:shadows", _WEIGH),
        "silences.index": ("read:silences", KEY_ROLES),
        "silences.compared": ("read:silences", _WEIGH),
        "silences.tell": ("write:outcomes", _ASK),
        "silences.told": ("read:outcomes", KEY_ROLES),
        "compose.create": ("read:compose", _COMPOSE),
        "hindsight.look": ("read:decisions", _REPLAY & SEE_PEOPLE),
        "signals.one": ("write:signals", _LISTEN),
        "signals.batch": ("write:signals", _LISTEN),
        "intake.account": ("read:intake", frozenset({_ANALYST, _GOVERNANCE, _AUDITOR, _ADMIN})),
        "records.put": ("write:records", _WRITE_RECORDS),
        "records.one": ("read:records", SEE_PEOPLE),
        "records.remove": ("write:records", frozenset({_GOVERNANCE, _ADMIN})),
        "geofences.put": ("write:geofences", _WRITE_RECORDS),
        "geofences.index": ("read:geofences", KEY_ROLES),
        "geofences.locate": ("read:geofences", KEY_ROLES),
        "incidents.index": ("read:incidents", KEY_ROLES),
        "incidents.one": ("read:incidents", KEY_ROLES),
        "cap.alert": ("read:incidents", KEY_ROLES),
        "reports.index": ("read:reports", KEY_ROLES),
        "reports.one": ("read:reports", KEY_ROLES),  # each report says for which roles it is
        "reports.ask": ("read:reports", KEY_ROLES),
        "observations.take": ("write:observations", _LISTEN),
        "observations.index": ("read:observations", KEY_ROLES),
        "journeys.zones": ("read:journeys", KEY_ROLES),
        "journeys.picture": ("read:journeys", KEY_ROLES),
        "messages.create": ("write:messages", _WRITE_MESSAGES),
        "messages.change": ("write:messages", _WRITE_MESSAGES),
        "messages.submit": ("write:messages", _WRITE_MESSAGES),
        "messages.publish": ("write:messages", _WRITE_MESSAGES),
        "messages.hold": ("write:messages", _WRITE_MESSAGES),
        "plans.index": ("read:messages", KEY_ROLES),
        "plans.one": ("read:messages", KEY_ROLES),
        "connectors.create": ("write:connectors", _RUN),
        "connectors.index": ("read:connectors", KEY_ROLES),
        "connectors.one": ("read:connectors", KEY_ROLES),
        "connectors.remove": ("write:connectors", _RUN),
        "connectors.work": ("write:receipts", _CONFIRM),
        "connectors.confirm": ("write:receipts", _CONFIRM),
        "postings.load": ("write:messages", _WRITE_MESSAGES),
        "postings.index": ("read:messages", KEY_ROLES),
        "messages.index": ("read:messages", KEY_ROLES),
        "messages.one": ("read:messages", KEY_ROLES),
        "messages.refusals": ("read:messages", KEY_ROLES),
        "deviations.create": ("write:messages", _WRITE_MESSAGES),
        "deviations.index": ("read:messages", KEY_ROLES),
        "deviations.templates": ("read:messages", KEY_ROLES),
        "deviations.one": ("read:messages", KEY_ROLES),
        "enquiries.create": ("write:press", _WRITE_PRESS),
        "enquiries.remark": ("write:press", _WRITE_PRESS),
        "enquiries.index": ("read:press", KEY_ROLES),
        "enquiries.one": ("read:press", KEY_ROLES),
        "embargoes.create": ("write:press", _WRITE_PRESS),
        "embargoes.index": ("read:press", KEY_ROLES),
        "embargoes.one": ("read:press", KEY_ROLES),
        "correction_requests.create": ("write:press", _WRITE_PRESS),
        "correction_requests.index": ("read:press", KEY_ROLES),
        "correction_requests.one": ("read:press", KEY_ROLES),
        "briefs.create": ("write:press", _WRITE_MESSAGES),
        "briefs.index": ("read:press", KEY_ROLES),
        "briefs.one": ("read:press", KEY_ROLES),
        "activities.create": ("write:activities", frozenset({_RESPONDER, _REVIEWER, _ADMIN})),
        "activities.index": ("read:activities", KEY_ROLES),
        "activities.one": ("read:activities", KEY_ROLES),
        "activities.holds": ("read:activities", KEY_ROLES),
        "campaigns.create": ("write:campaigns", frozenset({_RESPONDER, _REVIEWER, _GOVERNANCE})),
        "campaigns.index": ("read:campaigns", KEY_ROLES),
        "campaigns.one": ("read:campaigns", KEY_ROLES),
        "campaigns.people": ("read:campaigns", SEE_PEOPLE),
        "campaigns.person": ("read:campaigns", SEE_PEOPLE),
        "campaigns.share": ("read:campaigns", SEE_PEOPLE),
        "campaigns.share_csv": ("read:campaigns", SEE_PEOPLE),
        "panels.create": ("write:panels", frozenset({_REVIEWER, _GOVERNANCE, _TRAINER})),
        "panels.index": ("read:panels", KEY_ROLES),
        "panels.one": ("read:panels", KEY_ROLES),
        "panels.seats": ("read:panels", SEE_PEOPLE - {_AUDITOR}),
        "panels.reply": ("write:panels", _WRITE_RECORDS),
        "panels.ask": ("write:panels", frozenset({_REVIEWER, _GOVERNANCE, _TRAINER})),
        "panels.votes": ("read:panels", KEY_ROLES),
        "panels.vote": ("read:panels", KEY_ROLES),
        "panels.cast": ("write:votes", _ACT),  # whoever carries it; the code of the seat decides
        "assessments.create": ("write:assessments", KEY_ROLES),  # people and culture
        "assessments.index": ("read:assessments", KEY_ROLES),  # each whom it concerns
        "assessments.one": ("read:assessments", KEY_ROLES),
        "assessments.act": ("write:assessments", KEY_ROLES),
        "assessments.source": ("read:assessments", KEY_ROLES),
        "slas.create": ("write:slas", frozenset({_RESPONDER, _REVIEWER, _GOVERNANCE})),
        "slas.index": ("read:slas", KEY_ROLES),
        "slas.one": ("read:slas", KEY_ROLES),
        "slas.clocks": ("read:slas", SEE_PEOPLE),
        "glossary.index": ("read:messages", KEY_ROLES),
        "glossary.reading": ("read:messages", KEY_ROLES),
        "duties.index": ("read:duties", KEY_ROLES),
        "duties.one": ("read:duties", KEY_ROLES),
        "pathways.create": ("write:pathways", frozenset({_RESPONDER, _REVIEWER, _LEGAL})),
        "pathways.index": ("read:pathways", KEY_ROLES),
        "pathways.one": ("read:pathways", KEY_ROLES),
        "pathways.of_message": ("read:messages", KEY_ROLES),
        "guidelines.create": ("write:guidelines", _WRITE_MESSAGES | {_GOVERNANCE}),
        "guidelines.index": ("read:guidelines", KEY_ROLES),
        "guidelines.holding": ("read:guidelines", KEY_ROLES),
        "guidelines.due": ("read:guidelines", KEY_ROLES),
        "guidelines.lacking": ("read:guidelines", KEY_ROLES),
        "guidelines.one": ("read:guidelines", KEY_ROLES),
        "guidelines.difference": ("read:guidelines", KEY_ROLES),
        "guidelines.acknowledge": ("write:guidelines", _ACT),  # whoever writes
        "guidelines.acknowledgements": ("read:guidelines", KEY_ROLES),
        "messages.reading": ("read:messages", KEY_ROLES),
        "validations.index": ("read:validations", KEY_ROLES),
        "validations.one": ("read:validations", _JUDGE),
        "alerts.index": ("read:alerts", KEY_ROLES),
        "alerts.fatigue": ("read:alerts", KEY_ROLES),
        "alerts.one": ("read:alerts", KEY_ROLES),
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
        "acts.queue": ("read:queue", KEY_ROLES),
        "precedents.search": ("read:precedents", KEY_ROLES),
        "precedents.one": ("read:precedents", KEY_ROLES),
        "precedents.cases": ("read:cases", _CHECK_CASES),
        "precedents.replaced": ("read:cases", _CHECK_CASES),
        "precedents.put": ("write:cases", _CHECK_CASES),
        "debriefs.index": ("read:debriefs", KEY_ROLES),
        "debriefs.one": ("read:debriefs", _DEBRIEF | {_AUDITOR}),
        "debriefs.assign_one": ("write:debriefs", _DEBRIEF - {_LEGAL}),
        "debriefs.actions": ("read:debriefs", KEY_ROLES),
        "ledger.head": ("read:ledger", KEY_ROLES),
        "ledger.event": ("read:ledger", _SEE_EVENTS),
        "ledger.consistency": ("read:ledger", KEY_ROLES),
        "platforms.index": ("read:platforms", KEY_ROLES),
        "platforms.negotiate": ("read:platforms", KEY_ROLES),
        "drill_scenarios.index": ("read:drills", KEY_ROLES),
        "drill_scenarios.form": ("read:drills", KEY_ROLES),
        "drill_scenarios.one": ("read:drills", frozenset({_TRAINER, _GOVERNANCE})),
        "drills.create": ("write:drills", frozenset({_TRAINER, _GOVERNANCE})),
        "drills.index": ("read:drills", KEY_ROLES),
        "drills.one": ("read:drills", KEY_ROLES),
        "drills.step": ("write:drills", frozenset({_TRAINER, _GOVERNANCE})),
        "drills.inject": ("write:drills", frozenset({_TRAINER, _GOVERNANCE})),
        "drills.score": ("write:drills", frozenset({_TRAINER, _GOVERNANCE})),
        "drills.scored": ("read:drills", KEY_ROLES),  # whoever took part
        "drills.propose": ("write:policies", frozenset({_GOVERNANCE})),
        "drills.said": ("write:drills", KEY_ROLES),  # whoever takes part
        "drills.story": ("read:drills", KEY_ROLES),  # whoever takes part
        "drill_doors.doors": ("write:drills", KEY_ROLES),  # by the roles that one has there
        "sessions.cases": ("read:sessions", KEY_ROLES),
        "sessions.index": ("read:sessions", KEY_ROLES),
        "sessions.one": ("read:sessions", KEY_ROLES),
        "sessions.cast": ("write:votes", _ACT),  # whoever takes part
        "sessions.agreements": ("read:agreements", KEY_ROLES),
        "sessions.agreement": ("read:agreements", KEY_ROLES),
        "kpis.index": ("read:kpis", KEY_ROLES),
        "kpis.matrix": ("read:kpis", KEY_ROLES),
        "kpis.lacking": ("read:kpis", KEY_ROLES),
        "kpis.one": ("read:kpis", KEY_ROLES),
        "kpis.measure": ("write:kpis", _WRITE_RECORDS | {_ANALYST}),
        "snoozes.create": ("write:snoozes", frozenset({_RESPONDER, _REVIEWER, _GOVERNANCE})),
        "snoozes.index": ("read:snoozes", KEY_ROLES),
        "snoozes.often": ("read:snoozes", KEY_ROLES),
        "snoozes.which": ("read:snoozes", KEY_ROLES),
        "snoozes.one": ("read:snoozes", KEY_ROLES),
        "routings.index": ("read:routings", KEY_ROLES),
        "routings.one": ("read:routings", KEY_ROLES),
        "policies.active": ("read:policies", KEY_ROLES),
        "policies.index": ("read:policies", KEY_ROLES),
        "policies.one": ("read:policies", KEY_ROLES),
        "policies.signed": ("read:policies", frozenset({_GOVERNANCE, _AUDITOR, _ADMIN})),
        "policies.create": ("write:policies", frozenset({_GOVERNANCE})),
        "policies.history": ("read:policies", KEY_ROLES),
        "policy_history.difference": ("read:policies", KEY_ROLES),
        "policy_history.blamed": ("read:policies", KEY_ROLES),
        "policy_drafts.create": ("write:policies", frozenset({_GOVERNANCE})),
        "policy_drafts.index": ("read:policies", KEY_ROLES),
        "policy_drafts.show": ("read:policies", KEY_ROLES),
        "policy_drafts.files": ("read:policies", KEY_ROLES),
        "policy_drafts.read": ("read:policies", KEY_ROLES),
        "policy_drafts.write": ("write:policies", frozenset({_GOVERNANCE})),
        "policy_drafts.remove": ("write:policies", frozenset({_GOVERNANCE})),
        "policy_drafts.diagnostics": ("read:policies", KEY_ROLES),
        "policy_drafts.changes": ("read:policies", KEY_ROLES),
        "policy_drafts.undo": ("write:policies", frozenset({_GOVERNANCE})),
        "policy_drafts.rebase": ("write:policies", frozenset({_GOVERNANCE})),
        "policy_drafts.put_forward": ("write:policies", frozenset({_GOVERNANCE})),
        "policy_drafts.lock": ("write:policies", frozenset({_GOVERNANCE})),
        "policy_drafts.unlock": ("write:policies", frozenset({_GOVERNANCE})),
        "coefficients.one": ("read:policies", KEY_ROLES),
        "coefficients.put": ("write:policies", frozenset({_GOVERNANCE})),
        "fallback.one": ("read:fallback", KEY_ROLES),
        "fallback.key": ("read:fallback", KEY_ROLES),
        "jobs.kinds": ("read:jobs", KEY_ROLES),
        "jobs.create": ("write:jobs", KEY_ROLES),  # and of them those whom the kind is for
        "jobs.index": ("read:jobs", KEY_ROLES),
        "jobs.one": ("read:jobs", KEY_ROLES),
        "jobs.result": ("read:jobs", KEY_ROLES),
        "jobs.cancel": ("write:jobs", KEY_ROLES),
        "jobs.remove": ("write:jobs", KEY_ROLES),
        "webhooks.create": ("write:webhooks", _RUN),
        "webhooks.index": ("read:webhooks", _INSPECT),
        "webhooks.remove": ("write:webhooks", _RUN),
        "webhooks.deliveries": ("read:webhooks", _INSPECT),
        "webhooks.redeliver": ("write:webhooks", _RUN),
        "clock.now": ("read:clock", KEY_ROLES),
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
