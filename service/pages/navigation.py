"""Where one can go: the places of the navigation, in the order of a crisis."""

from typing import Final

PLACES: Final[tuple[tuple[str, str], ...]] = (
    ("page_home.home", "Start"),
    ("page_console.queue", "Console"),
    ("page_sitrep.index", "Incidents"),
    ("page_reports.index", "Reports"),
    ("page_health.journeys", "Journeys"),
    ("page_health.platforms", "Platforms"),
    ("page_health.kpis", "KPIs"),
    ("page_audit.trail", "Audit trail"),
    ("page_microsite.now", "What is so now"),
)
"""Endpoints of pages and what the navigation calls them; each shows where its reader may go."""
