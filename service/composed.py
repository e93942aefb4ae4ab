"""What composing gives: the texts, what was personal about them, and what was passed over."""

from collections.abc import Mapping
from dataclasses import dataclass

from ontology.events import Json
from rules.picking import Passed, Picked
from rules.template import NEEDS, Template
from service.basis import Basis
from service.slots import Filled
from service.texts import Worded


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A preview; nothing of it is recorded.

    `refused` says why nobody may be written to; then, and where nothing fits, there are no texts.
    `spoken` is the locale with where it comes from. `policy` is the digest of the wordings.
    """

    basis: Basis
    picked: Picked
    spoken: tuple[str, str]
    slots: tuple[Filled, ...]
    texts: tuple[Worded, ...]
    findings: tuple[str, ...]
    refused: str | None
    policy: str

    @property
    def template(self) -> Template | None:
        """The template; None where nothing fits."""
        return self.picked.template

    @property
    def complete(self) -> bool:
        """Whether there are texts and no gap is left in any of them."""
        return bool(self.texts) and all(one.complete for one in self.texts)

    def text(self, channel: str) -> Worded | None:
        """The text for a channel."""
        return next((one for one in self.texts if one.channel == channel), None)

    def json(self) -> dict[str, Json]:
        """The answer of the API."""
        template, decision = self.template, self.basis.decision
        strategies: list[Json] = [*sorted({one.strategy for one in decision.responses})]
        return {
            "decision": self.basis.id,
            "tier": decision.tier,
            "cluster": decision.cluster,
            "strategies": strategies,
            "template": None if template is None else _told(template, self.picked),
            "locale": {"tag": self.spoken[0], "because": self.spoken[1]},
            "refused": self.refused,
            "complete": self.complete,
            "texts": [one.json() for one in self.texts],
            "slots": [one.json() for one in self.slots],
            "needs": [] if template is None else _needs(template),
            "findings": [*self.findings],
            "passed_over": [_passed(one) for one in self.picked.passed],
            "passed_over_more": self.picked.more,
            "nearest": _nearest(self.picked),
            "policy": self.policy,
        }


def _told(template: Template, picked: Picked) -> dict[str, Json]:
    return {
        "id": template.id,
        "title": template.title,
        "use": template.use,
        "owner": template.owner,
        "purpose": template.purpose,
        "because": [*picked.because],
        "source": f"{template.file}:{template.line}",
    }


def _needs(template: Template) -> list[Json]:
    return [_need(name, NEEDS) for name in template.needs]


def _need(name: str, known: Mapping[str, str]) -> Json:
    return {"name": name, "says": known[name]}


def _passed(one: Passed) -> Json:
    shown: dict[str, Json] = {"id": one.template.id, "title": one.template.title}
    return {**shown, "fits": one.fits, "reasons": [*one.reasons]}


def _nearest(picked: Picked) -> Json:
    """Where nothing fits: what comes nearest, and what is missing."""
    if picked.template is not None or not picked.passed:
        return None
    near = picked.passed[0]
    return {"id": near.template.id, "missing": [*near.reasons]}
