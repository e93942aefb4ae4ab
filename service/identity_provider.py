"""Signing in with an identity provider: OpenID Connect's authorization code flow, with PKCE.

As OpenID Connect Core 1.0 (section 3.1) and RFC 7636 say; tokens are judged by joserfc.
"""

import base64
import hashlib
import hmac
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import httpx
import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from ontology.identity import ThingId
from service.browser_sessions import NoSession
from service.clock import monotonic_ms
from service.permissions import KEY_ROLES
from service.settings import Settings
from service.world import World

FLOW_S: Final = 600
"""How long somebody may take at the provider."""

_KEPT_MS: Final = 3_600_000.0
_AGAIN_MS: Final = 60_000.0
_WAIT_S: Final = 10.0
_SKEW_S: Final = 60
_LONGEST: Final = 262_144
_ALGORITHMS: Final = ("RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")
_SECRET: Final = "identity-provider-flow"  # noqa: S105 - the name of a secret
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What the browser keeps while somebody is at the provider; `next` is where they go then."""

    state: str
    nonce: str
    verifier: str
    next: str
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """Who came back, and what the provider's claims let them do."""

    holder: ThingId
    roles: frozenset[str]


class ProviderDown(NoSession):
    """The provider can't be asked now; keys still open sessions."""


class Provider:
    """One provider, its addresses and keys kept for an hour."""

    def __init__(self, settings: Settings) -> None:
        """Ask nothing yet.

        Raises:
            NoSession: the issuer is not reached by TLS and does not lie on this machine.
        """
        at = urlsplit(settings.oidc_issuer)
        if at.scheme != "https" and at.hostname not in _LOOPBACK:
            raise NoSession(f"{settings.oidc_issuer!r} is no issuer; write https://login.example")
        self._settings: Final = settings
        self._lock: Final = threading.Lock()
        self._kept: dict[str, tuple[float, Any]] = {}

    def leave(self, redirect: str, back: str, now: int) -> tuple[str, Flow]:
        """Where the browser goes, and what it has to bring back.

        Raises:
            ProviderDown: its addresses are not to be had.
        """
        flow = Flow(
            state=_drawn(), nonce=_drawn(), verifier=_drawn(), next=back, until=now + FLOW_S
        )
        challenge = base64.urlsafe_b64encode(hashlib.sha256(flow.verifier.encode()).digest())
        asked = {
            "response_type": "code",
            "client_id": self._settings.oidc_client_id,
            "redirect_uri": redirect,
            "scope": self._settings.oidc_scope,
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": challenge.rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        address = self._address("authorization_endpoint")
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", flow

    def came_back(
        self, world: World, flow: Flow, said: Mapping[str, str], redirect: str, now: int
    ) -> Identified:
        """Who came back from the provider.

        Raises:
            NoSession: they did not come from this flow, or what the provider says does not hold.
            ProviderDown: it can't be asked.
        """
        if not hmac.compare_digest(said.get("state", "").encode(), flow.state.encode()):
            raise NoSession("This way back does not belong to a sign-in begun here; begin again.")
        if now > flow.until:
            raise NoSession("The sign-in took longer than ten minutes; begin again.")
        if "code" not in said:
            raise NoSession(f"The provider let nobody in: {said.get('error', 'no code')[:80]}.")
        claims = self._claims(self._token(said["code"], flow.verifier, redirect), flow.nonce, now)
        return self._identified(world, claims)

    def _token(self, code: str, verifier: str, redirect: str) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "client_id": self._settings.oidc_client_id,
            "code_verifier": verifier,
        }
        answer = self._asked("POST", self._address("token_endpoint"), form)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise NoSession(
                f"The provider gave no identity: {answer.get('error', 'no id_token')}."
            )
        return token

    def _claims(self, token: str, nonce: str, now: int) -> Mapping[str, Any]:
        """The claims of an ID token that holds; new keys are asked for once where one is unknown.

        Raises:
            NoSession: it does not hold; which check failed is said, its content is not.
        """
        registry = jwt.JWTClaimsRegistry(
            now=now,
            leeway=_SKEW_S,
            iss={"essential": True, "value": self._settings.oidc_issuer.rstrip("/")},
            aud={"essential": True, "value": self._settings.oidc_client_id},
            exp={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        for fresh in (False, True):
            try:
                found = jwt.decode(token, self._keys(fresh=fresh), algorithms=[*_ALGORITHMS])
                claims = {**found.claims, "iss": str(found.claims.get("iss", "")).rstrip("/")}
                registry.validate(claims)
            except (JoseError, ValueError) as error:
                if fresh or not self._may_renew():
                    why = f"The provider's identity does not hold: {type(error).__name__}."
                    raise NoSession(why) from error
            else:
                return claims
        raise AssertionError("the second round returns or raises")

    def _identified(self, world: World, claims: Mapping[str, Any]) -> Identified:
        person = claims.get(self._settings.oidc_person_claim)
        if not isinstance(person, str) or not 0 < len(person) <= 200:  # noqa: PLR2004 - of an id
            raise NoSession(f"The provider does not say {self._settings.oidc_person_claim!r}.")
        given = claims.get(self._settings.oidc_roles_claim, ())
        values = {given} if isinstance(given, str) else {*map(str, given or ())}
        roles = {role for value, role in self._settings.oidc_roles.items() if value in values}
        roles |= {self._settings.oidc_default_role} - {""}
        if not roles or not roles <= {*KEY_ROLES}:
            known = ", ".join(sorted(self._settings.oidc_roles)) or "none"
            raise NoSession(f"None of your groups may use attune; those that may: {known}.")
        holder = world.keys.pseudonym("person", self._settings.oidc_system, person)
        return Identified(holder=holder, roles=frozenset(roles))

    def _address(self, name: str) -> str:
        found = self._found("addresses", f"{self._issuer}/.well-known/openid-configuration")
        if str(found.get("issuer", "")).rstrip("/") != self._issuer or name not in found:
            raise ProviderDown(f"{self._issuer} does not describe itself as an issuer; use a key.")
        return str(found[name])

    @property
    def _issuer(self) -> str:
        return self._settings.oidc_issuer.rstrip("/")

    def _keys(self, *, fresh: bool) -> KeySet:
        if fresh:
            self._kept.pop("keys", None)
        found = self._found("keys", self._address("jwks_uri"))
        try:
            return KeySet.import_key_set(found)  # type: ignore[arg-type] # judged by joserfc
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise ProviderDown("The provider's keys can't be read; use a key.") from error

    def _may_renew(self) -> bool:
        """Whether its keys are older than a minute: forged tokens must not make us ask on."""
        at = self._kept.get("keys", (0.0, None))[0]
        return monotonic_ms() - at > _AGAIN_MS

    def _found(self, name: str, address: str) -> Mapping[str, Any]:
        with self._lock:
            at, kept = self._kept.get(name, (0.0, None))
            if kept is None or monotonic_ms() - at > _KEPT_MS:
                kept = self._asked("GET", address)
                self._kept[name] = monotonic_ms(), kept
            return kept  # type: ignore[no-any-return] # as _asked gave it

    def _proof(self, form: Mapping[str, str] | None) -> httpx.BasicAuth | None:
        """What shows the provider that we ask (client_secret_basic); a public client has none."""
        secret = self._settings.oidc_client_secret.get_secret_value()
        client = self._settings.oidc_client_id
        return httpx.BasicAuth(quote(client), quote(secret)) if form and secret else None

    def _asked(self, method: str, address: str, form: dict[str, str] | None = None) -> Any:  # noqa: ANN401 - JSON
        try:
            answer = httpx.request(
                method, address, data=form, auth=self._proof(form), timeout=_WAIT_S
            )
            value = orjson.loads(answer.content[:_LONGEST])
        except (httpx.HTTPError, orjson.JSONDecodeError) as error:
            raise ProviderDown("The provider does not answer; sign in with a key.") from error
        if not isinstance(value, dict):
            raise ProviderDown("The provider's answer can't be read; sign in with a key.")
        return value


def packed(world: World, flow: Flow) -> str:
    """A flow as the text of a cookie that nobody can make or change."""
    text = base64.urlsafe_b64encode(orjson.dumps(asdict(flow))).decode()
    return f"{text}.{_mark(world, text)}"


def unpacked(world: World, cookie: str) -> Flow:
    """The flow in a cookie.

    Raises:
        NoSession: there is none, or it was changed.
    """
    text, _, mark = cookie.partition(".")
    if not hmac.compare_digest(mark.encode(), _mark(world, text).encode()):
        raise NoSession("No sign-in was begun in this browser; begin again.")
    return Flow(**orjson.loads(base64.urlsafe_b64decode(text)))


def _mark(world: World, text: str) -> str:
    return hmac.new(world.keys.secret(_SECRET), text.encode(), hashlib.sha256).hexdigest()


def _drawn(random: Callable[[int], bytes] = os.urandom) -> str:
    return base64.urlsafe_b64encode(random(32)).rstrip(b"=").decode()
