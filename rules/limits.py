"""The bounds that an author of rules may meet: what each one bounds, and how much it is."""

from dataclasses import dataclass
from typing import Final

from ontology import marked_yaml, months, values
from rules import (
    conditions,
    diagnostics,
    dmn_boxes,
    dmn_reader,
    dmn_tables,
    durable,
    expression_reader,
    functions,
    giving_way,
    policy,
    rule_parts,
    rule_tables,
    template_reader,
    template_slots,
    unary,
    wording,
    xml_reader,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One bound; beyond it the checker says so, unless `means` says otherwise."""

    means: str
    most: float


LIMITS: Final = (
    Limit(means="Files of a policy", most=policy.MOST_FILES),
    Limit(means="Rules of a policy, rows of tables among them", most=policy.MOST_RULES),
    Limit(means="Characters of a file", most=marked_yaml.MAX_CHARACTERS),
    Limit(means="Levels of brackets or indentation in a file", most=marked_yaml.MAX_DEPTH),
    Limit(means="Mistakes told of one file; the rest after these", most=diagnostics.MOST_KEPT),
    Limit(means="Characters of a name or an id", most=rule_parts.LONGEST_NAME),
    Limit(means="Characters of a reason", most=rule_parts.LONGEST_REASON),
    Limit(means="Facts that a rule asks for at once", most=conditions.MOST_PATTERNS),
    Limit(means="Joins by `same as` of a rule, absences aside", most=conditions.MOST_JOINS),
    Limit(means="Combinations of a rule's alternatives", most=conditions.MOST_ALTERNATIVES),
    Limit(means="Characters of one test", most=unary.LONGEST_TEST),
    Limit(means="Levels of lists and negations in one test", most=unary.MOST_NESTED),
    Limit(means="Characters of a pattern", most=unary.LONGEST_PATTERN),
    Limit(means="Characters of a text value", most=values.LONGEST_TEXT),
    Limit(means="The largest whole number, and its negative", most=values.LARGEST_INTEGER),
    Limit(means="The largest number, and its negative", most=values.LARGEST_DECIMAL),
    Limit(means="Months of a duration in years and months", most=months.LARGEST_MONTHS),
    Limit(means="Rows of a table in a book", most=rule_tables.MOST_ROWS),
    Limit(
        means="Alternatives into which a row of a table with P falls", most=giving_way.MOST_PIECES
    ),
    Limit(
        means="Higher rows that a row of a table with P gives way to", most=giving_way.MOST_CUTS
    ),
    Limit(means="Characters of an expression", most=expression_reader.LONGEST_EXPRESSION),
    Limit(means="Levels of brackets in an expression", most=expression_reader.MOST_NESTED),
    Limit(means="Parts that an expression joins in a row", most=expression_reader.DEEPEST),
    Limit(means="Steps that an expression takes", most=expression_reader.MOST_STEPS),
    Limit(means="Places to which a function rounds", most=functions.MOST_PLACES),
    Limit(means="Bytes of a DMN file", most=xml_reader.MOST_BYTES),
    Limit(means="Elements of a DMN file", most=xml_reader.MOST_ELEMENTS),
    Limit(means="Attributes of an element of DMN", most=xml_reader.MOST_ATTRIBUTES),
    Limit(means="Characters of an attribute of DMN", most=xml_reader.LONGEST_ATTRIBUTE),
    Limit(means="Characters of a text of DMN", most=xml_reader.LONGEST_TEXT),
    Limit(means="Decisions of a model of DMN", most=dmn_reader.MOST_DECISIONS),
    Limit(means="Steps that all expressions of a model take", most=dmn_reader.MOST_STEPS),
    Limit(means="Rules of a decision table of DMN", most=dmn_tables.MOST_ROWS),
    Limit(means="Inputs of a decision table of DMN", most=dmn_tables.MOST_COLUMNS),
    Limit(means="Parts of a context or a list of DMN", most=dmn_boxes.MOST_PARTS),
    Limit(
        means="Facts of a decision that both engines judge; beyond it the generated code alone",
        most=durable.MOST_FACTS,
    ),
    Limit(means="Templates of a policy", most=template_reader.MOST_TEMPLATES),
    Limit(means="Characters of a template's title", most=template_reader.LONGEST_TITLE),
    Limit(means="Steps of the path that fills a slot", most=template_slots.LONGEST_PATH),
    Limit(means="Characters of a slot's fallback", most=template_slots.LONGEST_FALLBACK),
    Limit(means="Characters of a text that a template makes", most=wording.LONGEST_RENDERED),
)
