"""Who may do what: keys, roles, scopes, and one table of every endpoint and role."""

from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.ledger import Ledger
from knowledge.sealing import KeyStore
from ontology.identity import ThingId
from ontology.lifecycle import Role
from service.clock import StoppedClock
from service.issuing import Issuer, KeyUnknown
from service.page_permits import PAGES
from service.permissions import SCOPES, covers, is_scope
from service.security import (
    NOBODY,
    OPEN,
    PERMISSIONS,
    Denied,
    HolderKind,
    KeyInvalid,
    Keyring,
    Principal,
    authorise,
)
from service.world import World

ADA, CRM = ThingId("person/ada"), ThingId("system/crm")

ROLES = ("responder", "reviewer", "legal", "governance", "trainer", "analyst", "auditor", "admin")

TABLE = """
                       res rev leg gov tra ana aud adm
decisions.create        x   x   x   .   x   .   .   .
decisions.index         x   x   x   x   x   x   x   x
decisions.one           x   x   x   x   x   x   x   x
decisions.explanation   x   x   x   x   x   x   x   x
decisions.replay        .   x   x   x   .   x   x   .
subscriptions.create    x   x   x   .   x   .   .   .
subscriptions.index     x   x   x   x   x   x   x   x
subscriptions.one       x   x   x   x   x   x   x   x
shadows.create          .   .   .   x   .   .   .   .
shadows.index           x   x   x   x   x   x   x   x
shadows.one             .   x   .   x   .   x   x   .
silences.index          x   x   x   x   x   x   x   x
silences.compared       .   x   .   x   .   x   x   .
silences.tell           x   x   x   .   x   .   .   .
silences.told           x   x   x   x   x   x   x   x
compose.create          x   x   x   x   x   .   .   .
glossary.index          x   x   x   x   x   x   x   x
glossary.reading        x   x   x   x   x   x   x   x
hindsight.look          .   x   x   x   .   .   x   .
observations.take       x   .   .   .   x   x   .   x
observations.index      x   x   x   x   x   x   x   x
signals.one             x   .   .   .   x   x   .   x
signals.batch           x   .   .   .   x   x   .   x
intake.account          .   .   .   x   .   x   x   x
records.put             x   x   .   x   .   .   .   x
records.one             x   x   x   x   .   .   x   x
records.remove          .   .   .   x   .   .   .   x
geofences.put           x   x   .   x   .   .   .   x
geofences.index         x   x   x   x   x   x   x   x
geofences.locate        x   x   x   x   x   x   x   x
validations.index       x   x   x   x   x   x   x   x
validations.one         x   x   .   .   x   x   .   .
incidents.index         x   x   x   x   x   x   x   x
incidents.one           x   x   x   x   x   x   x   x
sitreps.one             x   x   x   x   x   x   x   x
cap.alert               x   x   x   x   x   x   x   x
reports.index           x   x   x   x   x   x   x   x
reports.one             x   x   x   x   x   x   x   x
reports.ask             x   x   x   x   x   x   x   x
journeys.zones          x   x   x   x   x   x   x   x
journeys.picture        x   x   x   x   x   x   x   x
alerts.index            x   x   x   x   x   x   x   x
alerts.fatigue          x   x   x   x   x   x   x   x
alerts.one              x   x   x   x   x   x   x   x
findings.look           x   x   x   x   .   x   x   .
findings.drawn          x   x   x   x   .   x   x   .
findings.rule           .   .   .   x   .   .   .   .
findings.known          x   x   x   x   .   x   x   .
findings.index          x   x   x   x   .   x   x   .
findings.one            x   x   x   x   .   x   x   .
findings.put            x   x   x   x   .   x   .   .
findings.drop           x   x   x   x   .   x   .   .
snoozes.create          x   x   .   x   .   .   .   .
snoozes.index           x   x   x   x   x   x   x   x
snoozes.often           x   x   x   x   x   x   x   x
snoozes.which           x   x   x   x   x   x   x   x
snoozes.one             x   x   x   x   x   x   x   x
links.index             x   x   x   x   .   .   x   x
links.one               x   x   x   x   .   .   x   x
acts.act                x   x   x   x   x   x   .   x
acts.queue              x   x   x   x   x   x   x   x
precedents.search       x   x   x   x   x   x   x   x
precedents.one          x   x   x   x   x   x   x   x
precedents.cases        .   x   x   x   x   .   .   .
precedents.replaced     .   x   x   x   x   .   .   .
precedents.put          .   x   x   x   x   .   .   .
debriefs.index          x   x   x   x   x   x   x   x
debriefs.one            x   x   x   x   x   .   x   .
debriefs.assign_one     x   x   .   x   x   .   .   .
debriefs.actions        x   x   x   x   x   x   x   x
ledger.head             x   x   x   x   x   x   x   x
ledger.event            .   x   x   x   .   .   x   x
ledger.consistency      x   x   x   x   x   x   x   x
platforms.index         x   x   x   x   x   x   x   x
platforms.negotiate     x   x   x   x   x   x   x   x
policies.active         x   x   x   x   x   x   x   x
policies.index          x   x   x   x   x   x   x   x
policies.one            x   x   x   x   x   x   x   x
policies.signed         .   .   .   x   .   .   x   x
policies.create         .   .   .   x   .   .   .   .
coefficients.one        x   x   x   x   x   x   x   x
coefficients.put        .   .   .   x   .   .   .   .
reasons.unfired         x   x   x   x   x   x   x   x
reasons.otherwise       x   x   x   x   x   x   x   x
reasons.picture         x   x   x   x   x   x   x   x
alert_budget.create     .   .   .   x   .   .   .   .
alert_budget.drawn      .   x   .   x   .   x   x   .
alert_budget.index      .   x   .   x   .   x   x   .
connectors.confirm      x   x   .   .   .   .   .   .
connectors.create       .   .   .   .   .   .   .   x
connectors.index        x   x   x   x   x   x   x   x
connectors.one          x   x   x   x   x   x   x   x
connectors.remove       .   .   .   .   .   .   .   x
connectors.work         x   x   .   .   .   .   .   .
plans.index             x   x   x   x   x   x   x   x
plans.one               x   x   x   x   x   x   x   x
deviations.create       x   x   x   .   x   .   .   .
deviations.index        x   x   x   x   x   x   x   x
deviations.one          x   x   x   x   x   x   x   x
deviations.templates    x   x   x   x   x   x   x   x
guidelines.acknowledge  x   x   x   x   x   x   .   x
guidelines.acknowledgements x x   x   x   x   x   x   x
guidelines.create       x   x   x   x   x   .   .   .
guidelines.difference   x   x   x   x   x   x   x   x
guidelines.due          x   x   x   x   x   x   x   x
guidelines.holding      x   x   x   x   x   x   x   x
guidelines.index        x   x   x   x   x   x   x   x
guidelines.lacking      x   x   x   x   x   x   x   x
guidelines.one          x   x   x   x   x   x   x   x
duties.index            x   x   x   x   x   x   x   x
duties.one              x   x   x   x   x   x   x   x
kpis.index              x   x   x   x   x   x   x   x
kpis.lacking            x   x   x   x   x   x   x   x
kpis.matrix             x   x   x   x   x   x   x   x
kpis.measure            x   x   .   x   .   x   .   x
kpis.one                x   x   x   x   x   x   x   x
messages.change         x   x   x   .   x   .   .   .
messages.create         x   x   x   .   x   .   .   .
messages.hold           x   x   x   .   x   .   .   .
messages.index          x   x   x   x   x   x   x   x
messages.one            x   x   x   x   x   x   x   x
messages.publish        x   x   x   .   x   .   .   .
messages.reading        x   x   x   x   x   x   x   x
messages.refusals       x   x   x   x   x   x   x   x
messages.submit         x   x   x   .   x   .   .   .
pathways.create         x   x   x   .   .   .   .   .
pathways.index          x   x   x   x   x   x   x   x
pathways.of_message     x   x   x   x   x   x   x   x
pathways.one            x   x   x   x   x   x   x   x
postings.index          x   x   x   x   x   x   x   x
postings.load           x   x   x   .   x   .   .   .
routings.index          x   x   x   x   x   x   x   x
routings.one            x   x   x   x   x   x   x   x
drills.create           .   .   .   x   x   .   .   .
drill_doors.doors       x   x   x   x   x   x   x   x
drills.index            x   x   x   x   x   x   x   x
drills.inject           .   .   .   x   x   .   .   .
drills.one              x   x   x   x   x   x   x   x
drills.said             x   x   x   x   x   x   x   x
drill_scenarios.one     .   .   .   x   x   .   .   .
drill_scenarios.form    x   x   x   x   x   x   x   x
drill_scenarios.index   x   x   x   x   x   x   x   x
drills.propose          .   .   .   x   .   .   .   .
drills.score            .   .   .   x   x   .   .   .
drills.scored           x   x   x   x   x   x   x   x
drills.step             .   .   .   x   x   .   .   .
drills.story            x   x   x   x   x   x   x   x
sessions.agreement      x   x   x   x   x   x   x   x
sessions.agreements     x   x   x   x   x   x   x   x
sessions.cases          x   x   x   x   x   x   x   x
sessions.cast           x   x   x   x   x   x   .   x
sessions.index          x   x   x   x   x   x   x   x
sessions.one            x   x   x   x   x   x   x   x
campaigns.create        x   x   .   x   .   .   .   .
campaigns.index         x   x   x   x   x   x   x   x
campaigns.one           x   x   x   x   x   x   x   x
campaigns.people        x   x   x   x   .   .   x   x
campaigns.person        x   x   x   x   .   .   x   x
campaigns.share         x   x   x   x   .   .   x   x
campaigns.share_csv     x   x   x   x   .   .   x   x
panels.create           .   x   .   x   x   .   .   .
panels.index            x   x   x   x   x   x   x   x
panels.one              x   x   x   x   x   x   x   x
panels.seats            x   x   x   x   .   .   .   x
panels.reply            x   x   .   x   .   .   .   x
panels.ask              .   x   .   x   x   .   .   .
panels.votes            x   x   x   x   x   x   x   x
panels.vote             x   x   x   x   x   x   x   x
panels.cast             x   x   x   x   x   x   .   x
assessments.create      x   x   x   x   x   x   x   x
assessments.index       x   x   x   x   x   x   x   x
assessments.one         x   x   x   x   x   x   x   x
assessments.act         x   x   x   x   x   x   x   x
tone.reply              x   x   x   x   x   x   x   x
assessments.source      x   x   x   x   x   x   x   x
slas.create             x   x   .   x   .   .   .   .
slas.index              x   x   x   x   x   x   x   x
slas.one                x   x   x   x   x   x   x   x
slas.clocks             x   x   x   x   .   .   x   x
activities.create       x   x   .   .   .   .   .   x
activities.holds        x   x   x   x   x   x   x   x
activities.index        x   x   x   x   x   x   x   x
activities.one          x   x   x   x   x   x   x   x
briefs.create           x   x   x   .   x   .   .   .
briefs.index            x   x   x   x   x   x   x   x
briefs.one              x   x   x   x   x   x   x   x
correction_requests.create x   x   x   .   .   .   .   .
correction_requests.index x   x   x   x   x   x   x   x
correction_requests.one x   x   x   x   x   x   x   x
embargoes.create        x   x   x   .   .   .   .   .
embargoes.index         x   x   x   x   x   x   x   x
embargoes.one           x   x   x   x   x   x   x   x
enquiries.create        x   x   x   .   .   .   .   .
enquiries.index         x   x   x   x   x   x   x   x
enquiries.one           x   x   x   x   x   x   x   x
enquiries.remark        x   x   x   .   .   .   .   .
webhooks.create         .   .   .   .   .   .   .   x
webhooks.index          .   .   .   .   .   .   x   x
webhooks.remove         .   .   .   .   .   .   .   x
webhooks.deliveries     .   .   .   .   .   .   x   x
webhooks.redeliver      .   .   .   .   .   .   .   x
policies.history        x   x   x   x   x   x   x   x
policy_history.difference x   x   x   x   x   x   x   x
policy_history.blamed x   x   x   x   x   x   x   x
policy_drafts.create .   .   .   x   .   .   .   .
policy_drafts.index x   x   x   x   x   x   x   x
policy_drafts.show x   x   x   x   x   x   x   x
policy_drafts.files x   x   x   x   x   x   x   x
policy_drafts.read x   x   x   x   x   x   x   x
policy_drafts.write .   .   .   x   .   .   .   .
policy_drafts.remove .   .   .   x   .   .   .   .
policy_drafts.diagnostics x   x   x   x   x   x   x   x
policy_drafts.changes x   x   x   x   x   x   x   x
policy_drafts.undo .   .   .   x   .   .   .   .
policy_drafts.rebase .   .   .   x   .   .   .   .
policy_drafts.put_forward .   .   .   x   .   .   .   .
policy_drafts.lock .   .   .   x   .   .   .   .
policy_drafts.unlock .   .   .   x   .   .   .   .
fallback.one            x   x   x   x   x   x   x   x
fallback.key            x   x   x   x   x   x   x   x
jobs.kinds              x   x   x   x   x   x   x   x
jobs.create             x   x   x   x   x   x   x   x
jobs.index              x   x   x   x   x   x   x   x
jobs.one                x   x   x   x   x   x   x   x
jobs.result             x   x   x   x   x   x   x   x
jobs.cancel             x   x   x   x   x   x   x   x
jobs.remove             x   x   x   x   x   x   x   x
clock.now               x   x   x   x   x   x   x   x
clock.advance           .   .   .   .   x   .   .   x
"""

