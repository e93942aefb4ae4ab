"""What callers send to make a draft rule of a finding."""

from typing import Annotated

from pydantic import ConfigDict, Field

from service.bodies import Model
from service.finding_bodies import FindingIn
from service.finding_rule import Wanted
from service.finding_when import Crowd, Of


class RuleIn(Model):
    """A rule that is wanted of a filter: its id, why, whose it is, and what follows.

    `then` are lines as books say them. Of signals, `of` says whether the rule is about one post or
    about a crowd: `volume` posts in a `window`, a `share` of them so. `draft` names a policy draft
    to save it into, `new` one or none.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "query": {
                    "source": "decisions",
                    "where": {"spread.window": "PT1H", "spread.excess": "at least 4"},
                },
                "id": "loud-hours",
                "reason": "Four times the usual is more than the desk can answer.",
                "owner": "team/crisis-office",
                "then": ["escalate: {tier: specialist, within: 30 minutes}"],
                "draft": "new",
            }
        },
    )

    query: FindingIn
    id: Annotated[str, Field(pattern="^[a-z][a-z0-9-]{1,79}$")]
    reason: Annotated[str, Field(min_length=1, max_length=1_000)]
    owner: Annotated[str, Field(min_length=1, max_length=140)]
    then: Annotated[list[Annotated[str, Field(max_length=400)]], Field(min_length=1, max_length=8)]
    of: Of = "post"
    window: Annotated[str, Field(pattern="^(PT15M|PT1H|P1D)$")] = "PT1H"
    volume: Annotated[int, Field(ge=1, le=1_000_000)] = 20
    share: Annotated[float, Field(ge=0, le=1)] = 0.5
    draft: Annotated[str, Field(min_length=1, max_length=140)] | None = None

    def wanted(self) -> Wanted:
        """The same as the rule that is wanted."""
        return Wanted(
            query=self.query.query(),
            id=self.id,
            reason=self.reason,
            owner=self.owner,
            then=tuple(self.then),
            of=self.of,
            crowd=Crowd(window=self.window, volume=self.volume, share=self.share),
        )
