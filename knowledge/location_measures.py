"""How well names in posts tell where a crisis is: how many tell, and how many of them right."""

from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.gazetteer import Gazetteer
from knowledge.mentions import country, mentions, part


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Of `posts`, how many told of a country and of a part of one, and how many of the right one.

    `code` is the ISO 3166 code of where the crisis was: right is a post that tells of it.
    """

    code: str
    posts: int = 0
    countries: int = 0
    right_countries: int = 0
    parts: int = 0
    right_parts: int = 0


def measured(texts: Iterable[str], code: str, gazetteer: Gazetteer) -> Told:
    """Count over texts about a crisis at a place that is known."""
    posts = countries = right = parts = right_parts = 0
    for text in texts:
        found = mentions(text, gazetteer)
        land, piece = country(found), part(found)
        posts += 1
        countries += land is not None
        right += land is not None and land[0] == code.partition("-")[0]
        parts += piece is not None
        right_parts += piece is not None and piece[0] == code
    return Told(
        code=code,
        posts=posts,
        countries=countries,
        right_countries=right,
        parts=parts,
        right_parts=right_parts,
    )
