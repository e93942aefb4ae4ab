"""The list of the longest files names files that are there, and orders a run by them."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.longest import SECONDS, seconds

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", SECONDS)
def test_a_file_that_takes_long_is_there(name: str) -> None:
    assert (ROOT / name).is_file()


def test_a_run_begins_with_the_longest_files() -> None:
    asked = ["tests/cli/test_keys.py", "tests/crash/test_pushes.py", "tests/crash/test_flood.py"]
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider", *asked],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    files = dict.fromkeys(
        one.partition("::")[0] for one in done.stdout.splitlines() if "::" in one
    )
    assert [*files] == [asked[2], asked[1], asked[0]]


def test_what_is_no_part_of_the_tree_takes_no_time() -> None:
    assert seconds(Path("/elsewhere/test_flood.py"), ROOT) == 0
