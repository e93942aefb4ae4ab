import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Door
from tests.docs.examples import ROOT, blocks

PAGE = "docs/operations.md"


def test_a_backup_made_as_the_page_says_can_be_restored_and_verified(
    home: Path, tmp_path: Path
) -> None:
    if shutil.which("sqlite3") is None:
        pytest.skip("the page's backup uses the sqlite3 program, which is not here")
    home.rename(tmp_path / "var")
    scripts = [block for block in blocks(PAGE) if "backup/" in block.text]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for script in scripts:
        ran = subprocess.run(  # noqa: S603 - the commands of our own page
            ["/bin/bash", "-euo", "pipefail", "-c", script.text],
            cwd=tmp_path,
            env={"PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, f"{script.place}: {ran.stderr}"
    assert len(scripts) == 2
    assert "everything verifies" in ran.stdout


def test_the_page_names_every_metric_and_no_other(door: Door) -> None:
    page = set(re.findall(r"`(attune_\w+)`", (ROOT / PAGE).read_text("utf-8")))
    served = re.findall(r"(?m)^# TYPE (attune_\w+) ", door.http.get("/metrics").text)
    assert page == {name for name in served if not name.endswith("_created")}
