"""Anonymity: what names somebody leaves a text, in English and German, and little else does."""

import pytest

from knowledge.anonymity import Anonymiser
from knowledge.anonymity_labels import labelled, marked, outcomes


@pytest.mark.parametrize(
    "line",
    [
        "{name|Okonkwo} told the desk that nobody had opened the doors.",
        "{name|Y\u0131lmaz} schrieb, dass niemand die Türen geöffnet habe.",
        "My name is {name|jonas lindqvist} and I want my money back.",
        "Contact: {name|H. Blackwood}, {phone|(212) 555-0147}.",
        "{name|O'Sullivan} and {name|MacLeod} both asked who would pay.",
        "The car with the plate {plate|KX62 WPL} stood there.",
        "Das Wohnmobil {plate|M-XY 9876} wurde abgeschleppt.",
        "Refund for account {customer|4029 1187 5530} went out.",
        "{address|Am Alten Markt 3} stand im Internet.",
        "The letter to {address|7 Tanner Close, Flat 3} came back.",
        "Die Schule in {place|Oberkleinhausen} blieb geschlossen.",
        "Der Lokführer {name|Heinz Brandstetter} bremste rechtzeitig.",
    ],
)
def test_what_names_somebody_is_replaced_whole(line: str) -> None:
    (found,) = outcomes([marked(line)])
    assert all(found.gone), Anonymiser().anonymise(found.marked.text).text


@pytest.mark.parametrize(
    "text",
    [
        "Customers asked for a public inquiry; the police said nothing.",
        "The Review Board met on Friday, and Product Safety recalled 12,000 heaters.",
        "Die Störung begann am 12. März 2024, und der Kundendienst antwortete nach 45 Minuten.",
        "Das Rote Kreuz und die Deutsche Bahn kamen um 10:45 Uhr.",
        "Die Feuerwehr sagte nichts. Der Brief kam zurück.",
        "In 2019 the company paid 4,500,000 euros to 1,200 customers.",
    ],
)
def test_what_names_nobody_stays(text: str) -> None:
    assert Anonymiser().anonymise(text).text == text


def test_our_own_labels_are_many_enough_and_kept_to() -> None:
    found = outcomes(labelled())
    assert sum(len(one.gone) for one in found) >= 200
    for language in ("en", "de"):
        spoken = [one for one in found if one.marked.language == language]
        gone = [went for one in spoken for went in one.gone]
        assert sum(gone) >= 0.85 * len(gone)
        assert sum(len(one.lost) for one in spoken) <= 0.06 * sum(one.others for one in spoken)


@pytest.mark.parametrize("text", ["", " ", "@", "{", "É", "\x00", "A" * 20_000, "a-" * 5_000])
def test_any_text_is_read(text: str) -> None:
    assert isinstance(Anonymiser().anonymise(text).text, str)
