"""`attune replay feed`: what it can't do is said before the first post is sent."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli.replay import app

POST = '{"id": "1", "posted_at": "2026-11-22T08:30:00Z", "text": "Train stuck for an hour"}\n'


def feed(folder: Path, *more: object, url: str = "http://127.0.0.1:9") -> Result:
    file = folder / "posts.jsonl"
    file.write_text(POST)
    words = ("feed", file, "--url", url, "--rejects", folder / "bad.jsonl", *more)
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--zone", "Eastern Time"), "America/New_York"),
        (("--zone", "../etc/passwd"), "America/New_York"),
        (("--zone", ""), "America/New_York"),
        (("--picture", "timeline.jpg"), "timeline.svg"),
        (("--picture", "no/such/folder/t.svg"), "there is no folder"),
        (("--feed", "listening"), "'listening'"),
        ((), "does not answer"),
    ],
)
def test_what_can_not_be_replayed_ends_with_2_and_a_valid_one(
    tmp_path: Path, more: tuple[str, ...], said: str
) -> None:
    result = feed(tmp_path, *more)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_a_file_that_is_no_feed_is_refused_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "colours.csv"
    file.write_text("colour\nred\n")
    result = CliRunner().invoke(app, ["feed", str(file), "--rejects", str(tmp_path / "bad")])
    assert result.exit_code == 2
    assert "colours.csv:1" in result.stderr
