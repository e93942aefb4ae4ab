import numpy as np
import pytest
from threadpoolctl import threadpool_info  # type: ignore[import-untyped] # ships no types

from knowledge.spread.threads import one_thread


def threads() -> list[int]:
    np.ones((2, 2)) @ np.ones((2, 2))
    return [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]


def test_linear_algebra_takes_one_thread_within_and_as_many_as_before_after_it() -> None:
    before = threads()
    with one_thread():
        assert set(threads()) <= {1}
    assert threads() == before


def test_the_number_of_threads_is_put_back_after_a_fault() -> None:
    before = threads()
    with pytest.raises(ValueError, match="broken"), one_thread():
        raise ValueError("broken")
    assert threads() == before
