"""Who may see which page: one table of roles and scopes, a part of the one of all endpoints."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ontology.lifecycle import Role

PREFIX: Final = "page_"
"""What the names of blueprints of pages begin with: they open with a session, not with a key."""

WITH_EMPLOYEES: Final = frozenset(Role) - {Role.ATTUNE}
EVERYBODY: Final = WITH_EMPLOYEES - {Role.EMPLOYEE}
"""Who works with attune; employees read what every employee may know, and nothing else."""

_COMPOSE: Final = EVERYBODY - {Role.ANALYST, Role.AUDITOR, Role.ADMIN}

_SEE_EVENTS: Final = frozenset(
    {Role.REVIEWER, Role.LEGAL, Role.GOVERNANCE, Role.AUDITOR, Role.ADMIN}
)

OPEN_PAGES: Final = (
    "page_sign_in.ask",
    "page_sign_in.take",
    "page_assets.script",
    "page_provider.leave",
    "page_provider.back",
)
"""Pages that nobody needs to be signed in for."""

PAGES: Final[Mapping[str, tuple[str, frozenset[Role]]]] = MappingProxyType(
    {
        "page_home.home": ("read:pages", WITH_EMPLOYEES),
        "page_sign_in.leave": ("read:pages", WITH_EMPLOYEES),
        "page_microsite.now": ("read:microsite", WITH_EMPLOYEES),
        "page_reports.index": ("read:reports", EVERYBODY),
        "page_reports.one": ("read:reports", EVERYBODY),  # and of them those whom the kind is for
        "page_reports.file": ("read:reports", EVERYBODY),
        "page_audit.trail": ("read:ledger", _SEE_EVENTS),
        "page_audit.event": ("read:ledger", _SEE_EVENTS),
        "page_audit.verification": ("read:ledger", _SEE_EVENTS),
        "page_health.platforms": ("read:platforms", EVERYBODY),
        "page_health.kpis": ("read:kpis", EVERYBODY),
        "page_health.journeys": ("read:journeys", EVERYBODY),
        "page_health.picture": ("read:journeys", EVERYBODY),
        "page_live.stream": ("read:pages", EVERYBODY),
        "page_sitrep.index": ("read:incidents", EVERYBODY),
        "page_sitrep.one": ("read:incidents", EVERYBODY),
        "page_sitrep.file": ("read:incidents", EVERYBODY),
        "page_console.queue": ("read:queue", EVERYBODY),
        "page_console.thing": ("read:queue", EVERYBODY),
        "page_console.changed": ("read:queue", EVERYBODY),
        "page_console.card_of": ("read:queue", EVERYBODY),
        "page_console.act": ("write:acts", EVERYBODY - {Role.AUDITOR}),
        "page_console.words": ("read:compose", _COMPOSE),
        "page_console.like": ("read:precedents", EVERYBODY),
        "page_console.otherwise": ("read:decisions", EVERYBODY),
        "page_console.why_not": ("read:decisions", EVERYBODY),
    }
)
"""The scope that each page takes, and the roles that may see it or send its forms."""
