"""What a rule may require and conclude: every form of `rules.clauses`, `rules.linking`, `actions`.

Each example is a whole `when` or `then`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ontology.events import Json
from rules.construct import Concluding, Requiring, Settling

REQUIRING: Final = (
    Requiring(
        name="A fact",
        form="`kind: {field: test, field: test}`",
        means="There is one fact of the kind of which every test holds.",
        when="{incident: {phase: open, severity: at least severe}}",
        holds={"incident": {"phase": "open", "severity": "severe"}},
        fails={"incident": {"phase": "open", "severity": "minor"}},
        missing="A field that the fact lacks fails its test, unless the test asks for that.",
        wrong="{incidents: {phase: open}}",
    ),
    Requiring(
        name="Some fact of a kind",
        form="`kind: given`",
        means="There is a fact of the kind, whatever it holds.",
        when="{customer: given}",
        holds={"customer": {}},
        fails={"incident": {"phase": "open"}},
        missing="Fields do not matter.",
        wrong="{customer: known}",
    ),
    Requiring(
        name="The key of a kind",
        form="`kind: {key: test, …}`",
        means="A kind with a key (bold in [facts.md](facts.md)) may have several facts, one a "
        "key: a rule says which it means, or `-`.",
        when="{spread: {window: PT1H, excess: at least 4}}",
        holds={"spread": {"window": "PT1H", "excess": 4.0}},
        fails={"spread": {"window": "P1D", "excess": 4.0}},
        missing="A fact always has its key.",
        wrong="{spread: {excess: at least 4}}",
    ),
    Requiring(
        name="All of several",
        form="`[{kind: …}, {kind: …}]` · `kind: [{…}, {…}]`",
        means="Everything in a `when` must hold. A list asks for several facts of a kind; one "
        "fact may serve two members.",
        when="{detection: [{name: surge}, {name: negative-shift}]}",
        holds={"detection": [{"name": "surge"}, {"name": "negative-shift"}]},
        fails={"detection": [{"name": "surge"}]},
        missing="A fact that is not there fails its member.",
        wrong="{and: [{incident: {phase: open}}]}",
    ),
    Requiring(
        name="Any of several",
        form="`any: [{…}, {…}]`",
        means="At least one member holds.",
        when="{any: [{threat: {level: severe}}, {incident: {people_at_risk: true}}]}",
        holds={"incident": {"people_at_risk": True}},
        fails={"threat": {"level": "mild"}},
        missing="A member about a fact that is not there does not hold; the others still may.",
        wrong="{or: [{incident: {phase: open}}]}",
    ),
    Requiring(
        name="No such fact",
        form="`absent: {kind: {…}}`",
        means="There is no fact of the kind of which every test holds. Facts of earlier strata "
        "are complete, so nothing is missed.",
        when="{incident: {phase: open}, "
        "absent: {agreement: {topic: holding-statement, in_force: true}}}",
        holds={"incident": {"phase": "open"}, "agreement": {"topic": "holding-statement"}},
        fails={
            "incident": {"phase": "open"},
            "agreement": {"topic": "holding-statement", "in_force": True},
        },
        missing="A fact that lacks the field is no such fact.",
        wrong="{not: {incident: {phase: open}}}",
    ),
    Requiring(
        name="The same value in two facts",
        form="`field: same as kind.field`",
        means="The two fields hold equal values.",
        when="{customer: {region: same as region.id}, region: {affected: true}}",
        holds={
            "customer": {"region": "region/us-ny"},
            "region": {"id": "region/us-ny", "affected": True},
        },
        fails={
            "customer": {"region": "region/us-nj"},
            "region": {"id": "region/us-ny", "affected": True},
        },
        missing="A missing value is the same as none, not even as another missing one.",
        wrong="{customer: {region: same as region.name}, region: {affected: true}}",
    ),
    Requiring(
        name="A name for one of two facts",
        form="`{as: name, …}`",
        means="Tells facts of one kind apart, for `same as name.field`.",
        when="{customer: {region: same as home.id}, "
        "region: [{as: home, affected: true}, {as: other, holiday: true}]}",
        holds={
            "customer": {"region": "region/us-ny"},
            "region": [
                {"id": "region/us-ny", "affected": True},
                {"id": "region/us-nj", "holiday": True},
            ],
        },
        fails={
            "customer": {"region": "region/us-nj"},
            "region": [
                {"id": "region/us-ny", "affected": True},
                {"id": "region/us-nj", "holiday": True},
            ],
        },
        missing="As above.",
        wrong="{customer: {region: same as hoem.id}, region: [{as: home}, {as: other}]}",
    ),
    Requiring(
        name="No fact with the same value",
        form="`absent: {kind: {field: same as kind.field}}`",
        means="None of the kind has the value of that other fact.",
        when="{routing: {team: '-'}, absent: {team: {id: same as routing.team, on_call: true}}}",
        holds={"routing": {"team": "team/legal"}, "team": {"id": "team/care", "on_call": True}},
        fails={"routing": {"team": "team/legal"}, "team": {"id": "team/legal", "on_call": True}},
        missing="A fact that lacks the field has not the same value, so it is no such fact.",
        wrong="{absent: {team: {id: same as routing.team}}}",
    ),
)
CONCLUDING: Final = (
    Concluding(
        name="An action",
        form="`- verb: {field: value, field: value}`",
        means="Concludes one fact.",
        then="[{escalate: {tier: executive, within: 15 minutes}}]",
        concludes=('{"escalation":{"tier":"executive","within":"PT15M"}}',),
        missing="A field that is left out is missing in the fact; the main one must be there.",
        wrong="[{escalate: {within: 15 minutes}}]",
    ),
    Concluding(
        name="The short form",
        form="`- verb: value`",
        means="Fills the main field alone.",
        then="[{forbid: denial}]",
        concludes=('{"prohibition":{"name":"denial"}}',),
        missing="The other fields are missing.",
        wrong="[{forbid: denail}]",
    ),
    Concluding(
        name="Several facts of a kind",
        form="`- verb: [value, {…}]`",
        means="Concludes a fact a member.",
        then="[{notify: [team/legal, {team: team/care, within: 1 hour}]}]",
        concludes=(
            '{"notification":{"team":"team/care","within":"PT1H"}}',
            '{"notification":{"team":"team/legal"}}',
        ),
        missing="As above, member by member.",
        wrong="[{notify: [legal]}]",
    ),
)

TABLE: Final = """\
id: tier
reason: How far up it goes depends on whose fault it is.
hit: {hit}
inputs: [incident.cluster, incident.severity]
outputs: [{{name: escalate.tier, allowed: [executive, crisis-team]}}]
rows:
  - {{when: [preventable, "-"], then: [crisis-team]}}
  - {{when: ["-", severe], then: [{second}]}}
"""
"""The table that every hit policy of a book settles; both rows hold of a severe, own fault."""

BOTH: Final[Mapping[str, Json]] = MappingProxyType(
    {"incident": {"cluster": "preventable", "severity": "severe"}}
)
NEITHER: Final[Mapping[str, Json]] = MappingProxyType(
    {"incident": {"cluster": "victim", "severity": "minor"}}
)
SETTLING: Final[Mapping[str, Settling]] = MappingProxyType(
    {
        "U": Settling(
            means="Unique: no two rows may hold together. The checker proves it.",
            several=None,
            none=[],
        ),
        "A": Settling(
            means="Any: rows may hold together where they conclude the same. Also proven.",
            several=["crisis-team"],
            none=[],
        ),
        "C": Settling(
            means="Collect: every row that holds concludes.",
            several=["crisis-team", "executive"],
            none=[],
        ),
        "P": Settling(
            means="Priority: the row whose output stands first among the allowed; the others "
            "give way to it.",
            several=["executive"],
            none=[],
        ),
    }
)
