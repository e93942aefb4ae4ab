"""Checking: what is wrong with a policy, and which of its cases pass, as reports."""

from dataclasses import dataclass

from ontology.events import Json
from ontology.facts import catalogue
from rules.casetables import Report, read_tables, run_tables
from service.policy_sources import compiled, source
from service.problems import Fault
from service.proposing import check, counted
from service.recorded_history import Progress
from service.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What is wrong with a policy; nothing where it could be proposed."""

    policy: str
    digest: str
    files: int
    faults: tuple[Fault, ...]

    def to_json(self) -> dict[str, Json]:
        """The report as JSON."""
        return {
            "policy": self.policy,
            "digest": self.digest,
            "files": self.files,
            "valid": not self.faults,
            "faults": [fault.json() for fault in self.faults],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of every case of a policy."""

    policy: str
    digest: str
    report: Report

    def to_json(self) -> dict[str, Json]:
        """The report as JSON: all that failed, and how many passed."""
        results = self.report.results
        failed: list[Json] = [
            {
                "file": one.file,
                "line": one.line,
                "note": one.note,
                "rule": one.rule,
                "differences": list(one.differences),
            }
            for one in results
            if not one.passed
        ]
        return {
            "policy": self.policy,
            "digest": self.digest,
            "passed": len(results) - len(failed),
            "failed": failed,
            "unpaired": list(self.report.unpaired),
        }


def checked(world: World, name: str, progress: Progress) -> Checked:
    """Check a named policy as if it were proposed; raises as `source` does."""
    found = source(world, name)
    faults = tuple(check(found.content, progress))
    return Checked(policy=name, digest=found.digest, files=len(found.files), faults=faults)


def tried(world: World, name: str, progress: Progress) -> Tried:
    """Run the cases of a named policy.

    Raises:
        Invalid: a book or a table is broken.
        SourceUnknown: no policy is meant by the name.
    """
    found = source(world, name)
    whole = compiled(world, found).policy
    report = run_tables(whole, counted(read_tables(whole, catalogue()), progress))
    return Tried(policy=name, digest=found.digest, report=report)
