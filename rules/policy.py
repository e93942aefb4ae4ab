"""The policy: every book of a bundle, checked as a whole and named by its digest."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from ontology.facts import STRATA, Catalogue
from rules.diagnostics import Diagnostic, Invalid
from rules.rulebook import Book, Rule, RulebookInvalid, parse
from rules.temporary import endless

MOST_FILES: Final = 500
MOST_RULES: Final = 5_000
_BOOKS: Final = ".yaml"
_CASES: Final = ".cases.yaml"


class PolicyInvalid(Invalid):
    """A bundle is no policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A bundle that was read: `digest` is the SHA-256 of its canonical names and bytes, in hex."""

    digest: str
    books: tuple[Book, ...]
    rules: tuple[Rule, ...]
    files: Mapping[str, bytes] = field(repr=False)
    _by_id: Mapping[str, Rule] = field(repr=False)

    def rule(self, name: str) -> Rule:
        """One rule.

        Raises:
            KeyError: there is none of that id.
        """
        return self._by_id[name]

    def alone(self, book: Book) -> "Policy":
        """The policy of one of the books by itself."""
        files = {book.file: self.files[book.file]}
        return _policy(files, (book,))

    def having(self, rules: Iterable[Rule]) -> "Policy":
        """The same bundle, under the same digest, as if it had other rules: to ask what if."""
        kept = tuple(sorted(rules, key=_order))
        return replace(self, rules=kept, _by_id=MappingProxyType({one.id: one for one in kept}))

    def stratum(self, name: str) -> tuple[Rule, ...]:
        """The rules of one stratum, sorted by id."""
        return tuple(rule for rule in self.rules if rule.stratum == name)


def digest(files: Mapping[str, bytes]) -> str:
    """The digest of a bundle: lengths, names and bytes, names in the order of their UTF-8.

    >>> digest({"a": b"1"}) == digest({"a": b"2"})
    False
    """
    sha = hashlib.sha256(b"attune policy 1\n")
    for name, content in sorted((name.encode(), content) for name, content in files.items()):
        sha.update(b"%d %d\n" % (len(name), len(content)))
        sha.update(name)
        sha.update(content)
    return sha.hexdigest()


def build(files: Mapping[str, bytes], catalogue: Catalogue) -> Policy:
    """Read a bundle; books are the `.yaml` files that are no case tables and lie among books.

    Raises:
        PolicyInvalid: broken books, or books that do not fit together; all mistakes at once.
    """
    problems: list[Diagnostic] = []
    books: list[Book] = []
    if len(files) > MOST_FILES:
        problems.append(
            _whole("bundle", f"{len(files)} files", f"has more than {MOST_FILES} files")
        )
    for name in sorted(files):
        if is_book(name):
            _read(name, files[name], catalogue, books, problems)
    rules = _ordered(books)
    problems += _clashes(rules)
    if not problems and not rules:
        problems.append(_whole("bundle", "books", "has no rules"))
    if problems:
        raise PolicyInvalid(problems)
    return _policy(files, tuple(books))


def _policy(files: Mapping[str, bytes], books: tuple[Book, ...]) -> Policy:
    rules = _ordered(books)
    return Policy(
        digest=digest(files),
        books=books,
        rules=rules,
        files=MappingProxyType(dict(files)),
        _by_id=MappingProxyType({rule.id: rule for rule in rules}),
    )


def is_book(name: str) -> bool:
    """Whether a file of a bundle is a book of rules.

    >>> [is_book(n) for n in ("rules/books/a.yaml", "rules/books/a.cases.yaml", "shapes/b.yaml")]
    [True, False, False]
    """
    return _among_books(name) and name.endswith(_BOOKS) and not name.endswith(_CASES)


def is_case_table(name: str) -> bool:
    """Whether a file of a bundle is a table of cases for rules.

    >>> [is_case_table(n) for n in ("rules/books/a.cases.yaml", "ontology/shapes/b.cases.yaml")]
    [True, False]
    """
    return _among_books(name) and name.endswith(_CASES)


def _among_books(name: str) -> bool:
    folder = name.rpartition("/")[0]
    return folder in {"", "."} or folder.split("/")[-1] == "books"


def _ordered(books: Iterable[Book]) -> tuple[Rule, ...]:
    return tuple(sorted((rule for book in books for rule in book.rules), key=_order))


def _order(rule: Rule) -> tuple[int, str]:
    return STRATA.index(rule.stratum), rule.id


def _read(
    name: str, content: bytes, catalogue: Catalogue, books: list[Book], problems: list[Diagnostic]
) -> None:
    try:
        book = parse(content.decode(), file=name, catalogue=catalogue)
    except UnicodeDecodeError as error:
        problems.append(_whole(name, content[error.start : error.start + 8], "is no UTF-8"))
    except RulebookInvalid as error:
        problems += error.diagnostics
    else:
        books.append(book)
        problems += endless(book)


def _clashes(rules: tuple[Rule, ...]) -> Iterator[Diagnostic]:
    """Ids that name two rules, and more rules than the engines were measured with."""
    if len(rules) > MOST_RULES:
        yield _whole(rules[0].file, f"{len(rules)} rules", f"are more than {MOST_RULES}")
    seen: dict[str, Rule] = {}
    for rule in rules:
        first = seen.setdefault(rule.id, rule)
        if first is not rule and rule.id:
            yield Diagnostic(
                file=rule.file,
                line=rule.line,
                column=1,
                offending=rule.id,
                reason=f"names another rule too, at {first.file}:{first.line}",
            )


def _whole(file: str, offending: object, reason: str) -> Diagnostic:
    return Diagnostic(file=file, line=1, column=1, offending=str(offending), reason=reason)
