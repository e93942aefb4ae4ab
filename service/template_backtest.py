"""Templates on recorded drafts: what stands in them no longer, and which slots come and go."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

from ontology.events import Json
from ontology.identity import ThingId
from rules.template import Template, Variant
from service import pathways
from service.committing import ThingUnknown
from service.message_content import Content, read
from service.policies import PolicyUnknown
from service.template_differences import template_difference, templates_of
from service.world import World

_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+|\n+")
_OPEN: Final = re.compile(r"[{}]")


class Wordings:
    """New templates beside those from which drafts were made."""

    def __init__(self, world: World, files: Mapping[str, bytes]) -> None:
        """Read the new templates.

        Raises:
            TemplatesInvalid: they can't be read.
        """
        self._world = world
        self._new = templates_of(files)
        self._pathways = pathways.standing(world)

    def row(self, message: ThingId) -> dict[str, Json] | None:
        """What of a draft would be otherwise; None where it is made from nothing that changed."""
        try:
            content = read(self._world.graph, message)
        except ThingUnknown:
            return None
        name, policy = content.one("usesTemplate"), content.one("underPolicy")
        old = self._old(policy, name)
        new = self._new.get(name or "")
        if old is None or (new is not None and not [*template_difference(old, new)]):
            return None
        return {
            "message": message,
            "incident": content.incident,
            "state": content.state,
            "template": name,
            **self._told(content, old, new),
        }

    def _old(self, policy: str | None, name: str | None) -> Template | None:
        """The template as it was when the draft was made of it."""
        if policy is None or name is None:
            return None
        try:
            files = self._world.policies.files(policy)
        except PolicyUnknown:
            return None
        return _templates(tuple(sorted(files.items()))).get(name)

    def _told(self, content: Content, old: Template, new: Template | None) -> dict[str, Json]:
        before = _made_of(old, content.one("composedText") or "")
        after = None if new is None else new.variants.get(before.channel)
        if after is None:
            why = f"it has no words for {before.channel} any more"
            return {"gone": "the template goes" if new is None else why}
        text = content.one("text") or ""
        fixed = [s for s in _fixed(before.text) if s not in _fixed(after.text)]
        new_ones = [s for s in _fixed(after.text) if s not in _fixed(before.text)]
        return {
            "channel": before.channel,
            "says_no_longer_in_template": [one for one in fixed if one in text],
            "lacks_of_template": [one for one in new_ones if one not in text],
            "slots_lost": [*sorted(before.slots - after.slots)],
            "slots_gained": [*sorted(after.slots - before.slots)],
            "pathways_left": [*self._left(content, _rewritten(text, before, after))],
        }

    def _left(self, content: Content, text: str) -> Iterator[str]:
        """The pathways that the message is inside, and would not be in the new words."""
        at = self._world.clock.now()
        other = replace(content, properties={**content.properties, "text": (text,)})
        sides = [
            pathways.compared(self._world, one, self._pathways, at) for one in (content, other)
        ]
        for now, then in zip(*sides, strict=True):
            if now.inside and not then.inside:
                yield now.pathway


@lru_cache(maxsize=4)
def _templates(files: tuple[tuple[str, str], ...]) -> dict[str, Template]:
    return templates_of({name: text.encode() for name, text in files})


def _made_of(template: Template, composed: str) -> Variant:
    """The wording of which a text was composed: the one that stands in it most."""
    return max(
        template.variants.values(),
        key=lambda one: sum(len(said) for said in _fixed(one.text) if said in composed),
    )


def _sentences(text: str) -> list[str]:
    return [one.strip() for one in _SENTENCE.split(text) if one.strip()]


def _fixed(wording: str) -> list[str]:
    """The sentences of a wording in which nothing is filled."""
    return [one for one in _sentences(wording) if not _OPEN.search(one)]


def _rewritten(text: str, before: Variant, after: Variant) -> str:
    """The message with the fixed sentences that changed; those with slots stay as they are."""
    old, new = _sentences(before.text), _sentences(after.text)
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag in {"replace", "delete"}:
            text = _replaced(text, old[i:j], new[k:m])
        elif tag == "insert" and i and old[i - 1] in text:
            more = " ".join(one for one in new[k:m] if not _OPEN.search(one))
            text = text.replace(old[i - 1], f"{old[i - 1]} {more}", 1)
    return text


def _replaced(text: str, gone: Sequence[str], come: Sequence[str]) -> str:
    said = " ".join(one for one in come if not _OPEN.search(one))
    for one in gone:
        if not _OPEN.search(one) and one in text:
            text, said = text.replace(one, said, 1), ""
    return text
