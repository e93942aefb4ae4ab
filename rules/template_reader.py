"""Reads files of response templates: typed templates, or all that is wrong with its place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

from ontology.marked_yaml import Entry, Node, YamlInvalid
from ontology.marked_yaml import parse as parse_yaml
from rules import template_parts as parts
from rules.diagnostics import Diagnostic, Invalid, Problems
from rules.rule_parts import Parts
from rules.template import MECHANISMS, NEEDS, PURPOSES, Collection, Slot, Template
from rules.template_fields import Fields
from rules.template_slots import SlotReader
from rules.template_variants import Variants
from rules.worded import entries, items, shown
from rules.yaml_cures import yaml_problem

MOST_TEMPLATES: Final = 1_000
LONGEST_TITLE: Final = 120
LONGEST_USE: Final = 400


class TemplatesInvalid(Invalid):
    """A file of templates cannot be read, or several do not fit together."""


def parse(text: str, *, file: str) -> Collection:
    """Read one file; nothing is read twice.

    Raises:
        TemplatesInvalid: all that is wrong, each with line and column.
    """
    return _parsed(text, file)


@lru_cache(maxsize=64)
def _parsed(text: str, file: str) -> Collection:
    problems = Problems(file)
    try:
        root = parse_yaml(text)
    except YamlInvalid as error:
        raise TemplatesInvalid([yaml_problem(error, text, file)]) from error
    fields = Fields(problems=problems)
    variants = Variants(fields=fields, lines=tuple(text.splitlines()))
    found = _Reader(problems=problems, fields=fields, variants=variants).collection(root)
    if problems.found:
        raise TemplatesInvalid(problems.found)
    return found


def read_all(files: Mapping[str, str]) -> tuple[Template, ...]:
    """The templates of several files, sorted by id.

    Raises:
        TemplatesInvalid: all that is wrong with any of them, and ids that name two.
    """
    wrong: list[Diagnostic] = []
    found: dict[str, Template] = {}
    for file in sorted(files):
        try:
            templates = parse(files[file], file=file).templates
        except TemplatesInvalid as error:
            wrong += error.diagnostics
            continue
        for one in templates:
            first = found.setdefault(one.id, one)
            if first is not one:
                reason = f"names another template too, at {first.file}:{first.line}"
                wrong.append(_twice(one, reason))
    if len(found) > MOST_TEMPLATES:
        last = found[max(found)]
        wrong.append(_twice(last, f"is one of more than {MOST_TEMPLATES} templates"))
    if wrong:
        raise TemplatesInvalid(wrong)
    return tuple(found[name] for name in sorted(found))


def _twice(one: Template, reason: str) -> Diagnostic:
    return Diagnostic(file=one.file, line=one.line, column=1, offending=one.id, reason=reason)


class _Header(NamedTuple):
    """What a file says of all its templates."""

    name: str
    owner: str
    locale: str
    slots: Mapping[str, Slot]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Reads one file; what is wrong goes to `problems`, and reading goes on."""

    problems: Problems
    fields: Fields
    variants: Variants

    def collection(self, root: Node) -> Collection:
        given = self.fields.of(
            root, "a file of templates", parts.COLLECTION, parts.COLLECTION_NEEDS
        )
        shared = Parts(problems=self.problems)
        header = _Header(
            name=shared.name(given.get("collection"), "first-words"),
            owner=shared.owner(given.get("owner"), ""),
            locale=self.fields.locale(given.get("locale"), ""),
            slots=SlotReader(problems=self.problems).slots(given.get("slots")),
        )
        listed = given.get("templates")
        nodes = [] if listed is None else items(listed.value)
        if listed is not None and (listed.value.kind != "list" or not nodes):
            example = parts.EXAMPLES["templates"]
            self.fields.add(listed.value, shown(listed.value), "is no list of templates", example)
            nodes = []
        ids = Parts(problems=self.problems)
        found = tuple(self._template(node, header, ids) for node in nodes)
        self._idle(given.get("slots"), header, found)
        return Collection(
            name=header.name, owner=header.owner, templates=found, file=self.problems.file
        )

    def _idle(self, entry: Entry | None, header: _Header, found: Iterable[Template]) -> None:
        """Slots of the file that no text uses: mostly a misspelt name."""
        used = {name for one in found for v in one.variants.values() for name in v.slots}
        for one in entries(entry.value) if entry is not None else ():
            if one.key in header.slots and one.key not in used and not self.problems.found:
                self.problems.add(one, one.key, "is a slot that no text of the file uses")

    def _template(self, node: Node, header: _Header, ids: Parts) -> Template:
        given = self.fields.of(node, "a template", parts.TEMPLATE, parts.TEMPLATE_NEEDS)
        own = SlotReader(problems=self.problems).slots(given.get("slots"))
        slots = {**header.slots, **own}
        variants = self.variants.read(given, slots)
        used = {name for one in variants.values() for name in one.slots}
        self._unused(given.get("slots"), own, used)
        return Template(
            id=ids.id(given.get("id")),
            title=self.fields.words(given.get("title"), LONGEST_TITLE),
            use=self.fields.words(given.get("use"), LONGEST_USE),
            owner=ids.owner(given.get("owner"), header.owner),
            collection=header.name,
            locale=self.fields.locale(given.get("locale"), header.locale),
            fits=self.fields.dimensions(given.get("for"), "for", parts.FOR),
            when=self.fields.dimensions(given.get("when"), "when", parts.WHEN),
            purpose=self.fields.choice(given.get("purpose"), PURPOSES) or "answer",
            needs=self.fields.several(given.get("needs"), tuple(NEEDS)),
            aims=tuple(
                MECHANISMS[a] for a in self.fields.several(given.get("aims"), tuple(MECHANISMS))
            ),
            effective=ids.effective(given.get("effective")),
            slots=MappingProxyType({name: slots[name] for name in sorted(used) if name in slots}),
            variants=MappingProxyType(variants),
            file=self.problems.file,
            line=node.line,
        )

    def _unused(self, entry: Entry | None, own: Mapping[str, Slot], used: set[str]) -> None:
        for one in entries(entry.value) if entry is not None else ():
            if one.key in own and one.key not in used and not self.problems.found:
                self.problems.add(one, one.key, "is a slot that no text of the template uses")
