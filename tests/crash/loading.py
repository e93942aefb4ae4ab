"""A process to be killed: loads a file of every kind of outside measurement, one by one."""

import sys
from contextlib import closing
from pathlib import Path

from knowledge.measures.observation_kinds import KINDS
from service.founding import OPERATOR
from service.observation_loading import load
from service.settings import Settings
from service.world import World


def main(home: Path, folder: Path) -> None:
    """Load all and say of each kind how many rows were new, corrected and known."""
    with closing(World.open(Settings(home=home, language=False))) as world:
        for name, kind in KINDS.items():
            done = load(
                world,
                kind,
                folder / f"{name}.csv",
                mapped=None,
                rejects=folder / "bad.jsonl",
                actor=OPERATOR,
            )
            told = done.taken
            sys.stdout.write(f"{name} {told.new} {told.corrected} {told.known} {done.rejected}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
