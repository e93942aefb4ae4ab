"""How many examples Hypothesis draws: 500; `make nightly` draws 20,000 (`ATTUNE_EXAMPLES`)."""

import os

from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("ATTUNE_EXAMPLES", "500"))

thorough = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
quick = settings(thorough, max_examples=max(10, EXAMPLES // 5))
