"""The fallback card over HTTP: what callers keep for when attune is down."""

from typing import Final

from apiflask import APIBlueprint
from flask import Response, current_app, request

from service.api.answers import answer, world
from service.compact_jws import jwk
from service.fallback_signing import Cards, SignedCard, public_key

bp = APIBlueprint("fallback", __name__, url_prefix="/v1/fallback", tag="Decisions")

JOSE: Final = "application/jose"
_CARDS: Final = "attune-fallback-cards"
_AGE: Final = "private, max-age=300"


@bp.get("")
@bp.doc(
    summary="Who answers what while attune is down: a signed card to keep; fetch it every hour.",
    responses={
        200: "JSON with the card and its JWS; with `Accept: application/jose` the JWS alone.",
        304: "It is the one you have.",
        503: "No policy is active.",
    },
)
def one() -> Response:
    """The card that holds now."""
    found = _card()
    response = _shown(found)
    response.set_etag(found.etag)
    response.headers["Cache-Control"] = _AGE
    response.headers["Vary"] = "Accept"
    response.make_conditional(request)
    return response


@bp.get("/key")
@bp.doc(
    summary="The public key of fallback cards, as JSON Web Key and in hex.",
    responses={200: "The key; keep it apart from the card."},
)
def key() -> Response:
    """The key by which cards are checked."""
    public = public_key(world())
    return answer({"jwk": jwk(public), "hex": public.hex()})


def _card() -> SignedCard:
    cards: Cards = current_app.extensions.setdefault(_CARDS, Cards())
    return cards.now(world())


def _shown(found: SignedCard) -> Response:
    if request.accept_mimetypes.best_match(["application/json", JOSE]) == JOSE:
        return Response(found.jws, content_type=JOSE)
    return answer({"card": dict(found.card), "jws": found.jws})
