"""Books of rules: YAML that people write, read into typed rules or refused with a cure."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ontology.facts import Catalogue
from ontology.facts import catalogue as shipped
from ontology.marked_yaml import Entry, Node, YamlInvalid
from ontology.marked_yaml import parse as parse_yaml
from rules.actions import Actions
from rules.clauses import Clauses
from rules.declared import Declared
from rules.diagnostics import Invalid, Problems
from rules.parts import BOOK, BOOK_NEEDS, RULE, RULE_NEEDS
from rules.rule import Book, Effective, Rule, RuleTable
from rules.rule_parts import Parts
from rules.rule_tables import Header, Tables
from rules.worded import items
from rules.yaml_cures import EXAMPLES, yaml_problem

__all__ = ["Book", "Effective", "Rule", "RuleTable", "RulebookInvalid", "parse"]


class RulebookInvalid(Invalid):
    """A book cannot be read."""


MOST_REMEMBERED: Final = 64
"""Books that are kept once read: a policy that changes mostly changes one of them."""


def parse(text: str, *, file: str, catalogue: Catalogue) -> Book:
    """Read one book; about a tenth of a millisecond a line, nothing where it was read before.

    Raises:
        RulebookInvalid: all that is wrong, each with line and column.
    """
    if catalogue is shipped():
        return _remembered(text, file)
    return _parsed(text, file, catalogue)


@lru_cache(maxsize=MOST_REMEMBERED)
def _remembered(text: str, file: str) -> Book:
    return _parsed(text, file, shipped())


def _parsed(text: str, file: str, catalogue: Catalogue) -> Book:
    problems = Problems(file)
    try:
        root = parse_yaml(text)
    except YamlInvalid as error:
        raise RulebookInvalid([yaml_problem(error, text, file)]) from error
    book = _Reader(catalogue=catalogue, problems=problems, parts=Parts(problems=problems)).book(
        root
    )
    if problems.found:
        raise RulebookInvalid(problems.found)
    return book


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Reads one book; what is wrong goes to `problems`, and reading goes on."""

    catalogue: Catalogue
    problems: Problems
    parts: Parts

    def book(self, root: Node) -> Book:
        parts = self.parts.of(root, "a book", BOOK, required=BOOK_NEEDS)
        header = Header(
            book=self.parts.name(parts.get("book"), "escalation"),
            stratum=self.parts.stratum(parts.get("stratum")),
            owner=self.parts.owner(parts.get("owner"), ""),
        )
        if root.kind == "mapping" and not {"rules", "tables"} & {*parts}:
            self.problems.add(root, "book", "has no rules", example=EXAMPLES["rules"])
        rules = [self._rule(node, header) for node in self._list(parts.get("rules"), "rules")]
        reader = Tables(catalogue=self.catalogue, problems=self.problems, parts=self.parts)
        tables = [reader.read(n, header) for n in self._list(parts.get("tables"), "tables")]
        declared = Declared(catalogue=self.catalogue, problems=self.problems, parts=self.parts)
        return Book(
            name=header.book,
            stratum=header.stratum,
            owner=header.owner,
            rules=(*rules, *(rule for table in tables for rule in table.rules)),
            file=self.problems.file,
            tables=tuple(tables),
            complete=declared.complete(parts.get("complete"), header.stratum),
            accepts=declared.accepts(parts.get("accepts")),
        )

    def _list(self, entry: Entry | None, name: str) -> list[Node]:
        if entry is None:
            return []
        if entry.value.kind == "list":
            return [*items(entry.value)]
        self.problems.add(
            entry, name, "is a list; begin each rule with `- id:`", example=EXAMPLES[name]
        )
        return []

    def _rule(self, node: Node, header: Header) -> Rule:
        parts = self.parts.of(node, "a rule", RULE, required=RULE_NEEDS)
        name = self.parts.id(parts.get("id"))
        clauses = Clauses(catalogue=self.catalogue, stratum=header.stratum, problems=self.problems)
        actions = Actions(
            catalogue=self.catalogue,
            stratum=header.stratum,
            rule=name,
            problems=self.problems,
        )
        when, then = parts.get("when"), parts.get("then")
        return Rule(
            id=name,
            book=header.book,
            stratum=header.stratum,
            owner=self.parts.owner(parts.get("owner"), header.owner),
            reason=self.parts.reason(parts.get("reason")),
            covers=self.parts.covers(parts.get("covers")),
            effective=self.parts.effective(parts.get("effective")),
            conditions=clauses.read(when.value) if when is not None else (),
            conclusions=actions.read(then.value) if then is not None else (),
            file=self.problems.file,
            line=node.line,
        )
