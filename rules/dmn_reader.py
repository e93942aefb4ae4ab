"""Reads models of DMN 1.1 to 1.5 whose expressions are S-FEEL, collecting every mistake."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from rules.diagnostics import Invalid, Problems, near
from rules.dmn import VERSIONS, Decision, InputData, Model
from rules.dmn_boxes import LOGIC, Boxes, speaks_feel
from rules.dmn_decisions import Boxed, Logic, cycle, ordered, steps
from rules.dmn_knowledge import Knowledge
from rules.dmn_scope import Scope
from rules.dmn_types import ANY, Names, Simple, Type, Types, names_of
from rules.expression_reader import Function
from rules.functions import BUILT_IN
from rules.xml_reader import Element, read_xml

MOST_DECISIONS: Final = 1_000
MOST_STEPS: Final = 500_000
DEEPEST_KNOWLEDGE: Final = 16


class DmnInvalid(Invalid):
    """A model of DMN cannot be read."""


def read_dmn(content: bytes, *, file: str) -> Model:
    """Read a model.

    Raises:
        XmlInvalid: it is no XML, or over a bound.
        DmnInvalid: all that is wrong or beyond S-FEEL, each with line, column and element.
    """
    root = read_xml(content, file=file)
    problems = Problems(file)
    if root.name != "definitions" or root.namespace not in VERSIONS:
        problems.add(root, root.namespace or root.name, _unknown(root))
        raise DmnInvalid(problems.found)
    model = _Reader(root, problems).model()
    if problems.found:
        raise DmnInvalid(problems.found)
    return model


def named(element: Element) -> str:
    """The name of an element, its white space single."""
    return " ".join(element.attributes.get("name", "").split())


def _unknown(root: Element) -> str:
    known = ", ".join(f"{v} ({namespace})" for namespace, v in VERSIONS.items())
    if root.name != "definitions":
        return "is no DMN: its outermost element is definitions"
    what = "has no namespace" if not root.namespace else "is no namespace of DMN that attune knows"
    return f"{what}; there are {known}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Thing:
    """An element that others require, by what it is called."""

    name: str
    element: Element


class _Reader:
    """Reads one model; what is wrong goes to `problems`, and reading goes on."""

    def __init__(self, root: Element, problems: Problems) -> None:
        self._root = root
        self._problems = problems
        self._types = Types(root, problems)
        self._implied: dict[str, Simple] = {}
        self._inputs = self._things("inputData")
        self._decisions = self._things("decision")
        self._knowledge = self._things("businessKnowledgeModel")
        self._others = self._things("decisionService")
        self._functions: dict[str, Knowledge] = {}
        self._kinds: dict[str, Type] = {}

    def model(self) -> Model:
        root = self._root
        for one in root.all("import"):
            reason = "import: another file; put what it defines into this one"
            self._problems.add(one, one.attributes.get("locationURI", "import"), reason)
        if not speaks_feel(root):
            reason = "definitions: another expressionLanguage than FEEL"
            self._problems.add(root, root.attributes["expressionLanguage"], reason)
        if not self._decisions or len(self._decisions) > MOST_DECISIONS:
            reason = f"{len(self._decisions)} decisions; a model has 1 to {MOST_DECISIONS}"
            self._problems.add(root, "definitions", reason)
        self._unique()
        inputs = {
            one.name: InputData(name=one.name, kind=self._kind(one.element))
            for one in self._inputs.values()
        }
        self._kinds.update({name: data.kind for name, data in inputs.items()})
        if self._problems.found or self._circular():
            return Model(name=named(root), version="", inputs={}, decisions={})
        self._learn()
        decisions = self._decide()
        total = sum(steps(one.logic) for one in decisions.values())
        if total > MOST_STEPS:
            reason = f"its expressions take {total} steps; a model has at most {MOST_STEPS}"
            self._problems.add(root, "definitions", reason)
        inputs.update({n: InputData(name=n, kind=k) for n, k in self._implied.items()})
        return Model(
            name=named(root),
            version=VERSIONS[root.namespace],
            inputs=inputs,
            decisions={one.name: decisions[one.name] for one in self._decisions.values()},
        )

    def _things(self, kind: str) -> dict[str, _Thing]:
        found: dict[str, _Thing] = {}
        for at, element in enumerate(self._root.all(kind)):
            name = named(element)
            if not name:
                self._problems.add(element, kind, "has no name", example=f'<{kind} name="refund">')
            found[element.attributes.get("id", f"\0{kind}{at}")] = _Thing(
                name=name, element=element
            )
        return found

    def _unique(self) -> None:
        """Refuse a name or an id of two things."""
        seen: dict[str, Element] = {}
        every = (self._inputs, self._decisions, self._knowledge)
        for thing in (one for things in every for one in things.values()):
            if thing.name in seen:
                reason = f"stands for two things, also at line {seen[thing.name].line}"
                self._problems.add(thing.element, thing.name, reason)
            seen[thing.name] = thing.element
        for kind, things in zip(_REQUIRED, every, strict=True):
            count = len([*self._root.all(kind)])
            if count != len(things):
                self._problems.add(self._root, kind, "two have the same id; keep one")

    def _kind(self, element: Element) -> Type:
        variable = element.one("variable")
        reference = variable.attributes.get("typeRef") if variable is not None else None
        return self._types.of(reference, variable or element)

    def _required(self, element: Element) -> Iterator[tuple[str, Element]]:
        """What an element requires, by id, and where it says so."""
        for one in element.all("informationRequirement", "knowledgeRequirement"):
            for part in one.all("requiredInput", "requiredDecision", "requiredKnowledge"):
                reference = part.attributes.get("href", "")
                space, _, name = reference.rpartition("#")
                if space and space != self._root.attributes.get("namespace"):
                    reason = f"{part.name}: another model; put what it defines into this one"
                    self._problems.add(part, reference, reason)
                    continue
                yield name, part

    def _needs(self, thing: _Thing, things: Mapping[str, _Thing]) -> list[str]:
        """The names of some things that a thing requires."""
        known = {**self._inputs, **self._decisions, **self._knowledge}
        found = []
        for name, part in self._required(thing.element):
            if name in self._others:
                reason = f"{part.name}: a decisionService; require its decisions themselves"
                self._problems.add(part, name, reason)
            elif name not in known:
                reason = f"{part.name}: there is no such element"
                self._problems.add(part, name, reason, nearest=near(name, known))
            elif name in things:
                found.append(things[name].name)
        return found

    def _circular(self) -> bool:
        for things in (self._decisions, self._knowledge):
            needs = {one.name: self._needs(one, things) for one in things.values()}
            path = cycle(needs)
            if path:
                first = next(one for one in things.values() if one.name == path[0])
                reason = f"requires itself: {' → '.join(path[:12])}; take one requirement out"
                self._problems.add(first.element, path[0], reason)
        return bool(self._problems.found)

    def _learn(self) -> None:
        """Read the business knowledge models, each behind those that it requires."""
        things = {one.name: one for one in self._knowledge.values()}
        needs = {name: self._needs(one, self._knowledge) for name, one in things.items()}
        deep: dict[str, int] = {}
        for name in ordered(needs):
            deep[name] = 1 + max((deep[one] for one in needs[name]), default=0)
            element = things[name].element
            if deep[name] > DEEPEST_KNOWLEDGE:
                reason = f"is more than {DEEPEST_KNOWLEDGE} models of knowledge deep"
                self._problems.add(element, name, reason)
                return
            known = {one: self._functions[one] for one in needs[name] if one in self._functions}
            made = self._model_of_knowledge(name, element, known)
            if made is not None:
                self._functions[name] = made

    def _model_of_knowledge(
        self, name: str, element: Element, known: Mapping[str, Function]
    ) -> Knowledge | None:
        logic = element.one("encapsulatedLogic")
        body = logic.one(*LOGIC) if logic is not None else None
        if logic is None or body is None or body.name != "literalExpression":
            what = body.name if body is not None else "businessKnowledgeModel"
            reason = f"{name}: takes a literalExpression; make a table a decision of its own"
            self._problems.add(body or element, what, reason)
            return None
        if logic.attributes.get("kind", "FEEL") != "FEEL" or not speaks_feel(body):
            said = logic.attributes.get("kind") or body.attributes.get("expressionLanguage", "")
            self._problems.add(logic, said, f"{name}: is in another language than FEEL")
            return None
        parameters = {
            named(one): self._types.of(one.attributes.get("typeRef"), one)
            for one in logic.all("formalParameter")
        }
        functions = {**BUILT_IN, **known}
        return Knowledge(
            name=name, parameters=parameters, text=body.words("text"), functions=functions
        )

    def _decide(self) -> dict[str, Decision]:
        things = {one.name: one for one in self._decisions.values()}
        needs = {name: self._needs(one, self._decisions) for name, one in things.items()}
        decisions: dict[str, Decision] = {}
        for name in ordered(needs):
            decisions[name] = self._decision(things[name])
            self._kinds[name] = decisions[name].kind
        return decisions

    def _decision(self, thing: _Thing) -> Decision:
        element, name = thing.element, thing.name
        needs = (
            *self._needs(thing, self._inputs),
            *self._needs(thing, self._decisions),
        )
        knowledge = self._needs(thing, self._knowledge)
        scope = Scope(
            problems=self._problems,
            types=self._types,
            names=self._names(needs),
            functions={
                **BUILT_IN,
                **{one: self._functions[one] for one in knowledge if one in self._functions},
            },
            implied=None if needs else self._implied,
        )
        made, kind = self._logic(element, name, scope)
        note = " ".join(element.words("description").split())
        return Decision(
            name=name, needs=needs, kind=kind, logic=made, line=element.line, note=note
        )

    def _logic(self, element: Element, name: str, scope: Scope) -> tuple[Logic, Type]:
        logic = element.one(*LOGIC)
        if logic is None:
            reason = f"{name}: has no logic; draw a table, or write an expression"
            self._problems.add(element, "decision", reason)
            return Boxed(name=name, parts=()), ANY
        return Boxes(scope=scope).read(logic, name, self._kind(element))

    def _names(self, needs: Iterable[str]) -> Names:
        needed = [*needs]
        apart = (
            one.name
            for things in (self._inputs, self._decisions)
            for one in things.values()
            if one.name not in needed
        )
        why = "is not required; draw an informationRequirement from it"
        found = Names(barred=dict.fromkeys(apart, why))
        for name in needed:
            found = found.joined(names_of(name, self._kinds.get(name, ANY)))
        return found


_REQUIRED: Final = ("inputData", "decision", "businessKnowledgeModel")
