from pathlib import Path

import pytest

from ontology.identity import ThingId
from ontology.lifecycle import Actor, Role
from rules.policy import digest
from service.bundle import packaged
from service.policies import PolicyUnknown
from service.policy_sources import SHORTEST, Source, SourceUnknown, anywhere, compiled, source
from service.proposing import Wanted, propose
from service.working_copy import WorkingCopyInvalid
from service.world import World

BOOK = "rules/books/escalation.yaml"
LEAD = Actor(id=ThingId("person/lead"), roles=frozenset({Role.GOVERNANCE}))


def proposed(world: World, note: str = "# changed\n") -> str:
    now = source(world, "active")
    files = dict(now.files) | {BOOK: now.files[BOOK] + note}
    event = propose(world, Wanted(files=files, reason="Why.", base=now.digest), LEAD)
    world.catch_up()
    return event.subject


def test_active_is_the_policy_that_decides(world: World) -> None:
    found = source(world, "active")
    assert found.digest == world.policies.active == digest(found.content)


def test_a_digest_and_its_first_digits_name_the_same_policy(world: World) -> None:
    active = source(world, "active")
    assert source(world, active.digest).files == active.files
    assert source(world, active.digest[:SHORTEST]).digest == active.digest


def test_shipped_is_what_this_version_brings(world: World) -> None:
    assert dict(source(world, "shipped").content) == packaged()


def test_a_proposal_is_named_by_its_id(world: World) -> None:
    found = source(world, proposed(world))
    assert found.files[BOOK].endswith("# changed\n")
    assert found.digest == digest(found.content) != world.policies.active


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/",
        "actve",
        "active/",
        "policy-proposal",
        "policy-proposal/",
        "policy-proposal/none",
        "incident/1",
        "0" * 64,
        "0" * 11,
        "A" * 64,
        "é" * 500,
        "../../etc/passwd",
    ],
)
def test_what_names_no_policy_is_refused_with_the_name_quoted(world: World, name: str) -> None:
    with pytest.raises(SourceUnknown) as refused:
        source(world, name)
    assert repr(name[:80]) in str(refused.value)
    assert len(str(refused.value)) < 400


def test_a_world_without_a_policy_says_so(bare: World) -> None:
    with pytest.raises(PolicyUnknown, match="attune init"):
        source(bare, "active")


def test_the_command_line_takes_a_folder_too(world: World, tmp_path: Path) -> None:
    active = source(world, "active")
    for name, content in active.content.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    assert anywhere(world, str(tmp_path)).digest == active.digest
    assert anywhere(world, "active").digest == active.digest
    with pytest.raises(SourceUnknown, match="or a folder"):
        anywhere(world, str(tmp_path / "none"))


def test_a_folder_without_a_policy_and_a_text_that_is_no_utf_8_are_refused(
    world: World, tmp_path: Path
) -> None:
    with pytest.raises(WorkingCopyInvalid, match="holds no files"):
        anywhere(world, str(tmp_path))
    (tmp_path / BOOK).parent.mkdir(parents=True)
    (tmp_path / BOOK).write_bytes(b"\xff\xfe")
    with pytest.raises(WorkingCopyInvalid, match="no UTF-8"):
        anywhere(world, str(tmp_path))


def test_a_policy_that_was_never_proposed_compiles_too(world: World) -> None:
    active = source(world, "active")
    assert compiled(world, active) is world.policies.current()
    files = dict(active.files) | {BOOK: active.files[BOOK] + "# new\n"}
    fresh = Source.of("mine", files)
    assert compiled(world, fresh).policy.digest == fresh.digest
