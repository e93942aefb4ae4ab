"""One judge for all tests of language: loading it takes seconds."""

import pytest

from knowledge.language import indicators
from knowledge.language.indicators import Judge


@pytest.fixture(scope="session")
def judge() -> Judge:
    return indicators.load()
