"""Somebody who does what a page says, in a shell, in its order."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.docs.examples import Block, blocks, fits

KEPT = "shell-variables"
GIVEN = re.compile(r"\b((?:policy-proposal|decision)/)01jd3v5k8xq2\b")


class Reader:
    """Somebody who types what a page says, and puts in the ids that commands printed."""

    def __init__(self, *, url: str, home: Path, folder: Path) -> None:
        commands = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.around = os.environ | {"ATTUNE_URL": url, "ATTUNE_HOME": str(home), "PATH": commands}
        self.folder = folder
        self.last: dict[Path, str] = {}
        self.ids: dict[str, str] = {}
        (folder / KEPT).touch()

    def follows(self, page: str) -> str:
        """Do all that a page says; what its last command prints."""
        said = ""
        for block in blocks(page):
            if block.language == "sh":
                said = self.runs(block)
            elif block.language == "yaml":
                self.writes(block)
            else:
                shown = re.sub(r"(?m)^ *…$", "…", block.text)
                assert fits(shown, said), f"{block.place}:\n{said}"
        return said

    def runs(self, block: Block) -> str:
        """What the commands of a block print."""
        text = GIVEN.sub(lambda found: self.ids[found[1]], block.text)
        script = f". ./{KEPT}\n{text}\ndeclare -p ADA BEN > {KEPT} 2> /dev/null; true\n"
        done = subprocess.run(  # noqa: S603 - the page's own commands
            ["/bin/bash", "-c", script],
            cwd=self.folder,
            env=self.around,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=True,
        )
        for found in re.finditer(r"\b(policy-proposal/|decision/)[0-9a-z]{26}\b", done.stdout):
            self.ids[found[1]] = found[0]
        return done.stdout

    def writes(self, block: Block) -> None:
        """Put a block at the end of the file that its first line names, or in its place."""
        name, _, instead = block.words.partition(" ")
        path = self.folder / name
        before = self.last[path] if instead else path.read_text("utf-8")
        self.last[path] = before
        path.write_text(f"{before}{block.text}", "utf-8")