ROWS = {line.split()[0]: line.split()[1:] for line in TABLE.strip().splitlines()[1:]}
CELLS = [
    (endpoint, role, mark == "x")
    for endpoint, marks in ROWS.items()
    for role, mark in zip(ROLES, marks, strict=True)
]


@pytest.fixture(scope="module")
def numbers() -> "count[int]":
    return count(1)


@pytest.fixture
def issuer(bare: World, numbers: "count[int]") -> Issuer:
    return Issuer(
        bare.ledger,
        bare.keys,
        actor=ThingId("person/operator"),
        ids=lambda kind: f"{kind}/{next(numbers)}",
        now=bare.clock.now,
        random=lambda size: next(numbers).to_bytes(size, "big"),
    )


def entered(ring: Keyring, text: str | None, endpoint: str, now: datetime) -> Principal:
    return authorise(ring, None if text is None else f"Bearer {text}", endpoint, now)


def test_the_table_has_every_endpoint_that_needs_a_key() -> None:
    assert (
        ROWS.keys()
        == {one for one, allowed in PERMISSIONS.items() if allowed is not OPEN} - PAGES.keys()
    )
    assert ROWS.keys() == SCOPES.keys() - PAGES.keys()  # pages have tests of their own


@pytest.fixture(scope="module")
def one_of_each(tmp_path_factory: pytest.TempPathFactory) -> tuple[Keyring, dict[str, str]]:
    folder, numbers = tmp_path_factory.mktemp("roles"), count(1)
    keys = KeyStore.open(folder / "keys")
    ledger = Ledger.open(f"sqlite:///{folder}/ledger.db", keys=keys, now=StoppedClock(NOW).now)
    issuer = Issuer(
        ledger,
        keys,
        actor=ADA,
        ids=lambda kind: f"{kind}/{next(numbers)}",
        now=StoppedClock(NOW).now,
    )
    texts = {role: issuer.create(ADA, [role])[1] for role in ROLES}
    ring = issuer.keyring()
    ledger.close()
    keys.close()
    return ring, texts


