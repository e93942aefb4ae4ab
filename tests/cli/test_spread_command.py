import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from knowledge.spread.simulation import Talk, exponential, simulate
from service.cli.spread import app


def estimate(tmp_path: Path, content: str | bytes, *more: str) -> Result:
    events = tmp_path / "events.csv"
    events.write_bytes(content.encode() if isinstance(content, str) else content)
    return CliRunner().invoke(app, ["estimate", "--in", str(events), *more])


@pytest.fixture(scope="module")
def contagious() -> str:
    talk = Talk(factor=0.8, rate=0.01, delays=exponential(20))
    times = simulate(np.random.default_rng(3), talk, 86_400)
    return "time\n" + "\n".join(f"{time:.3f}" for time in times) + "\n"


def test_the_branching_factor_comes_with_its_interval(tmp_path: Path, contagious: str) -> None:
    answer = json.loads(estimate(tmp_path, contagious, "--json").stdout)
    assert answer["verdict"] == "estimated"
    assert answer["branching_factor"] == pytest.approx(0.8, abs=0.08)
    low, high = answer["interval"]
    assert low <= answer["branching_factor"] <= high


def test_people_read_it_in_one_line(tmp_path: Path, contagious: str) -> None:
    assert "95 %" in estimate(tmp_path, contagious).stdout


def test_a_small_sample_can_not_tell(tmp_path: Path, contagious: str) -> None:
    chance = np.random.default_rng(1)
    rows = [row for row in contagious.splitlines()[1:] if chance.uniform() < 0.1]
    result = estimate(tmp_path, "\n".join(["time", *rows]), "--sampling-rate", "0.1", "--json")
    answer = json.loads(result.stdout)
    assert (answer["verdict"], answer["branching_factor"]) == ("cannot tell", None)
    assert "sample of 10%" in answer["reason"]


@pytest.mark.parametrize("rows", ["", "1\n2\n3\n", "7\n" * 300])
def test_too_little_to_go_by_is_said(tmp_path: Path, rows: str) -> None:
    result = estimate(tmp_path, "time\n" + rows)
    assert result.exit_code == 0
    assert result.stdout.startswith("cannot tell: ")


@pytest.mark.parametrize("content", ["", "when\n1\n", "time\nnan\n", b"time\n\xff\n"])
def test_bad_input_ends_with_code_2_and_a_valid_example(
    tmp_path: Path, content: str | bytes
) -> None:
    result = estimate(tmp_path, content)
    assert result.exit_code == 2
    assert "events.csv:" in result.stderr
    assert "time / 0.0 / 12.75" in result.stderr
