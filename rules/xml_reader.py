"""Reads XML of strangers into small trees with places, within bounds; no DTD, no entities."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import (
    ContentHandler,
    feature_namespaces,
)

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped] # ships no types
from defusedxml.expatreader import create_parser  # type: ignore[import-untyped] # ships no types

from rules.diagnostics import Diagnostic, Invalid

MOST_BYTES: Final = 16 << 20
MOST_ELEMENTS: Final = 400_000
MOST_ATTRIBUTES: Final = 64
DEEPEST: Final = 64
LONGEST_ATTRIBUTE: Final = 4_000
LONGEST_TEXT: Final = 20_000
_ZIP: Final = b"PK\x03\x04"


class XmlInvalid(Invalid):
    """Bytes are no XML that attune reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """An element: its namespace and name, its attributes without one, what is in it, its place.

    `text` is what it says beside its children. A column counts characters, from 1.
    """

    namespace: str
    name: str
    attributes: Mapping[str, str]
    children: tuple["Element", ...]
    text: str
    line: int
    column: int

    def all(self, *names: str) -> Iterator["Element"]:
        """The children of some names in its own namespace; all of these where none is named."""
        for child in self.children:
            if child.namespace == self.namespace and (not names or child.name in names):
                yield child

    def one(self, *names: str) -> "Element | None":
        """The first child of some names."""
        return next(self.all(*names), None)

    def words(self, name: str) -> str:
        """What the child of a name says, without white space around it; empty without one."""
        found = self.one(name)
        return found.text.strip() if found is not None else ""


def read_xml(content: bytes, *, file: str) -> Element:
    """The root of an XML document.

    Raises:
        XmlInvalid: it is none, it is over a bound, or it declares a document type.
    """
    _plain(content, file)
    parser = create_parser(forbid_dtd=True)
    parser.setFeature(feature_namespaces, True)  # noqa: FBT003 - as SAX has it
    tree = _Tree()
    parser.setContentHandler(tree)
    tree.setDocumentLocator(parser)
    try:
        parser.feed(content)  # at once: expat looks at a long token again with every piece
        parser.close()
    except DefusedXmlException as error:
        words = "declares a document type or an entity; take the declaration out"
        raise _invalid(file, tree.line, tree.column, "<!DOCTYPE", words) from error
    except _OverBound as error:
        raise _invalid(file, tree.line, tree.column, tree.name, str(error)) from error
    except SAXParseException as error:
        words = f"is no XML: {error.getMessage()}; save the file again as XML in UTF-8"
        place = error.getLineNumber() or 1, (error.getColumnNumber() or 0) + 1
        raise _invalid(file, *place, tree.name, words) from error
    except (SAXException, ValueError, LookupError) as error:
        words = f"is no XML: {error}; save the file again as XML in UTF-8"
        raise _invalid(file, 1, 1, "", words) from error
    if tree.root is None:
        raise _invalid(file, 1, 1, "", "is empty")
    return tree.root


class _OverBound(Exception):
    """A document goes over a bound."""


class _Open:
    """An element that is not closed yet."""

    __slots__ = ("attributes", "children", "column", "line", "name", "text")

    def __init__(
        self, name: tuple[str, str], attributes: Mapping[str, str], line: int, column: int
    ) -> None:
        self.name = name
        self.attributes = attributes
        self.line, self.column = line, column
        self.children: list[Element] = []
        self.text: list[str] = []

    def closed(self) -> Element:
        return Element(
            namespace=self.name[0],
            name=self.name[1],
            attributes=self.attributes,
            children=tuple(self.children),
            text="".join(self.text),
            line=self.line,
            column=self.column,
        )


class _Tree(ContentHandler):
    """Builds the tree, element by element, and stops at a bound."""

    def __init__(self) -> None:
        super().__init__()
        self.root: Element | None = None
        self._open: list[_Open] = []
        self._locator: Any = None
        self._elements = 0
        self._length = 0

    def setDocumentLocator(self, locator: object) -> None:  # noqa: N802 - as SAX has it
        self._locator = locator

    @property
    def line(self) -> int:
        return (self._locator.getLineNumber() or 1) if self._locator is not None else 1

    @property
    def column(self) -> int:
        return (self._locator.getColumnNumber() or 0) + 1 if self._locator is not None else 1

    @property
    def name(self) -> str:
        return self._open[-1].name[1] if self._open else ""

    def startElementNS(  # noqa: N802 - as SAX has it
        self,
        name: tuple[str | None, str],
        qname: str | None,
        attrs: Any,  # noqa: ANN401 - SAX's
    ) -> None:
        del qname
        self._elements += 1
        self._length = 0
        if len(self._open) >= DEEPEST:
            raise _OverBound(f"lies deeper than {DEEPEST} elements; attune reads no deeper")
        if self._elements > MOST_ELEMENTS:
            raise _OverBound(f"is past {MOST_ELEMENTS} elements; split the file")
        given = {key[1]: value for key, value in attrs.items() if not key[0]}
        if len(attrs) > MOST_ATTRIBUTES or any(len(v) > LONGEST_ATTRIBUTE for v in given.values()):
            most = f"{MOST_ATTRIBUTES} attributes of {LONGEST_ATTRIBUTE} characters"
            raise _OverBound(f"has more than {most}; write it shorter")
        self._open.append(_Open((name[0] or "", name[1]), given, self.line, self.column))

    def endElementNS(self, name: object, qname: object) -> None:  # noqa: N802 - as SAX has it
        del name, qname
        closed = self._open.pop().closed()
        if self._open:
            self._open[-1].children.append(closed)
        else:
            self.root = closed

    def characters(self, content: str) -> None:
        self._length += len(content)
        if self._length > LONGEST_TEXT:
            raise _OverBound(f"holds a text of over {LONGEST_TEXT} characters; write it shorter")
        self._open[-1].text.append(content)


def _plain(content: bytes, file: str) -> None:
    """Refuse what is too long or plainly something else."""
    if len(content) > MOST_BYTES:
        words = f"is longer than {MOST_BYTES >> 20} MiB; split the file"
        raise _invalid(file, 1, 1, f"{len(content)} bytes", words)
    if content.startswith(_ZIP):
        words = "is a ZIP archive, not XML; unpack it, or export the model as a .dmn file"
        raise _invalid(file, 1, 1, "PK", words)


def _invalid(file: str, line: int, column: int, offending: str, reason: str) -> XmlInvalid:
    place = Diagnostic(
        file=file, line=line, column=column, offending=offending[:80], reason=reason
    )
    return XmlInvalid([place])
