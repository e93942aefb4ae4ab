"""How many examples Hypothesis draws: 200; `make nightly` draws 20,000 (`ATTUNE_EXAMPLES`)."""

import os

from hypothesis import HealthCheck, settings

NIGHTLY = os.environ.get("ATTUNE_EXAMPLES")
EXAMPLES = int(NIGHTLY or "200")

thorough = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
steady = settings(thorough, max_examples=EXAMPLES if NIGHTLY else 80)
"""For laws about whole policies, which have to be read first: 20 ms an example."""
quick = settings(thorough, max_examples=EXAMPLES // 5 if NIGHTLY else 50)
