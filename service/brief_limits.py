"""What a spokesperson must not say, each with where that comes from."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from ontology.decisions import Decision
from ontology.events import Json
from ontology.identity import ThingId
from rules.jurisdictions import Jurisdictions
from rules.policy import Policy
from service.brief_sources import Sources, claims, says
from service.values import Span
from service.zoned import local

_LAW: Final = {
    "full": "an apology is protected, even one that admits fault",
    "partial": "an apology is protected in part",
    "sympathy-only": "sympathy is protected, an admission is not",
    "none": "nothing is protected: admit no fault",
    "unverified": "nobody of legal has verified the law there, so nothing counts as protected",
}


def do_not_say(
    sources: Sources,
    known: Iterable[Mapping[str, Json]],
    decision: Decision,
    policy: Policy,
    law: Jurisdictions,
) -> Iterator[dict[str, Json]]:
    """What the policy forbids, what would contradict, what law, agreements and embargoes bar."""
    yield from _forbidden(decision, policy)
    for row in known:
        yield _row("contradiction", f"Nothing but: {row['name']}: {row['says']}.", row["claim"])
    yield from _gone(sources)
    yield from _lawful(sources, law)
    yield from _agreed(sources)
    yield from _kept_back(sources)


def _forbidden(decision: Decision, policy: Policy) -> Iterator[dict[str, Json]]:
    """Each prohibition with the reasons of the rules that concluded it."""
    for name in decision.prohibitions:
        rules = [
            one.rule
            for one in decision.firings
            if any(f.kind == "prohibition" and f.values["name"] == name for f in one.conclusions)
        ]
        why = " ".join(policy.rule(rule).reason for rule in rules)
        yield _row(
            "policy", f"{name.replace('-', ' ').capitalize()}. {why}".strip(), ", ".join(rules)
        )


def _gone(sources: Sources) -> Iterator[dict[str, Json]]:
    """What was said and is said no more, unless a live message says the same."""
    now = {_meaning(sources, one) for message in sources.live for one in claims(sources, message)}
    seen = set[tuple[str, str]]()
    for message in sources.gone:
        for one in claims(sources, message):
            meaning = _meaning(sources, one)
            if meaning not in now | seen:
                seen.add(meaning)
                name = sources.said(ThingId(meaning[0]), "name")
                words = f"No longer: {name}: {says(sources, one)}."
                yield _row("withdrawn", words, message)


def _meaning(sources: Sources, claim: ThingId) -> tuple[str, str]:
    return str(sources.said(claim, "claimTopic")), says(sources, claim)


def _lawful(sources: Sources, law: Jurisdictions) -> Iterator[dict[str, Json]]:
    """What may be admitted, by the law of each place of the incident; without a place, nothing."""
    regions = sorted(map(str, sources.graph.properties(sources.incident).get("inRegion", ())))
    places = [(one, sources.said(ThingId(one), "jurisdiction")) for one in regions]
    for region, code in places or [("everywhere", None)]:
        row = law.of(str(code)) if code is not None else None
        protection = row.protection if row is not None else "none"
        words = f"{region}: {_LAW.get(protection, protection)}."
        limits = f" {row.limits}" if row is not None and row.limits else ""
        yield _row("admission", f"{words}{limits}", row.source if row is not None else None)


def _agreed(sources: Sources) -> Iterator[dict[str, Json]]:
    for one in sorted(sources.graph.of_type("Agreement")):
        said = sources.graph.properties(one)
        if sources.graph.state(one) == "lapsed" or said.get("suspended", (False,))[0] is True:
            continue
        barred = [*said.get("forbidsClaim", ()), *said.get("forbidsStrategy", ())]
        if barred and Span.of(said, "validFrom", "validUntil").covers(sources.at):
            yield _row("agreement", f"Agreed before: not {', '.join(map(str, barred))}.", one)


def _kept_back(sources: Sources) -> Iterator[dict[str, Json]]:
    """What named outlets have before its time, and what was said off the record: topics only."""
    for message, embargo in sources.embargoed:
        until = datetime.fromisoformat(str(sources.said(embargo, "embargoUntil")))
        when = local(until, str(sources.said(embargo, "timeZone")))
        yield _row("embargo", f"Nothing of {message} before {when}.", embargo)
    for enquiry in sources.enquiries:
        for one in sorted(sources.graph.subjects("ofEnquiry", enquiry)):
            if sources.said(one, "attribution") == "off-record":
                topics = sources.graph.properties(one).get("asksAbout", ())
                about = f" on {', '.join(map(str, topics))}" if topics else ""
                words = f"Something{about} was said off the record; it stays there."
                yield _row("off-record", words, enquiry)


def _row(kind: str, words: str, source: Json) -> dict[str, Json]:
    return {"kind": kind, "says": words, "source": source}
