"""`attune policy blame` and `attune policy log`: who changed what of the policy, and why."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.calling import asked, rows, texts
from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from ontology.events import Json

Rule = Annotated[str | None, typer.Argument(help="The id of a rule; all rules if left out.")]
MaybeUrl = Annotated[
    str | None, typer.Option(envvar="ATTUNE_URL", help="Ask this service instead of the home.")
]
MaybeKey = Annotated[str, typer.Option(envvar="ATTUNE_KEY", help="Key for --url.")]


def policy_blame(
    rule: Rule = None,
    home: Home = None,
    *,
    url: MaybeUrl = None,
    key: MaybeKey = "",
    as_json: AsJson = False,
) -> None:
    """Who introduced, changed and last touched each rule, why, and in which policy."""
    if url is not None:
        told = asked(
            url, key, lambda client: client.get("/v1/policies/active/blame", **_query(rule))
        )
        found = rows(told["items"]) if rule is None else [told]
    else:
        found = _of_home(home, rule)
    if as_json:
        show(found if rule is None else found[0])
        return
    for one in found:
        typer.echo("\n".join(_touches(one) if rule is not None else _line(one)))


def policy_log(
    home: Home = None,
    *,
    most: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    url: MaybeUrl = None,
    key: MaybeKey = "",
    as_json: AsJson = False,
) -> None:
    """Every policy that ever decided, newest first: by whom, why, and what its rules became."""
    if url is not None:
        path = "/v1/policies/history"
        found = rows(
            asked(url, key, lambda client: client.get(path, limit=min(most, 100)))["items"]
        )
    else:
        from itertools import islice  # noqa: PLC0415 - light start

        from service.policy_log import log  # noqa: PLC0415 - light start

        with opened(home) as world:
            world.catch_up()
            found = [*islice(log(world.policies), most)]
    if as_json:
        show(found)
        return
    for one in found:
        typer.echo("\n".join(_entry(one)))


def _query(rule: str | None) -> dict[str, str]:
    return {} if rule is None else {"rule": rule}


def _of_home(home: "Home", rule: str | None) -> "list[dict[str, Json]]":
    from rules.diagnostics import near  # noqa: PLC0415 - light start
    from service.blame import blame  # noqa: PLC0415 - light start

    with opened(home) as world:
        world.catch_up()
        found = {one.rule.id: one.to_json() for one in blame(world.policies)}
    if rule is None:
        return [*found.values()]
    if rule not in found:
        meant = near(rule, found)
        hint = f"; did you mean {meant!r}?" if meant else ""
        refuse(f"There is no rule {rule[:140]!r} in the active policy{hint}")
    return [found[rule]]


def _line(one: "dict[str, Json]") -> Iterator[str]:
    """A rule in one line: who touched it last."""
    last = one["last"]
    touches = rows(one["touches"])
    if isinstance(last, dict):
        yield (
            f"{str(last['policy'])[:12]} {str(last['at'])[:10]} {_who(last):<24} {one['rule']}"
            + (f"  ({len(touches)} touches)" if len(touches) > 1 else "")
        )


def _touches(one: "dict[str, Json]") -> Iterator[str]:
    yield f"{one['rule']}  ({one['source']})"
    for touch in rows(one["touches"]):
        what = ", ".join(texts(touch["what"]))
        name = f" as {touch['as']}" if touch["as"] != one["rule"] else ""
        yield f"  {what}{name} in {str(touch['policy'])[:12]}, {touch['at']}, {_by(touch)}"
        agreed = ", ".join(texts(touch["approved_by"]))
        if agreed:
            yield f"    approved by {agreed}, {touch.get('act')} by {touch['by']}"
        if touch.get("reason"):
            yield f"    {touch['reason']}"
    if one["as_shipped"]:
        yield "  as this version of attune ships it"


def _who(touch: "dict[str, Json]") -> str:
    return (
        "shipped with attune" if touch["shipped"] else str(touch.get("proposed_by", touch["by"]))
    )


def _by(touch: "dict[str, Json]") -> str:
    return _who(touch) if touch["shipped"] else f"by {_who(touch)}"


def _entry(one: "dict[str, Json]") -> Iterator[str]:
    counted = one["rules"] if isinstance(one["rules"], dict) else {}
    counts = ", ".join(f"{count} {what}" for what, count in counted.items()) or "no rule"
    proposal = one["proposal"] if isinstance(one["proposal"], dict) else {}
    yield f"{str(one['digest'])[:12]} since {one['since']} by {one['by']}: {counts}"
    own = proposal.get("digest") == one["digest"]
    reason = proposal.get("reason") if own else one.get("reason")
    if proposal:
        yield f"  {one['act']} {proposal['id']}" + (f", proposed by {proposal['by']}" * own)
    if reason:
        yield f"  {reason}"
    yield from (f"  {file}" for file in texts(one["files"])[:10] if proposal)