NOW = datetime.fromisoformat("2026-11-22T08:30:00Z")


@pytest.mark.parametrize(("endpoint", "role", "allowed"), CELLS)
def test_each_role_enters_exactly_where_the_table_says(
    one_of_each: tuple[Keyring, dict[str, str]], endpoint: str, role: str, *, allowed: bool
) -> None:
    ring, texts = one_of_each
    try:
        entered(ring, texts[role], endpoint, NOW)
    except Denied as denied:
        outcome = "unknown" if denied.unknown else "forbidden"
    else:
        outcome = "enters"
    assert outcome == ("enters" if allowed else "forbidden")


@pytest.mark.parametrize("endpoint", [one for one, who in PERMISSIONS.items() if who is OPEN])
def test_open_endpoints_ask_for_no_key(
    one_of_each: tuple[Keyring, dict[str, str]], endpoint: str
) -> None:
    assert entered(one_of_each[0], None, endpoint, NOW) == NOBODY


@pytest.mark.parametrize("endpoint", ROWS)
def test_every_other_endpoint_asks_for_one(
    one_of_each: tuple[Keyring, dict[str, str]], endpoint: str
) -> None:
    with pytest.raises(Denied, match="needs a key") as denied:
        entered(one_of_each[0], None, endpoint, NOW)
    assert denied.value.unknown


