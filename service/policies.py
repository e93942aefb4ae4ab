"""The policy that applies: a fold of policy events, compiled once a worker."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, cast

from ontology.events import Event
from ontology.facts import catalogue
from rules.policy import Policy, build
from rules.strata import Engines

KEPT: Final = 16
_BUNDLED: Final = (("rules", "books", ".yaml"), ("ontology", "shapes", ".ttl"))


class PolicyUnknown(LookupError):
    """No policy with that digest was ever proposed here."""


def packaged() -> dict[str, bytes]:
    """The bundle that attune ships: file name → content."""
    found: dict[str, bytes] = {}
    for package, folder, suffix in _BUNDLED:
        root: Traversable = files(package).joinpath(folder)
        for entry in sorted(root.iterdir(), key=lambda one: one.name):
            if entry.name.endswith(suffix):
                found[f"{package}/{folder}/{entry.name}"] = entry.read_bytes()
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A policy and the engines that evaluate it in this worker."""

    policy: Policy
    engines: Engines


class Policies:
    """Which policies were proposed and which one is active, as far as the ledger was folded."""

    def __init__(self) -> None:
        """Start with nothing folded."""
        self._files: dict[str, Mapping[str, str]] = {}
        self._compiled: OrderedDict[str, Compiled] = OrderedDict()
        self._lock = threading.Lock()
        self.active: str | None = None

    def apply(self, event: Event) -> None:
        """Fold one event; others than policy events change nothing."""
        if event.type == "policy.proposed":
            self._files[str(event.data["digest"])] = cast(Mapping[str, str], event.data["files"])
        elif event.type == "policy.activated":
            self.active = str(event.data["digest"])

    def current(self) -> Compiled:
        """The active policy.

        Raises:
            PolicyUnknown: none was activated yet.
        """
        if self.active is None:
            raise PolicyUnknown("no policy is active; `attune init` activates the packaged one")
        return self.get(self.active)

    def faults(self) -> int:
        """How often an engine of a policy in use failed lately, so that one decided alone."""
        with self._lock:
            return sum(len(compiled.engines.faults) for compiled in self._compiled.values())

    def get(self, digest: str) -> Compiled:
        """A policy by its digest, compiled on first use and kept while among the last 16 used.

        Raises:
            PolicyUnknown: it was never proposed here.
        """
        with self._lock:
            if digest in self._compiled:
                self._compiled.move_to_end(digest)
                return self._compiled[digest]
            if digest not in self._files:
                raise PolicyUnknown(f"no policy {digest!r} was proposed here")
            content = {name: text.encode() for name, text in self._files[digest].items()}
            policy = build(content, catalogue())
            compiled = Compiled(policy=policy, engines=Engines.of(policy))
            self._compiled[digest] = compiled
            while len(self._compiled) > KEPT:
                self._compiled.popitem(last=False)
            return compiled
