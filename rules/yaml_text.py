"""Values as YAML text that reads back as the same, in flow style and on one line."""

import re
from typing import Final

from ontology.marked_yaml import Node, YamlInvalid, parse
from rules.worded import entries, items, shown

_RISKY: Final = re.compile(r"^-?[^\w./-]|^-\D|^-$|[#\n\t]|:\s|:$")


def scalar(text: str, *, textual: bool = False) -> str:
    """A text as a YAML scalar: bare where that reads as the same words, else in double quotes.

    `textual`: it must not read as a number or a truth value.

    >>> scalar("executive"), scalar(">= 60 minutes"), scalar("5"), scalar("5", textual=True)
    ('executive', '">= 60 minutes"', '5', '"5"')
    """
    return text if _bare(text, textual=textual) else _quoted(text)


def flow(node: Node) -> str:
    """A node on one line of flow style.

    >>> flow(parse("{not: [a, 'b, c']}"))
    '{not: [a, "b, c"]}'
    """
    if node.kind == "list":
        return f"[{', '.join(map(flow, items(node)))}]"
    if node.kind == "mapping":
        pairs = (f"{scalar(one.key)}: {flow(one.value)}" for one in entries(node))
        return f"{{{', '.join(pairs)}}}"
    if node.value is None:
        return "null"
    return scalar(shown(node), textual=node.kind == "text")


def structure(text: str) -> Node | None:
    """The list or the mapping that a text is in YAML's flow style, None where it is neither.

    >>> structure("[10..60)"), structure("{observed, likely}")
    (None, None)
    """
    if text[:1] not in {"[", "{"} or ".." in text:
        return None
    try:
        node = parse(text)
    except YamlInvalid:
        return None
    empty = any(one.value.value is None for one in entries(node))
    return node if node.kind in {"list", "mapping"} and not empty else None


def _bare(text: str, *, textual: bool) -> bool:
    if not text or _RISKY.search(text) or not text.isprintable():
        return False
    try:
        node = parse(f"[{text}]")
    except YamlInvalid:
        return False
    found = items(node)
    return (
        len(found) == 1
        and found[0].kind in ({"text"} if textual else {"text", "integer", "boolean"})
        and found[0].column == len("[x")
        and shown(found[0]) == text
    )


def _quoted(text: str) -> str:
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(sign: str) -> str:
    if sign in '"\\':
        return f"\\{sign}"
    if sign.isprintable():
        return sign
    return f"\\U{ord(sign):08x}" if sign != "\n" else "\\n"
