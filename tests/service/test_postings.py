"""What was said outside attune: approved, outdated, or nobody's."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.postings import PostingIn, match, record
from service.postings import said as out
from service.world import World
from tests.service.test_messages import CHIEF, WRITER, act, approved, live, prepared, said

__all__ = ["prepared"]


@pytest.fixture
def world(prepared: Path, tmp_path: Path, worlds: Callable[..., World]) -> World:
    shutil.copytree(prepared, tmp_path / "bare")
    return worlds()


def posting(text: str = said().text, **changes: Any) -> PostingIn:
    body = {
        "link": "https://social.example/rail/112",
        "channel": "website",
        "posted_at": "2026-11-22T08:40:00Z",
        "text": text,
    }
    return PostingIn.model_validate(body | changes)


def test_what_is_live_is_recognised_however_it_is_typed(world: World) -> None:
    message = live(world)
    found = match(out(world), posting(f"  {said().text.upper()}  https://example.org/more"))
    assert (found.found, found.message) == ("approved", message)


def test_another_figure_is_not_what_was_approved(world: World) -> None:
    live(world, text="Eleven trains stand still; 4 people were hurt near Harmon this morning.")
    near = "Eleven trains stand still; 5 people were hurt near Harmon this morning."
    assert match(out(world), posting(near)).found == "shadow"


def test_words_that_were_taken_back_are_outdated(world: World) -> None:
    message = live(world)
    act(world, message, "withdraw", CHIEF, reason="The place was wrong.")
    world.catch_up()
    assert match(out(world), posting()).found == "outdated"


def test_what_was_only_approved_was_never_out(world: World) -> None:
    approved(world)
    found = match(out(world), posting())
    assert (found.found, found.message) == ("shadow", None)


def test_another_channel_is_another_message(world: World) -> None:
    live(world)
    assert match(out(world), posting(channel="press")).found == "shadow"


def test_a_shadow_publication_is_recorded_once_without_its_words_and_told(world: World) -> None:
    one = posting("We never make mistakes.")
    first, again = (record(world, [one], WRITER.id)[0] for _ in range(2))
    assert first == again
    assert "mistakes" not in str(first.data)
    (alert,) = world.alerts_now().newest()
    assert alert.tier == "specialist"
