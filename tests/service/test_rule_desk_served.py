"""The rule desk on a served home: drafts, jobs and the card, by HTTP and the command line."""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped] # ships no types
import pytest

from ontology.identity import ThingId
from service.founding import OPERATOR
from service.issuing import Issuer
from service.settings import Settings
from service.world import World
from tests.serving import Served, attune, environment, serving

pytestmark = pytest.mark.slow

BOOK = "rules/books/escalation.yaml"
GENEROUS_S = 240


@pytest.fixture(scope="module")
def served(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    import shutil

    home = Path(shutil.copytree(founded, tmp_path_factory.mktemp("desk") / "home"))
    with serving(home, workers=2, language=False) as found:
        yield found


@pytest.fixture
def desk(served: Served) -> Callable[..., "tuple[int, str, str]"]:
    """The command line in the operator's name."""
    env = environment(served.home, url=served.url, key=served.key)

    def run(*words: object) -> tuple[int, str, str]:
        done = attune(*words, env=env)
        return done.returncode, done.stdout, done.stderr

    return run


Desk = Callable[..., "tuple[int, str, str]"]


def second_key(served: Served) -> str:
    world = World.open(Settings(home=served.home, language=False))
    try:
        issuer = Issuer(
            world.ledger, world.keys, actor=OPERATOR, ids=world.ids, now=world.clock.now
        )
        return issuer.create(ThingId("person/second"), ["governance"])[1]
    finally:
        world.close()


def test_a_draft_is_written_in_a_folder_by_two_and_proposed(
    desk: Desk, served: Served, tmp_path: Path
) -> None:
    code, out, err = desk(
        "policy", "draft", "new", "Quieter", "--reason", "Called for nothing.", "--json"
    )
    assert code == 0, err
    draft = json.loads(out)["id"]
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    for folder in (mine, theirs):
        assert desk("policy", "draft", "pull", draft, folder)[0] == 0
    for folder, words in ((mine, "# mine\r\n"), (theirs, "# theirs\n")):
        with (folder / BOOK).open("a", encoding="utf-8", newline="") as book:
            book.write(words)
    code, out, err = desk("policy", "draft", "push", mine)
    assert (code, out) == (0, f"saved   {BOOK}\n"), err
    assert desk("policy", "draft", "push", mine)[1] == "nothing was changed here\n"
    code, _, err = desk("policy", "draft", "push", theirs)
    assert code == 2
    assert "412" in err
    code, _, err = desk("policy", "draft", "pull", draft, theirs)
    assert code == 2
    assert f"{BOOK} changed here" in err
    assert desk("policy", "draft", "undo", draft)[0] == 0
    assert desk("policy", "draft", "undo", draft)[0] == 0  # the undo itself
    code, out, _ = desk("policy", "draft", "show", draft)
    assert out.splitlines()[1] == f"changed  {BOOK}"
    code, out, err = desk("policy", "draft", "propose", draft)
    assert code == 0, err
    assert "proposes" in out
    assert draft in desk("policy", "draft", "list")[1]
    assert desk("policy", "draft", "push", tmp_path)[0] == 2
    assert desk("policy", "draft", "show", "policy-draft/none")[0] == 2
    with httpx.Client(headers={"Authorization": f"Bearer {second_key(served)}"}) as other:
        local = draft.partition("/")[2]
        found = other.get(f"{served.url}/v1/policy-drafts/{local}").json()
    assert found["proposals"][0]["state"] == "proposed"


def test_a_job_is_followed_to_its_result_and_a_failed_one_says_why(
    desk: Desk, tmp_path: Path
) -> None:
    assert "cases" in desk("jobs", "kinds")[1]
    out = tmp_path / "result.json"
    code, _, err = desk("jobs", "start", "cases", "policy=active", "--out", out)
    assert code == 0, err
    assert json.loads(out.read_text())["failed"] == []
    listed = desk("jobs", "list")[1]
    job = listed.split()[0]
    assert " done " in listed
    assert json.loads(desk("jobs", "result", job)[1])["unpaired"] == []
    code, _, err = desk("jobs", "start", "cases", "policy=none")
    assert code == 2
    assert "no policy is named 'none'" in err
    assert desk("jobs", "start", "dance")[0] == 2
    assert desk("jobs", "show", "job/none")[0] == 2
    assert desk("jobs", "start", "cases", "policy")[0] == 2


def processes(served: Served) -> list[psutil.Process]:
    """The processes of jobs, whose parents are workers."""
    return [
        child
        for worker in served.workers()
        for child in worker.children()
        if "service.job_process" in child.cmdline()
    ]


def eventually(found: Callable[[], object], what: str) -> None:
    """Wait for a state; a worker that was killed drops connections meanwhile."""
    end = time.monotonic() + GENEROUS_S
    while time.monotonic() < end:
        with suppress(httpx.TransportError):
            if found():
                return
        time.sleep(0.1)
    raise AssertionError(what)


def test_a_job_outlives_the_kill_of_its_process_and_of_the_worker_that_started_it(
    served: Served,
) -> None:
    job = served.post("/v1/jobs", {"kind": "check"}, status=202)
    path = job["links"]["self"]
    eventually(lambda: served.get(path)["state"] == "running", "it never started")
    for one in processes(served):
        one.kill()
    eventually(lambda: served.get(path)["starts"] > 1, "it was not started again")
    parents = {one.ppid() for one in processes(served)}
    for parent in parents:
        os.kill(parent, 9)
    eventually(lambda: served.get(path)["state"] == "done", "it was never done")
    eventually(lambda: served.get(f"{path}/result")["valid"], "it found nothing")


def test_a_card_is_fetched_and_read_where_nobody_answers(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "fallback.jws"
    assert desk("fallback", "fetch", "--out", file)[0] == 0
    key = desk("fallback", "key")[1].strip()
    alone = environment(tmp_path / "none")
    read = attune("fallback", "verify", file, "--trust", key, env=alone)
    assert read.returncode == 0, read.stderr
    said = attune("fallback", "show", file, "--trust", key, "--cluster", "preventable", env=alone)
    assert "who answers" in said.stdout, said.stderr
    assert file.stat().st_size < 64_000
