"""Reads the texts of a template: one a channel, each checked, each with its limits."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from ontology.marked_yaml import Entry, Node
from rules import template_parts as parts
from rules.channels import CHANNELS, Limits
from rules.diagnostics import near
from rules.template import Slot, Variant
from rules.template_fields import Fields
from rules.worded import entries, shown
from rules.wording import LONGEST, check, slots_of

_LIMITS: Final = ("characters", "segments", "links", "hashtags")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variants:
    """Reads the channels of the templates of one file; `lines` are the file's own."""

    fields: Fields
    lines: tuple[str, ...]

    def read(self, given: Mapping[str, Entry], slots: Mapping[str, Slot]) -> dict[str, Variant]:
        """The texts by channel."""
        entry, body = given.get("channels"), given.get("body")
        if entry is None:
            return {}
        if entry.value.kind != "mapping" or not entries(entry.value):
            reason = "is no mapping of channels to texts"
            self.fields.add(entry.value, shown(entry.value), reason, parts.EXAMPLES["channels"])
            return {}
        found: dict[str, Variant] = {}
        for one in entries(entry.value):
            if one.key not in CHANNELS:
                reason = f"is no channel; there are {', '.join(CHANNELS)}"
                meant = near(one.key, CHANNELS)
                self.fields.problems.add(one, one.key, reason, nearest=meant)
            elif one.key in found:
                self.fields.problems.add(one, one.key, "stands twice; keep one")
            else:
                found[one.key] = self._variant(one, body, slots)
        return found

    def _variant(self, entry: Entry, body: Entry | None, slots: Mapping[str, Slot]) -> Variant:
        """One channel: nothing (the body), a text, or parts."""
        channel = CHANNELS[entry.key]
        node: Node | None = entry.value
        given: Mapping[str, Entry] = {}
        if entry.value.kind == "mapping":
            known = f"channel {channel.name}"
            given = self.fields.of(
                entry.value, known, parts.VARIANT, ("title",) if channel.title else ()
            )
            node = given["text"].value if "text" in given else None
        elif channel.title:
            self.fields.add(
                entry, entry.key, "needs a title", f"{entry.key}: {{title: …, text: …}}"
            )
        if node is None or node.value is None:
            node = body.value if body is not None else None
        if node is None:
            reason = "has no text, and the template has no body"
            self.fields.add(entry, entry.key, reason, f"{entry.key}: Dear {{{{ name }}}}, …")
        text = self._text(node, slots)
        title = self._text(given["title"].value, slots) if "title" in given else None
        used = (slots_of(one) for one in (text, title or "") if one)
        return Variant(
            channel=channel.name,
            title=title,
            text=text,
            limits=self._limits(given, channel.limits),
            slots=frozenset().union(*used),
            line=entry.line,
            column=entry.column,
        )

    def _text(self, node: Node | None, slots: Mapping[str, Slot]) -> str:
        """A wording that was checked; empty where something is wrong with it."""
        if node is None:
            return ""
        text = node.value if isinstance(node.value, str) else ""
        if not text.strip():
            self.fields.add(
                node, shown(node), f"is no text of 1 to {LONGEST} characters", "text: |"
            )
            return ""
        slips = check(text, {name: one.holds for name, one in slots.items()})
        for slip in slips:
            line, column = self._place(node, text, slip.line, slip.offending)
            place = Node(value=None, kind="nothing", line=line, column=column)
            self.fields.problems.add(
                place, slip.offending, slip.reason, nearest=slip.nearest, example=slip.example
            )
        return "" if slips else text.strip("\n")

    def _place(self, node: Node, text: str, line: int, word: str) -> tuple[int, int]:
        """Where a word of a text stands in the file: block texts begin under their sign."""
        spoken = text.splitlines()[line - 1].strip() if line <= len(text.splitlines()) else ""
        sought = spoken[:40]
        for number in range(node.line, min(len(self.lines), node.line + line + 4) + 1):
            found = self.lines[number - 1]
            if sought and sought in found:
                return number, max(found.find(word), found.find(sought), 0) + 1
        return node.line, node.column

    def _limits(self, given: Mapping[str, Entry], limits: Limits) -> Limits:
        """The channel's limits with what the author made tighter."""
        changed: dict[str, int] = {}
        for name in _LIMITS:
            if name not in given:
                continue
            node, most = given[name].value, getattr(limits, name)
            value = node.value
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                self.fields.add(node, shown(node), f"{name} is a whole number", f"{name}: 160")
            elif most is not None and value > most:
                self.fields.add(
                    node, value, f"the channel allows {most} {name}", f"{name}: {most}"
                )
            else:
                changed[name] = value
        return replace(limits, **changed)
