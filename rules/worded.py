"""Tests as YAML says them: a scalar, a list of alternatives, or a mapping of words."""

from collections.abc import Sequence

from ontology.kinds import Field
from ontology.marked_yaml import Entry, Node
from rules.sfeel import AllOf, Compare, OneOf, Test
from rules.unary import TestInvalid, compare, matches, negate, parse, value


def read_test(node: Node, shape: Field) -> Test:
    """The test that a scalar, a list (any of them) or a mapping in words (all of them) says.

    Raises:
        TestInvalid: with the node that is wrong.
    """
    try:
        return _read_test(node, shape)
    except TestInvalid as error:
        error.node = error.node or node
        raise


def _read_test(node: Node, shape: Field) -> Test:
    if node.kind == "list":
        if not node.value:
            raise TestInvalid("[]", "an empty list matches nothing")
        return OneOf(tuple(read_test(item, shape) for item in items(node)))
    if node.kind == "mapping":
        tests = tuple(_worded(entry, shape) for entry in entries(node))
        return tests[0] if len(tests) == 1 else AllOf(tests)
    if node.value is None:
        raise TestInvalid("", "is empty; write '-' for anything, `not given` for no value")
    if isinstance(node.value, str):
        return parse(node.value, shape)
    return Compare("=", value(_scalar(node), shape))


def _worded(entry: Entry, shape: Field) -> Test:
    if entry.key == "not":
        return negate(read_test(entry.value, shape))
    if entry.key == "matches" and isinstance(entry.value.value, str):
        return matches(entry.value.value, shape)
    try:
        return compare(entry.key, _scalar(entry.value), shape)
    except TestInvalid as error:
        error.node = error.node or entry.value
        raise


def _scalar(node: Node) -> str | int | bool:
    if isinstance(node.value, str | int | bool):
        return node.value
    raise TestInvalid(shown(node), "one value belongs here")


def items(node: Node) -> Sequence[Node]:
    """The members of a list; a single value is a list of one."""
    if node.kind == "list" and isinstance(node.value, tuple):
        return [item for item in node.value if isinstance(item, Node)]
    return [node]


def entries(node: Node) -> Sequence[Entry]:
    """The entries of a mapping; none of anything else."""
    return (
        [one for one in node.value if isinstance(one, Entry)]
        if isinstance(node.value, tuple)
        else []
    )


def shown(node: Node) -> str:
    """A node as an author would write it on one line."""
    if node.kind == "list":
        return f"[{', '.join(shown(item) for item in items(node))}]"
    if node.kind == "mapping":
        return f"{{{', '.join(f'{one.key}: {shown(one.value)}' for one in entries(node))}}}"
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    return "" if node.value is None else str(node.value)
