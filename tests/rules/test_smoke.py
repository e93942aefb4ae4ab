from datetime import UTC, datetime

import pytest

from ontology.facts import catalogue
from rules.policy import build
from rules.smoke import exercise
from service.bundle import packaged
from service.trial import trial
from tests.rules.test_strata import DETECT, ESCALATE


def test_the_packaged_policy_runs_on_every_engine_without_dispute() -> None:
    policy = build(packaged(), catalogue())
    assert exercise(policy, catalogue(), datetime(2026, 11, 1, tzinfo=UTC)) > 20


def test_a_trial_in_a_process_of_its_own_lets_a_good_policy_pass() -> None:
    assert trial({"a.yaml": DETECT.encode(), "b.yaml": ESCALATE.encode()}) is None


@pytest.mark.parametrize(
    ("text", "limit_s", "words"),
    [("book: broken", 30.0, "has no rules"), (DETECT, 0.01, "did not end within 0.01 s")],
)
def test_a_trial_says_why_a_policy_must_not_be_activated(
    text: str, limit_s: float, words: str
) -> None:
    assert words in str(trial({"a.yaml": text.encode()}, limit_s=limit_s))
