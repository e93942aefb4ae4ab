"""Writes the parts of the documentation that repeat the code: `python -m docs.generate`.

A part stands between `<!-- generated: name -->` and `<!-- end -->`; the schemas for editors are
made whole. With `--check` stale files are only named.
"""

import ast
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Final

from apiflask import APIFlask

import service.api
from docs.drill_pictures import drills_picture
from docs.pictures import alike, channels_picture, recovery_picture
from docs.reference import facts, lives, records, shapes, table
from docs.rule_language import language
from ontology.facts import Catalogue, catalogue
from ontology.lifecycle_terms import Role
from ontology.marked_yaml import parse
from ontology.simple_shape_schema import cases_schema as shape_cases_schema
from ontology.simple_shape_schema import shapes_schema
from rules.cases_schema import cases_schema
from rules.editor_fields import Schema
from rules.editor_schema import editor_schema, written
from rules.policy import build
from rules.templates_schema import templates_schema
from rules.worded import entries, shown
from service.bundle import packaged
from service.permissions import KEY_ROLES, OPEN, PERMISSIONS, SCOPES
from service.report_kinds import REPORTS
from service.settings import Settings

ROOT: Final = Path(__file__).resolve().parent.parent
_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_CAPABILITY: Final = re.compile(r"test_(\d)_(\d{1,2})_\w+\.py")


def generated() -> Mapping[Path, str]:
    """The files with generated parts, and those that are made whole, as they should be."""
    parts = {ROOT / name: _replaced(ROOT / name, part) for name, part in _PARTS.items()}
    schemas = {ROOT / name: written(made(catalogue())) for name, made in _SCHEMAS.items()}
    return parts | schemas | {ROOT / name: _redrawn(ROOT / name) for name in _PICTURES}


def _redrawn(path: Path) -> str:
    """A picture as it should be; the one that is there where it says the same."""
    drawn = _PICTURES[path.relative_to(ROOT).as_posix()]()
    there = _there(path)
    return there if alike(there, drawn) else drawn


def _replaced(path: Path, part: str) -> str:
    """A file's text with the part between its marks replaced."""
    start, end = f"<!-- generated: {part} -->\n", "<!-- end -->"
    before, mark, rest = path.read_text("utf-8").partition(start)
    _, closing, after = rest.partition(end)
    if not mark or not closing:
        raise ValueError(f"{path} needs the lines {start.strip()!r} and {end!r}")
    return f"{before}{start}{_BODIES[part]()}{end}{after}"


def settings() -> str:
    """The settings: variable, default, meaning."""
    rows = [
        (f"`ATTUNE_{name.upper()}`", _default(field.default), field.description or "")
        for name, field in Settings.model_fields.items()
    ]
    return table(("variable", "default", "what it is"), rows)


def _default(value: object) -> str:
    if value in (None, "", ()):
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def roles() -> str:
    """Endpoints by the roles that may use them."""
    order = [role for role in Role if role in KEY_ROLES]
    rows = [
        (f"`{method} {path}`", _scope(name), *(_may(name, role) for role in order))
        for path, method, name in sorted(_endpoints())
    ]
    return table(("endpoint", "scope", *order), rows)


def _scope(endpoint: str) -> str:
    return f"`{SCOPES[endpoint]}`" if endpoint in SCOPES else "open"


def _may(endpoint: str, role: Role) -> str:
    who = PERMISSIONS[endpoint]
    return "yes" if who is not OPEN and role in who else ""


def _endpoints() -> Iterator[tuple[str, str, str]]:
    """Path, method and name of every endpoint of the interface."""
    app = APIFlask("docs", docs_path=None, spec_path=None)
    for module in pkgutil.iter_modules(service.api.__path__):
        blueprint = getattr(import_module(f"service.api.{module.name}"), "bp", None)
        if blueprint is not None:
            app.register_blueprint(blueprint)
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for method in (rule.methods or set()) & _METHODS:
            if rule.endpoint in PERMISSIONS:
                yield path, method, rule.endpoint


def capabilities() -> str:
    """The mission's map: of each capability its test through the doors, its rules, or nothing."""
    tests: dict[str, list[Path]] = {}
    for path in _tests():
        if found := _CAPABILITY.match(path.name):
            tests.setdefault(".".join(found.groups()), []).append(path)
    covered = [number for rule in build(packaged(), catalogue()).rules for number in rule.covers]
    mission = parse((ROOT / "docs" / "mission.yaml").read_text("utf-8"))
    rows = [
        (
            entry.key,
            shown(entry.value),
            _stands(tests.get(entry.key, ()), covered.count(entry.key)),
        )
        for entry in entries(mission)
    ]
    return table(("no.", "capability", "what stands"), rows)


def _tests() -> Iterator[Path]:
    yield from sorted((ROOT / "tests" / "capabilities").glob("test_*.py"))


def _stands(tests: Sequence[Path], rules: int) -> str:
    if tests:
        return " ".join(map(_told, tests))
    return f"{rules} rule{'s' * (rules > 1)}" if rules else "not yet"


def _told(test: Path) -> str:
    said = ast.get_docstring(ast.parse(test.read_text("utf-8"))) or test.stem
    sentence = " ".join(said.split("\n\n")[0].split())
    return f"{sentence} ([test]({test.relative_to(ROOT).as_posix()}))"


def reports() -> str:
    """The reports: what each tells, what it takes, who reads it."""
    rows = [
        (
            f"`{one.name}`",
            one.summary,
            ", ".join(f"`{name}`" for name in one.body.model_fields),
            ", ".join(sorted(one.roles)),
        )
        for one in sorted(REPORTS.values(), key=lambda one: one.name)
    ]
    return table(("report", "what it tells", "what it takes", "who reads it"), rows)


_BODIES: Final[Mapping[str, Callable[[], str]]] = MappingProxyType(
    {
        "settings": settings,
        "map": capabilities,
        "roles": roles,
        "reports": reports,
        "lifecycles": lives,
        "facts": facts,
        "records": records,
        "shapes": shapes,
        "language": language,
    }
)
_PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "README.md": "map",
        "docs/operations.md": "settings",
        "docs/roles.md": "roles",
        "docs/reports.md": "reports",
        "docs/lifecycles.md": "lifecycles",
        "docs/facts.md": "facts",
        "docs/records.md": "records",
        "docs/shapes.md": "shapes",
        "docs/rule-language.md": "language",
    }
)
_SCHEMAS: Final[Mapping[str, Callable[[Catalogue], Schema]]] = MappingProxyType(
    {
        "rules/rulebook.schema.json": editor_schema,
        "rules/cases.schema.json": cases_schema,
        "rules/templates.schema.json": lambda _: templates_schema(),
        "ontology/shapes.schema.json": lambda _: shapes_schema(),
        "ontology/shape-cases.schema.json": lambda _: shape_cases_schema(),
    }
)
_PICTURES: Final[Mapping[str, Callable[[], str]]] = MappingProxyType(
    {
        "docs/recovery.svg": recovery_picture,
        "docs/channels.svg": channels_picture,
        "docs/drills.svg": drills_picture,
    }
)


def main(*, check: bool) -> int:
    """Write what is stale, or only name it; 1 if something was stale."""
    stale = {path: text for path, text in generated().items() if _there(path) != text}
    for path, text in stale.items():
        if not check:
            path.write_text(text, "utf-8")
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    return 1 if stale else 0


def _there(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
