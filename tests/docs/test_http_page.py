import json
from collections.abc import Iterator

from werkzeug.test import TestResponse

from ontology.identity import ThingId
from ontology.lifecycle import ATTUNE
from service.clock import LiveClock
from service.issuing import Issuer
from service.webhooks import headers, message, secret
from service.world import World
from tests.conftest import Door
from tests.docs.examples import Block, blocks, differences

PAGE = "docs/http.md"


class Reader:
    """Someone who types in the page from its beginning to its end."""

    def __init__(self, world: World, desk: Door) -> None:
        self.world, self.desk = world, desk
        self.seen: dict[str, str] = {}

    def sends(self, block: Block) -> TestResponse:
        head, _, body = block.text.partition("\n\n")
        first, *more = head.splitlines()
        method, path = first.split(" ")
        for kind, name in self.seen.items():
            path = path.replace(f"{{{kind}}}", name)
        given = dict(line.split(": ") for line in more)
        key = self.key(block.words)
        answer = self.desk.http.open(
            path,
            method=method,
            json=json.loads(body) if body.strip() else None,
            headers=given | ({"Authorization": f"Bearer {key}"} if key else {}),
        )
        kind, _, name = str(answer.json and answer.json.get("id")).partition("/")
        self.seen[kind] = name
        return answer

    def key(self, words: str) -> str | None:
        if words.startswith("as-"):
            world = self.world
            issuer = Issuer(
                world.ledger, world.keys, actor=ATTUNE, ids=world.ids, now=world.clock.now
            )
            return issuer.create(ThingId("person/reader"), [words.removeprefix("as-")])[1]
        return None if words == "without-key" else self.desk.key


def pairs() -> Iterator[tuple[Block, Block]]:
    """Each request with the answer under it."""
    page = blocks(PAGE)
    for place, block in enumerate(page):
        if block.language == "http":
            assert page[place + 1].language == "json", f"{block.place} shows no answer"
            yield block, page[place + 1]


def test_every_answer_of_the_page_is_the_one_that_comes(documented: World, desk: Door) -> None:
    reader, wrong = Reader(documented, desk), []
    for asked, shown in pairs():
        answer = reader.sends(asked)
        if str(answer.status_code) != shown.words:
            wrong.append(f"{shown.place}: status {answer.status_code}: {answer.text[:500]}")
        else:
            wrong += [
                f"{shown.place}: {one}" for one in differences(json.loads(shown.text), answer.json)
            ]
    assert not wrong, "\n".join(wrong)


def test_the_signature_check_of_the_page_takes_what_attune_sends(
    documented: World, desk: Door
) -> None:
    (code,) = [block for block in blocks(PAGE) if block.language == "python"]
    desk.post("/v1/decisions", {"text": "Still no news."})
    found = documented.ledger.newest(types=["decision.made"], limit=1)
    webhook, body, now = ThingId("webhook/example"), message(found[0]), LiveClock().now()
    given = {
        "secret": secret(documented.keys, webhook),
        "body": body,
        "headers": headers(documented.keys, webhook, found[0], body, now),
    }
    exec(compile(code.text, code.place, "exec"), given)  # noqa: S102 - the page's own code
    assert given["decision"] == found[0].subject
