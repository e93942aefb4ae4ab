"""The page about DMN: its model decides as it says, its refusal reads so, its commands run."""

import json
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rules.diagnostics import Invalid
from rules.dmn_reader import read_dmn
from service.cli.rules import app
from tests.docs.examples import blocks

PAGE = "docs/dmn.md"
TEXTS = {
    name: [b.text for b in blocks(PAGE) if b.language == name]
    for name in ("xml", "json", "text", "sh")
}
(MODEL,), (ANSWER,), (REFUSAL,) = TEXTS["xml"], TEXTS["json"], TEXTS["text"]
TIERS = """\
book: tiers
stratum: escalate
owner: team/crisis-office
tables:
  - id: tier
    reason: It depends on whose fault it is.
    inputs: [incident.cluster]
    outputs: [escalate.tier]
    rows: [{when: [preventable], then: [executive]}]
"""


def run(folder: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> str:
    monkeypatch.chdir(folder)
    words = shlex.split(line)
    assert words[:2] == ["attune", "rules"]
    found = CliRunner().invoke(app, words[2:])
    assert found.exit_code == 0, found.output
    return found.output


def test_the_commands_of_the_page_run_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "refunds.dmn").write_text(MODEL, "utf-8")
    (tmp_path / "calculations").mkdir()
    calculation = "decision: d\ntype: number\ninputs: [{name: n, type: number}]\nexpression: n\n"
    (tmp_path / "calculations" / "d.yaml").write_text(calculation, "utf-8")
    (tmp_path / "tiers.yaml").write_text(TIERS, "utf-8")
    run(tmp_path, monkeypatch, "attune rules export tiers.yaml --out tiers.dmn")
    lines = [line for text in TEXTS["sh"] for line in text.splitlines()]
    said, written = "", lines[0].split("'")[1]
    (tmp_path / "in.json").write_text(written, "utf-8")
    for line in lines[1:]:
        said = said or run(tmp_path, monkeypatch, line)
        if "evaluate" not in line:
            run(tmp_path, monkeypatch, line)
    assert json.loads(said) == json.loads(ANSWER)
    assert (tmp_path / "books" / "imported-tiers.cases.yaml").exists()
    assert (tmp_path / "calculations" / "share.yaml").exists()


def test_the_refusal_of_the_page_is_what_is_said() -> None:
    broken = MODEL.replace('&gt;= duration("PT2H")', "? &gt; 5")
    with pytest.raises(Invalid) as caught:
        read_dmn(broken.encode(), file="refunds.dmn")
    assert str(caught.value) == REFUSAL.strip()
