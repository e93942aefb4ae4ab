"""Jobs: asked for, done in processes of their own, told of while they run, ended, kept a while."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil  # type: ignore[import-untyped] # ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.identity import ThingId
from service import job_process, jobs
from service.clock import monotonic_ms
from service.job import Asked, Bounds, Job, KeyReused, QueueFull, State, Steps
from service.job_kinds import KINDS, Kind, PolicyIs
from service.job_process import Cancelled, Telling, run_next, work
from service.job_runner import JobRunner
from service.jobs import MOST_STARTS, Jobs
from service.recorded_history import Progress
from service.world import World
from tests.conftest import Door, key_for

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
GENEROUS_S = 120


@pytest.fixture
def kept(bare: World) -> Jobs:
    return Jobs(bare.settings.jobs_path, bare.keys)


def asked(number: int = 1, *, key: str | None = None, who: str = "ada", **request: Any) -> Asked:
    return Asked(
        id=ThingId(f"job/{number}"),
        kind="check",
        holder=ThingId(f"person/{who}"),
        request={"policy": "active", **request},
        at=AT,
        idempotency=key,
    )


def taken(kept: Jobs) -> Job:
    found = kept.take(AT, 0)
    assert found is not None
    return found


def test_jobs_are_taken_in_the_order_in_which_they_were_asked_for(kept: Jobs) -> None:
    for number in (3, 1, 2):
        kept.ask(asked(number), Bounds())
    order = []
    while (job := kept.take(AT, 0)) is not None:
        order.append(job.id)
        kept.end(job, State.DONE, AT, result=b"{}")
    assert order == ["job/3", "job/1", "job/2"]


def test_an_idempotency_key_gives_the_same_job_and_never_another(kept: Jobs) -> None:
    first = kept.ask(asked(1, key="k"), Bounds())
    assert kept.ask(asked(2, key="k"), Bounds()) == first
    with pytest.raises(KeyReused, match="job/1"):
        kept.ask(asked(3, key="k", policy="shipped"), Bounds())
    assert kept.ask(asked(4, key="l"), Bounds()).id == "job/4"


def test_the_queue_is_bounded_for_one_person_and_for_all(kept: Jobs) -> None:
    bounds = Bounds(waiting=3, own=2)
    kept.ask(asked(1), bounds)
    kept.ask(asked(2), bounds)
    with pytest.raises(QueueFull, match="2 jobs of yours") as mine:
        kept.ask(asked(3), bounds)
    kept.ask(asked(4, who="ben"), bounds)
    with pytest.raises(QueueFull, match="3 jobs wait") as full:
        kept.ask(asked(5, who="cyd"), bounds)
    assert (mine.value.own, full.value.own) == (True, False)
    kept.end(taken(kept), State.DONE, AT, result=b"{}")
    kept.ask(asked(6), bounds)


def test_a_job_whose_process_died_waits_again_and_is_given_up_after_some_starts(
    kept: Jobs,
) -> None:
    kept.ask(asked(), Bounds())
    starts = [taken(kept).starts for _ in range(MOST_STARTS)]
    assert starts == [*range(1, MOST_STARTS + 1)]
    assert kept.take(AT, 0) is None
    found = kept.one("job/1")
    assert found is not None
    assert found.state is State.FAILED
    assert "ended 5 times" in str(found.problem)


def test_a_job_that_was_cancelled_and_died_is_over(kept: Jobs) -> None:
    kept.ask(asked(), Bounds())
    assert kept.cancel(taken(kept), AT).cancelling
    assert kept.take(AT, 0) is None
    found = kept.one("job/1")
    assert found is not None
    assert found.state is State.CANCELLED


def test_a_job_that_waits_is_cancelled_at_once_and_never_taken(kept: Jobs) -> None:
    job = kept.ask(asked(), Bounds())
    assert kept.cancel(job, AT).state is State.CANCELLED
    assert kept.take(AT, 0) is None


def test_a_job_that_is_over_changes_no_more(kept: Jobs) -> None:
    kept.ask(asked(), Bounds())
    job = taken(kept)
    kept.end(job, State.CANCELLED, AT)
    kept.end(job, State.DONE, AT, result=b"{}")
    assert kept.cancel(job, AT).state is State.CANCELLED
    assert kept.result(job) is None


def test_what_was_asked_and_found_stands_nowhere_in_clear(kept: Jobs, bare: World) -> None:
    kept.ask(asked(note="Quetzalcoatl"), Bounds())
    kept.end(taken(kept), State.DONE, AT, result=b'{"found": "Quetzalcoatl"}')
    stored = b"".join(path.read_bytes() for path in bare.settings.jobs_path.iterdir())
    assert b"Quetzalcoatl" not in stored
    job = kept.one("job/1")
    assert job is not None
    assert job.request["note"] == "Quetzalcoatl"
    assert kept.result(job) == b'{"found": "Quetzalcoatl"}'


def test_results_are_kept_bounded_in_age_and_number_and_jobs_in_number(
    kept: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "RESULTS_KEPT", 3)
    monkeypatch.setattr(jobs, "JOBS_KEPT", 5)
    for number in range(7):
        kept.ask(asked(number), Bounds())
        kept.end(taken(kept), State.DONE, AT + timedelta(days=number), result=b"{}")
    kept.ask(asked(7), Bounds())
    kept.prune(AT + timedelta(days=8), timedelta(days=3, hours=1))
    found = kept.page(["check"], None, 50)
    assert [(one.id, one.kept) for one in found] == [
        ("job/7", False),
        ("job/6", True),
        ("job/5", True),
        ("job/4", False),  # too old
        ("job/3", False),
    ]


def test_a_page_goes_on_where_the_last_one_ended_and_shows_only_some_kinds(kept: Jobs) -> None:
    for number in range(5):
        kept.ask(asked(number), Bounds())
    first = kept.page(["check"], None, 3)
    rest = kept.page(["check"], first[-1].sequence, 3)
    assert [one.id for one in [*first, *rest]] == [f"job/{n}" for n in (4, 3, 2, 1, 0)]
    assert kept.page(["cases"], None, 3) == []


def test_nothing_is_asked_of_a_home_that_never_had_a_job(kept: Jobs, bare: World) -> None:
    assert not kept.waiting()
    assert kept.page(["check"], None, 3) == []
    assert kept.one("job/1") is None
    kept.prune(AT, timedelta(days=1))
    assert not bare.settings.jobs_path.exists()


def test_many_who_ask_at_once_each_get_a_job_of_their_own(kept: Jobs) -> None:
    def ask(number: int) -> None:
        kept.ask(asked(number), Bounds(waiting=99, own=99))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = kept.page(["check"], None, 50)
    assert {one.id for one in found} == {f"job/{number}" for number in range(8)}


def told(reports: list[tuple[int, int]], *, cancelled: bool = False) -> list[Steps]:
    said: list[Steps] = []
    end = threading.Event()
    if cancelled:
        end.set()
    telling = Telling(said.append, end)
    for done, of in reports:
        telling(done, of)
    return said


def test_progress_is_written_seldom_and_its_first_at_once() -> None:
    assert told([(number, 10_000) for number in range(10_000)])[0] == Steps(0, 10_000, None)
    assert len(told([(number, 10_000) for number in range(10_000)])) < 10


def test_progress_of_another_stage_is_told_at_once() -> None:
    assert told([(0, 3), (1, 3), (0, 7)]) == [Steps(0, 3, None), Steps(0, 7, None)]


def test_the_last_step_is_told_at_once() -> None:
    assert told([(0, 2), (1, 2), (2, 2)])[-1].done == 2


def test_progress_of_what_was_cancelled_ends_it() -> None:
    with pytest.raises(Cancelled):
        told([(0, 3)], cancelled=True)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=30))
def test_whatever_is_told_what_is_left_is_never_below_nothing(
    reports: list[tuple[int, int]],
) -> None:
    before = job_process.TELLS_MS
    try:
        job_process.TELLS_MS = 0.0  # type: ignore[misc] # each is told
        assert all(one.seconds is None or one.seconds >= 0 for one in told(reports))
    finally:
        job_process.TELLS_MS = before  # type: ignore[misc]


@dataclass(frozen=True)
class Said:
    words: object

    def to_json(self) -> dict[str, Any]:
        return {"words": self.words}


def with_kind(monkeypatch: pytest.MonkeyPatch, run: Any, name: str = "check") -> None:
    made = Kind(name=name, summary="", body=PolicyIs, run=run, personal=True)
    monkeypatch.setattr(job_process, "KINDS", {**KINDS, name: made})


def done(bare: World, kept: Jobs) -> Job:
    kept.ask(asked(), Bounds())
    assert run_next(bare, kept)
    found = kept.one("job/1")
    assert found is not None
    return found


def test_a_job_writes_down_what_it_found(
    bare: World, kept: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_kind(monkeypatch, lambda _, body, __: Said(body.policy))
    job = done(bare, kept)
    assert (job.state, kept.result(job)) == (State.DONE, b'{"words":"active"}')
    assert not run_next(bare, kept)


def raising(error: BaseException) -> Any:
    def run(_: World, __: PolicyIs, ___: Progress) -> Said:
        raise error

    return run


def test_a_job_that_fails_says_why_and_one_that_nobody_foresaw_says_nothing_inner(
    bare: World, kept: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_kind(monkeypatch, raising(ValueError("'x' is no threshold; write 4.0")))
    first = done(bare, kept)
    assert first.state is State.FAILED
    assert first.problem == {"kind": "job-refused", "detail": "'x' is no threshold; write 4.0"}
    with_kind(monkeypatch, raising(RuntimeError("inner")))
    kept.ask(asked(2), Bounds())
    run_next(bare, kept)
    second = kept.one("job/2")
    assert second is not None
    assert "inner" not in str(second.problem)


def test_a_job_of_a_policy_that_is_not_there_fails_as_a_request_would(
    bare: World, kept: Jobs
) -> None:
    job = done(bare, kept)
    assert job.problem is not None
    assert job.problem["kind"] == "no-policy"


def test_a_result_that_is_too_long_is_refused(
    bare: World, kept: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_process, "MOST_RESULT", 100)
    with_kind(monkeypatch, lambda *_: Said("long " * 100))
    job = done(bare, kept)
    assert "more than 100; ask for less" in str(job.problem)


def test_a_kind_that_this_version_does_not_know_fails_and_the_next_job_goes_on(
    bare: World, kept: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_process, "KINDS", {})
    assert "no job of the kind 'check'" in str(done(bare, kept).problem)


def test_what_was_cancelled_ends_at_its_next_step(
    bare: World, kept: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.ask(asked(), Bounds())
    job = taken(kept)
    end = threading.Event()
    end.set()

    def run(_: World, __: PolicyIs, progress: Progress) -> Said:
        progress(0, 1)
        raise AssertionError("it went on")

    with_kind(monkeypatch, run)
    work(bare, kept, job, end)
    found = kept.one("job/1")
    assert found is not None
    assert found.state is State.CANCELLED


@pytest.fixture
def runner(world: World) -> Iterator[JobRunner]:
    found = JobRunner(world)
    yield found
    found.close()


def until(runner: JobRunner, kept: Jobs, *states: State) -> Job:
    """Let the runner work until the one job is in one of these states."""
    end = monotonic_ms() + GENEROUS_S * 1000
    wait = threading.Event()
    while monotonic_ms() < end:
        runner.step()
        found = kept.page([*KINDS], None, 1)[0]
        if found.state in states:
            return found
        wait.wait(0.05)
    raise AssertionError(f"it never became {states}: {found}")


def child() -> psutil.Process:
    return next(
        one for one in psutil.Process().children() if "service.job_process" in one.cmdline()
    )


@pytest.mark.slow
def test_a_job_over_http_is_done_by_a_process_of_its_own(
    door: Door, world: World, runner: JobRunner
) -> None:
    answer = door.post("/v1/jobs", {"kind": "cases"})
    assert answer.status_code == 202
    where = answer.headers["Location"]
    assert answer.get_json()["state"] == "queued"
    assert answer.get_json()["before_it"] == 0
    assert door.get(f"{where}/result").status_code == 409
    until(runner, Jobs(world.settings.jobs_path, world.keys), State.DONE)
    stands = door.get(where).get_json()
    assert stands["progress"]["done"] == stands["progress"]["of"] > 0
    found = door.get(stands["links"]["result"]).get_json()
    assert found["digest"] == world.policies.active
    assert found["passed"] > 100
    assert found["failed"] == []


@pytest.mark.slow
def test_a_killed_job_is_started_again_and_a_cancelled_one_is_not(
    door: Door, world: World, runner: JobRunner
) -> None:
    kept = Jobs(world.settings.jobs_path, world.keys)
    where = door.post("/v1/jobs", {"kind": "check"}).headers["Location"]
    until(runner, kept, State.RUNNING)
    child().kill()
    end = monotonic_ms() + GENEROUS_S * 1000
    while (job := until(runner, kept, State.RUNNING)).starts < 2:
        assert monotonic_ms() < end
    assert child().nice() == job_process.NICE
    ended = door.post(f"{where}/cancel")
    assert ended.status_code == 202
    job = until(runner, kept, State.CANCELLED, State.DONE)
    assert (job.state, job.starts) == (State.CANCELLED, 2)
    assert door.get(f"{where}/result").status_code == 409
    assert door.post(f"{where}/cancel").status_code == 409


def test_two_runners_never_run_two_jobs_at_once(world: World, runner: JobRunner) -> None:
    other = JobRunner(world)
    kept = Jobs(world.settings.jobs_path, world.keys)
    kept.ask(asked(1), Bounds())
    kept.ask(asked(2), Bounds())
    try:
        until(runner, kept, State.QUEUED)
        other.step()
        end = monotonic_ms() + GENEROUS_S * 1000
        while not (running := [j for j in kept.page(["check"], None, 9) if j.starts]):
            assert monotonic_ms() < end
            runner.step()
            other.step()
        assert [job.id for job in running] == ["job/1"]
        other.step()
        assert [j.id for j in kept.page(["check"], None, 9) if j.starts] == ["job/1"]
    finally:
        other.close()


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({}, 422, "/kind"),
        ({"kind": "dance"}, 422, "there are backtest, "),
        ({"kind": "check", "polcy": "active"}, 422, "did you mean 'policy'"),
        ({"kind": "check", "policy": ""}, 422, "/policy"),
        ({"kind": "check", "policy": 7}, 422, "/policy"),
        ({"kind": "é" * 99}, 422, "/kind"),
        ([], 422, ""),
        ("check", 422, ""),
    ],
)
def test_a_request_that_is_none_is_refused_with_the_cure(
    door: Door, body: Any, status: int, words: str
) -> None:
    answer = door.post("/v1/jobs", body)
    assert answer.status_code == status, answer.text
    assert words in answer.text


def test_a_full_queue_says_when_to_come_back(door: Door) -> None:
    codes = [door.post("/v1/jobs", {"kind": "check"}).status_code for _ in range(6)]
    assert codes == [202] * 5 + [429]
    assert int(door.post("/v1/jobs", {"kind": "check"}).headers["Retry-After"]) > 0


def test_the_same_idempotency_key_gives_the_same_job(door: Door) -> None:
    headers = {"Idempotency-Key": "8e03978e"}
    first = door.post("/v1/jobs", {"kind": "check"}, headers=headers)
    again = door.post("/v1/jobs", {"kind": "check"}, headers=headers)
    assert again.get_json()["id"] == first.get_json()["id"]
    other = door.post("/v1/jobs", {"kind": "cases"}, headers=headers)
    assert other.status_code == 409


def test_a_kind_is_for_its_roles_only_and_others_jobs_are_theirs(door: Door, world: World) -> None:
    responder = Door(http=door.http, key=key_for(world, "person/rae", "responder"))
    analyst = Door(http=door.http, key=key_for(world, "person/ana", "analyst"))
    where = door.post("/v1/jobs", {"kind": "check"}).headers["Location"]
    assert responder.post("/v1/jobs", {"kind": "check"}).status_code == 403
    assert responder.get(where).status_code == 403
    assert responder.get("/v1/jobs").get_json()["items"] == []
    assert analyst.get(where).get_json()["by"] == "person/operator"
    assert analyst.post(f"{where}/cancel").status_code == 403
    assert door.delete(where).status_code == 202
    assert analyst.delete(where).status_code == 403
    assert door.delete(where).status_code == 204
    assert door.get(where).status_code == 404


def test_a_result_that_may_tell_of_people_is_gone_when_one_of_them_is_erased(
    door: Door, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Jobs(world.settings.jobs_path, world.keys)
    for number in (1, 2):
        kept.ask(asked(number), Bounds())
    personal = Kind(name="check", summary="", body=PolicyIs, run=lambda *_: Said(1), personal=True)
    monkeypatch.setattr("service.api.jobs.KINDS", {**KINDS, "check": personal})
    monkeypatch.setattr(job_process, "KINDS", {**KINDS, "check": personal})
    run_next(world, kept)
    assert door.get("/v1/jobs/1/result").get_json() == {"words": 1}
    world.ledger.erase(
        ThingId("customer/ada"),
        id="event/erased",
        actor=ThingId("person/operator"),
        reason="She asked.",
    )
    assert door.get("/v1/jobs/1/result").status_code == 410
    run_next(world, kept)
    assert door.get("/v1/jobs/2/result").status_code == 200


def test_the_kinds_of_jobs_are_told_with_examples_that_are_taken(door: Door) -> None:
    for one in door.get("/v1/jobs/kinds").get_json()["items"]:
        answer = door.post("/v1/jobs", one["example"])
        assert answer.status_code == 202, answer.text
        door.delete(answer.headers["Location"])


def test_a_job_that_is_not_there_is_told_so(door: Door) -> None:
    for path in ("/v1/jobs/none", "/v1/jobs/none/result", "/v1/jobs/%2e%2e", "/v1/jobs/é"):
        assert door.get(path).status_code == 404
    assert door.get("/v1/jobs?cursor=x").status_code == 422
