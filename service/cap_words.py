"""What CAP alerts call a kind of crisis, in the languages that attune has words for."""

from collections.abc import Mapping
from typing import Final

ENGLISH: Final = "en"

EVENTS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "": "Incident",
        "natural-disaster": "Natural disaster",
        "rumour": "Rumour",
        "workplace-violence": "Violence at work",
        "malevolence": "Attack",
        "challenge": "Protest",
        "technical-error-accident": "Technical accident",
        "technical-error-harm": "Harm by a technical fault",
        "human-error-accident": "Accident",
        "human-error-harm": "Harm by a mistake",
        "misdeed-no-injuries": "Misconduct",
        "management-misconduct": "Misconduct",
        "misdeed-injuries": "Harm by misconduct",
    },
    "es": {
        "": "Incidente",
        "natural-disaster": "Desastre natural",
        "rumour": "Rumor",
        "workplace-violence": "Violencia en el trabajo",
        "malevolence": "Ataque",
        "challenge": "Protesta",
        "technical-error-accident": "Accidente técnico",
        "technical-error-harm": "Daños por un fallo técnico",
        "human-error-accident": "Accidente",
        "human-error-harm": "Daños por un error",
        "misdeed-no-injuries": "Conducta indebida",
        "management-misconduct": "Conducta indebida",
        "misdeed-injuries": "Daños por conducta indebida",
    },
    "fr": {
        "": "Incident",
        "natural-disaster": "Catastrophe naturelle",
        "rumour": "Rumeur",
        "workplace-violence": "Violence au travail",
        "malevolence": "Attaque",
        "challenge": "Protestation",
        "technical-error-accident": "Accident technique",
        "technical-error-harm": "Dommages dus à une panne",
        "human-error-accident": "Accident",
        "human-error-harm": "Dommages dus à une erreur",
        "misdeed-no-injuries": "Faute",
        "management-misconduct": "Faute",
        "misdeed-injuries": "Dommages dus à une faute",
    },
    "de": {
        "": "Vorfall",
        "natural-disaster": "Naturkatastrophe",
        "rumour": "Gerücht",
        "workplace-violence": "Gewalt am Arbeitsplatz",
        "malevolence": "Angriff",
        "challenge": "Protest",
        "technical-error-accident": "Technischer Unfall",
        "technical-error-harm": "Schaden durch einen technischen Fehler",
        "human-error-accident": "Unfall",
        "human-error-harm": "Schaden durch einen Fehler",
        "misdeed-no-injuries": "Fehlverhalten",
        "management-misconduct": "Fehlverhalten",
        "misdeed-injuries": "Schaden durch Fehlverhalten",
    },
}
"""By primary language subtag, then by crisis type; the empty type is one that nobody knows."""

CATEGORIES: Final[Mapping[str, str]] = {
    "natural-disaster": "Geo",
    "workplace-violence": "Security",
    "malevolence": "Security",
    "technical-error-accident": "Safety",
    "technical-error-harm": "Safety",
    "human-error-accident": "Safety",
    "human-error-harm": "Safety",
    "misdeed-injuries": "Safety",
}
"""The category of CAP 1.2 for a crisis type; Other for those that are not listed."""
