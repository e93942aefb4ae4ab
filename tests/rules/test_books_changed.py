"""A rule that changes at the height of an escalation: what it raised stays until people act."""

from ontology.facts import catalogue
from rules.combine import decide
from rules.policy import Policy, build
from rules.strata import Engines
from tests.rules.test_books import AT, bundle, fact, policy

SURGE = fact("spread", window="PT1H", excess=4, volume=60, negative_share=0.7, baseline=15)


def without(rule: str) -> tuple[Policy, Engines]:
    """The shipped policy without one rule."""
    name = f"rules/books/{policy()[0].rule(rule).file}"
    files = {f"rules/books/{n}": c for n, c in bundle().items() if not n.endswith(".cases.yaml")}
    parts = files[name].decode().split("  - id: ")
    kept = [part for part in parts if not part.startswith(f"{rule}\n")]
    assert len(kept) == len(parts) - 1
    files[name] = "  - id: ".join(kept).encode()
    built = build(files, catalogue())
    return built, Engines.of(built)


def test_a_tier_outlives_the_rule_that_raised_it_until_a_person_stands_it_down() -> None:
    before, engines = policy()
    incident = {"phase": "open", "type": "human-error-accident"}
    raised = decide([fact("incident", **incident), SURGE], before, AT, engines)
    assert raised.tier == "executive"
    after, changed = without("angry-surge")
    standing = fact("incident", **incident, tier=raised.tier, stood_down=False)
    held = decide([standing, SURGE], after, AT, changed)
    assert (held.tier, held.policy != raised.policy) == ("executive", True)
    assert ("tier-held", "executive") in {(one.name, one.about) for one in held.cautions}
    fresh = decide([fact("incident", **incident), SURGE], after, AT, changed)
    assert fresh.tier == "crisis-team"


def test_no_tier_flaps_while_the_figures_swing_around_their_marks() -> None:
    built, engines = policy()
    incident = {"phase": "open", "type": "human-error-accident"}
    tier, tiers = "frontline", []
    for excess in (2.9, 3.1, 2.9, 3.1, 1.4, 3.1, 2.9):
        known = fact("incident", **incident, tier=tier, stood_down=False)
        spread = fact("spread", window="PT1H", excess=excess, volume=40, negative_share=0.1)
        tier = decide([known, spread], built, AT, engines).tier
        tiers.append(tier)
    assert tiers == ["specialist", *["crisis-team"] * 6]
