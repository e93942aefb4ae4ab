import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result
from werkzeug.serving import make_server

from service.cli.policy import app
from service.working_copy import (
    MARK,
    WorkingCopyInvalid,
    act_on,
    export_to,
    import_from,
    pull_into,
    push_from,
    status_of,
)
from tests.conftest import Door
from tests.service.test_policies import second

__all__ = ["second"]

BOOK = Path("rules/books/escalation.yaml")
LEXICON = Path("knowledge/language/lexicons/urgency.yaml")


@pytest.fixture
def url(door: Door) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, door.http.application, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def append(folder: Path, text: str) -> None:
    with (folder / BOOK).open("a") as file:
        file.write(text)


def test_what_is_pulled_is_what_is_active(url: str, door: Door, tmp_path: Path) -> None:
    files, digest = pull_into(tmp_path, url, door.key, None)
    found = status_of(tmp_path, url, door.key)
    assert files > 20
    assert (found["files"], found["active"], found["changed"]) == (digest, digest, [])


def test_a_changed_copy_shows_its_change_and_is_not_overwritten(
    url: str, door: Door, tmp_path: Path
) -> None:
    pull_into(tmp_path, url, door.key, None)
    append(tmp_path, "# mine\n")
    assert status_of(tmp_path, url, door.key)["changed"] == [str(BOOK)]
    with pytest.raises(WorkingCopyInvalid, match="changed here since the last pull"):
        pull_into(tmp_path, url, door.key, None)
    assert (tmp_path / BOOK).read_text().endswith("# mine\n")


def test_a_pushed_copy_is_in_effect_once_a_second_person_agreed(
    url: str, door: Door, second: Door, tmp_path: Path
) -> None:
    pull_into(tmp_path, url, door.key, None)
    append(tmp_path, "# mine\n")
    proposal = str(push_from(tmp_path, url, door.key, "A better reason.")["id"])
    act_on(url, second.key, proposal, "approve", {})
    assert act_on(url, door.key, proposal, "activate", {})["to"] == "active"
    found = status_of(tmp_path, url, door.key)
    assert found["active"] == found["files"]
    pull_into(tmp_path, url, door.key, None)
    assert status_of(tmp_path, url, door.key)["changed"] == []


def test_a_folder_that_was_never_pulled_is_neither_pushed_nor_overwritten(
    url: str, door: Door, tmp_path: Path
) -> None:
    with pytest.raises(WorkingCopyInvalid, match="attune policy pull"):
        push_from(tmp_path, url, door.key, "Why.")
    (tmp_path / BOOK).parent.mkdir(parents=True)
    append(tmp_path, "mine\n")
    with pytest.raises(WorkingCopyInvalid, match="another folder"):
        pull_into(tmp_path, url, door.key, None)


def test_a_broken_mark_is_named(url: str, door: Door, tmp_path: Path) -> None:
    pull_into(tmp_path, url, door.key, None)
    (tmp_path / MARK).write_text("{")
    with pytest.raises(WorkingCopyInvalid, match="broken"):
        push_from(tmp_path, url, door.key, "Why.")


def test_an_exported_policy_is_imported_by_who_trusts_its_signer(
    url: str, door: Door, tmp_path: Path
) -> None:
    pull_into(tmp_path, url, door.key, None)
    append(tmp_path, "# mine\n")
    digest = str(push_from(tmp_path, url, door.key, "Why.")["digest"])
    file = tmp_path / "policy.json"
    signer = export_to(file, url, door.key, digest)
    assert import_from(file, url, door.key, signer, "Theirs.")["digest"] == digest
    file.write_text(file.read_text().replace("# mine", "# evil"))
    with pytest.raises(WorkingCopyInvalid, match="altered"):
        import_from(file, url, door.key, signer, "Theirs.")


def test_a_service_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkingCopyInvalid, match="does not answer"):
        pull_into(tmp_path, "http://127.0.0.1:9", "attune_x_y", None)


def test_the_shipped_policy_can_be_pushed_over_the_active_one(
    url: str, door: Door, second: Door, tmp_path: Path
) -> None:
    ours, shipped = tmp_path / "ours", tmp_path / "shipped"
    _, first = pull_into(ours, url, door.key, None)
    append(ours, "# ours\n")
    proposal = str(push_from(ours, url, door.key, "Ours.")["id"])
    act_on(url, second.key, proposal, "approve", {})
    act_on(url, door.key, proposal, "activate", {})
    _, base = pull_into(shipped, url, door.key, None, shipped=True)
    assert status_of(shipped, url, door.key)["changed"] == [str(BOOK)]
    assert base != first
    assert push_from(shipped, url, door.key, "Back to theirs.")["digest"] == first


def checked(folder: Path) -> Result:
    return CliRunner().invoke(app, ["check", str(folder)])


def test_a_folder_is_checked_without_a_service(url: str, door: Door, tmp_path: Path) -> None:
    pull_into(tmp_path, url, door.key, None)
    right = checked(tmp_path)
    assert (right.exit_code, right.stdout.split()[1]) == (0, "files,")
    (tmp_path / LEXICON).write_text("indicator: urgency\n")
    append(tmp_path, "reason: twice\n")
    wrong = checked(tmp_path)
    assert wrong.exit_code == 2
    assert f"{LEXICON}:1:1: groups is missing" in wrong.output
    assert f"{BOOK}:" in wrong.output


def test_a_folder_without_a_policy_and_a_file_that_is_no_text_are_refused(tmp_path: Path) -> None:
    empty = checked(tmp_path)
    assert empty.exit_code == 2
    assert "holds no files of a policy" in empty.output
    (tmp_path / BOOK).parent.mkdir(parents=True)
    (tmp_path / BOOK).write_bytes(b"book: \xff")
    broken = checked(tmp_path)
    assert broken.exit_code == 2
    assert str(BOOK) in broken.output


def test_coefficients_that_the_manifest_does_not_name_are_not_sent(
    url: str, door: Door, tmp_path: Path
) -> None:
    pull_into(tmp_path, url, door.key, None)
    append(tmp_path, "# mine\n")
    (tmp_path / "knowledge/language/coefficients.npz").write_bytes(b"others")
    with pytest.raises(WorkingCopyInvalid, match="write: sha256: "):
        push_from(tmp_path, url, door.key, "Mine.")
