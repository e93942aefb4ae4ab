"""The governance lead's handbook is followed as it is written."""

from pathlib import Path

from service.settings import Settings
from tests.conftest import Door
from tests.docs.reader import Reader
from tests.service.test_working_copy import url

__all__ = ["url"]

PAGE = "docs/handbook.md"


def test_the_handbook_works_as_it_is_written(
    url: str, door: Door, home: Path, tmp_path: Path
) -> None:
    assert Settings(home=home).operator_key.read_text().strip() == door.key
    assert Reader(url=url, home=home, folder=tmp_path).follows(PAGE)