def test_an_endpoint_that_the_table_lacks_is_closed_to_all(issuer: Issuer) -> None:
    _, text = issuer.create(ADA, ROLES)
    with pytest.raises(Denied) as denied:
        entered(issuer.keyring(), text, "surprise.door", NOW)
    assert not denied.value.unknown


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Basic YWRhOmFkYQ==",
        "Bearer nonsense",
        "Bearer attune_1_" + "0" * 64,
        "Bearer attune_1_" + "é" * 64,
    ],
)
def test_what_is_no_live_key_is_unknown(issuer: Issuer, header: str) -> None:
    issuer.create(ADA, ["admin"])
    with pytest.raises(Denied) as denied:
        authorise(issuer.keyring(), header, "webhooks.create", NOW)
    assert denied.value.unknown


def test_the_right_id_with_another_secret_is_unknown(issuer: Issuer) -> None:
    _, text = issuer.create(ADA, ["admin"])
    forged = text[:-1] + ("0" if text[-1] != "0" else "1")
    with pytest.raises(Denied, match="unknown"):
        entered(issuer.keyring(), forged, "webhooks.create", NOW)


def test_a_key_opens_until_it_expires(issuer: Issuer) -> None:
    _, text = issuer.create(ADA, ["admin"], expires=NOW + timedelta(hours=1))
    ring = issuer.keyring()
    assert entered(ring, text, "webhooks.create", NOW + timedelta(minutes=59)).holder == ADA
    with pytest.raises(Denied):
        entered(ring, text, "webhooks.create", NOW + timedelta(hours=1))


