"""People of the organisation with keys of their own, who write, sign and publish messages."""

import json
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.capabilities.conftest import beside
from tests.serving import Served, attune

NUMBERS = count(1)


@dataclass(frozen=True)
class Person:
    """Somebody with a key."""

    service: Served
    id: str
    key: str

    def ask(
        self, method: str, path: str, body: object = None, status: int = 200
    ) -> dict[str, Any]:
        """Ask the service under this key."""
        with self.service.client(self.key) as client:
            answer = client.request(method, path, json=body)
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def draft(self, status: int = 201, **changes: object) -> dict[str, Any]:
        body = {
            "kind": "statement",
            "audience": "public",
            "channel": "website",
            "language": "en",
            "text": "Trains stand still near Harmon. We will say more by noon.",
            "admission": "none",
        }
        return self.ask("POST", "/v1/messages", body | changes, status)

    def act(self, thing: str, name: str, status: int = 201, **data: object) -> dict[str, Any]:
        kind, _, local = thing.partition("/")
        body = {"act": name, "data": data}
        return self.ask("POST", f"/v1/{kind}s/{local}/acts", body, status)

    def submit(self, message: str, status: int = 200) -> dict[str, Any]:
        return self.ask(
            "POST", f"/v1/{message.replace('message/', 'messages/')}/submission", status=status
        )

    def tell_colleagues(self, about: str) -> str:
        """Let those who work here hear of an incident, before the public does."""
        inside = {"kind": "internal-message", "audience": "employees", "channel": "intranet"}
        message = self.draft(incident=about, acknowledges_harm=True, status=201, **inside)["id"]
        self.submit(message)
        self.act(message, "publish")
        return str(message)

    def show(self, message: str) -> dict[str, Any]:
        return self.ask("GET", f"/v1/{message.replace('message/', 'messages/')}")


@dataclass(frozen=True)
class Desk:
    """A writer, the incident that they write about, and whoever signs for the teams."""

    service: Served
    writer: Person
    about: str
    signers: dict[str, Person] = field(default_factory=dict)

    def approved(self, **changes: Any) -> str:
        """A statement that everybody who is asked has signed."""
        message = str(self.writer.draft(incident=self.about, **changes)["id"])
        for asked in self.writer.submit(message)["approvals"]:
            team = asked["routedTo"]
            if team not in self.signers:
                self.signers[team] = person(self.service, team, "reviewer", "legal")
            self.signers[team].act(asked["id"], "grant")
        return message


def person(service: Served, team: str, *roles: str) -> Person:
    """Somebody new of a team, enrolled on the command line."""
    key = {"system": "staff", "key": f"governed-{next(NUMBERS)}"}
    record = {"type": "Person", "key": key, "properties": {"memberOf": team}}
    name = service.post("/v1/records", record)["id"]
    words = [word for role in roles for word in ("--role", role)]
    holder = ("--holder", name, "--actor", "person/operator")
    made = attune("keys", "create", *holder, *words, "--json", env=beside(service))
    assert made.returncode == 0, made.stderr
    return Person(service, name, json.loads(made.stdout)["key"])


def incident(service: Served, name: str, **properties: object) -> str:
    """An open incident."""
    record = {"type": "Incident", "id": f"incident/{name}"}
    said = {"name": name, "topic": [name], "ownedBy": "team/crisis-office", **properties}
    service.post("/v1/records", record | {"properties": said})
    service.post(f"/v1/incidents/{name}/acts", {"act": "open"})
    return f"incident/{name}"