def test_a_revoked_key_opens_nothing(issuer: Issuer) -> None:
    key, text = issuer.create(ADA, ["admin"])
    issuer.revoke(key.id, "lost")
    with pytest.raises(Denied):
        entered(issuer.keyring(), text, "webhooks.create", NOW)


def test_a_key_revoked_twice_is_said_to_be_gone(issuer: Issuer) -> None:
    key, _ = issuer.create(ADA, ["admin"])
    issuer.revoke(key.id, "lost")
    with pytest.raises(KeyUnknown, match="no live key"):
        issuer.revoke(key.id, "lost")


def test_scopes_narrow_what_the_roles_allow(issuer: Issuer) -> None:
    _, text = issuer.create(ADA, ["admin"], ["read:*"])
    ring = issuer.keyring()
    assert entered(ring, text, "webhooks.index", NOW).holder == ADA
    with pytest.raises(Denied, match="write:webhooks"):
        entered(ring, text, "webhooks.create", NOW)


def test_scopes_never_add_to_the_roles(issuer: Issuer) -> None:
    _, text = issuer.create(ADA, ["analyst"], ["*:*"])
    with pytest.raises(Denied, match="is for admin"):
        entered(issuer.keyring(), text, "webhooks.create", NOW)


def test_rotating_gives_the_other_of_a_pair_and_both_open(issuer: Issuer) -> None:
    first, old = issuer.create(ADA, ["admin"], ["read:webhooks"])
    second, new = issuer.rotate(first.id)
    assert (first.pair, second.pair, second.line) == ("a", "b", first.id)
    assert (second.roles, second.scopes) == (first.roles, first.scopes)
    ring = issuer.keyring()
    assert entered(ring, old, "webhooks.index", NOW).key == first.id
    assert entered(ring, new, "webhooks.index", NOW).key == second.id


def test_rotating_again_takes_the_place_of_the_oldest(issuer: Issuer) -> None:
    first, old = issuer.create(ADA, ["admin"])
    second, _ = issuer.rotate(first.id)
    third, _ = issuer.rotate(second.id)
    assert third.pair == "a"
    with pytest.raises(Denied):
        entered(issuer.keyring(), old, "webhooks.index", NOW)


def test_a_rotated_key_lives_as_long_as_the_first_was_to(
    issuer: Issuer, clock: StoppedClock
) -> None:
    first, _ = issuer.create(ADA, ["admin"], expires=NOW + timedelta(days=30))
    clock.advance(NOW + timedelta(days=20))
    second, _ = issuer.rotate(first.id)
    assert second.expires == NOW + timedelta(days=50)


def test_the_key_itself_is_nowhere_in_the_home(issuer: Issuer, bare: World) -> None:
    _, text = issuer.create(ADA, ["admin"])
    secret = text.rpartition("_")[2]
    for file in bare.settings.home.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert secret.encode() not in content
            assert bytes.fromhex(secret) not in content


def test_the_same_key_has_another_hash_in_another_home(issuer: Issuer) -> None:
    _, text = issuer.create(ADA, ["admin"])
    (key,) = issuer.keyring().keys()
    assert Keyring(b"another pepper").find(text, NOW) is None
    assert text not in key.hash


@pytest.mark.parametrize(
    ("holder", "roles", "scopes", "words"),
    [
        ("team/legal", ["legal"], [], "neither person/… nor system/…"),
        ("person/ada", [], [], "needs a role"),
        ("person/ada", ["king"], [], "'king' is no role"),
        ("person/ada", ["attune"], [], "'attune' is no role"),
        ("person/ada", ["legal"], ["everything"], "'everything' is no scope"),
        ("person/ada", ["legal"], ["read:teapots"], "'read:teapots' is no scope"),
    ],
)
def test_what_makes_no_key_is_refused(
    issuer: Issuer, holder: str, roles: list[str], scopes: list[str], words: str
) -> None:
    with pytest.raises(KeyInvalid, match=words):
        issuer.create(ThingId(holder), roles, scopes)


def test_every_reason_is_told_at_once(issuer: Issuer) -> None:
    with pytest.raises(KeyInvalid) as caught:
        issuer.create(ThingId("team/x"), ["king"], ["all"], expires=NOW - timedelta(days=1))
    assert len(caught.value.problems) == 4


def who(kind: str) -> Principal:
    holder = {"person": ADA, "system": CRM}[kind]
    roles = frozenset({Role.RESPONDER})
    return Principal(key=ThingId("key/1"), holder=holder, roles=roles, kind=HolderKind(kind))


def test_a_person_acts_with_a_key_of_their_own() -> None:
    assert (who("person").actor().id, who("person").actor().via) == (ADA, None)


def test_a_system_speaks_for_a_person_with_its_own_roles() -> None:
    actor = who("system").actor(ADA)
    assert (actor.id, actor.via) == (ADA, "key/1")
    assert actor.roles == {Role.RESPONDER}


def test_a_system_that_acts_by_itself_is_no_person_either() -> None:
    assert who("system").actor().via == "key/1"


def test_a_person_speaks_for_nobody_else() -> None:
    with pytest.raises(Denied, match="can't speak for"):
        who("person").actor(ThingId("person/ben"))


def test_a_system_speaks_for_people_only() -> None:
    with pytest.raises(Denied):
        who("system").actor(ThingId("system/other"))


SCOPE = st.tuples(
    st.sampled_from(["read", "write", "*"]), st.sampled_from(["decisions", "ledger", "*"])
).map(":".join)


@given(st.frozensets(SCOPE, min_size=1), SCOPE, st.sampled_from(sorted(SCOPES.values())))
def test_another_scope_never_takes_a_right_away(
    held: frozenset[str], more: str, needed: str
) -> None:
    assert is_scope(more)
    assert not covers(held, needed) or covers(held | {more}, needed)


@given(st.text(max_size=200))
def test_no_text_opens_an_empty_ring(text: str) -> None:
    assert Keyring(b"pepper").find(text, NOW) is None
