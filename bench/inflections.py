"""Inflection: how many forms of words the glossary's endings find, and of how many other words.

Against the word forms of simplemma, of lemmas that have as many forms as nouns and adjectives
have; Snowball's stemmers beside it, which also join verbs to them.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import Stemmer
from simplemma.strategies.dictionaries import DefaultDictionaryFactory

from bench.measuring import Figure
from knowledge.language.inflections import ENDINGS, places

_STEMMERS = {"en": "english", "de": "german", "fr": "french", "es": "spanish"}
_MOST_FORMS = {"en": 2, "fr": 3, "es": 3}
_LEMMAS, _ASKED = 5_000, 1_000
_SHORTEST = 5


def measure() -> Iterator[Figure]:
    """By language: the share of forms that are found, and forms of other words a word."""
    for language in ENDINGS:
        forms = _forms(language)
        by_lemma: dict[str, set[str]] = defaultdict(set)
        for form, lemma in forms.items():
            if form.casefold() != lemma.casefold():
                by_lemma[lemma].add(form)
        lemmas = [one for one in by_lemma if _is_name(language, one, len(by_lemma[one]))]
        random.Random(1).shuffle(lemmas)  # noqa: S311 - a draw, no secret
        chosen = lemmas[:_LEMMAS]
        pairs = [(lemma, form) for lemma in chosen for form in sorted(by_lemma[lemma])]
        stem = Stemmer.Stemmer(_STEMMERS[language]).stemWord
        found = sum(bool(places(form, [lemma], language)) for lemma, form in pairs) / len(pairs)
        same = sum(stem(form.lower()) == stem(lemma.lower()) for lemma, form in pairs)
        snowball = same / len(pairs)
        yield Figure(
            name=f"forms of words found, {language}",
            value=found,
            unit="of 1",
            against="Snowball",
            ratio=found / snowball,
            note=f"of {len(pairs)}; Snowball {snowball:.3f}",
        )
        asked = chosen[:_ASKED]
        stems: dict[str, list[str]] = defaultdict(list)
        for lemma in asked:
            stems[stem(lemma.lower())].append(lemma)
        theirs = [(lemma, form) for form in forms for lemma in stems[stem(form.lower())]]
        ours = [(one.wording, one.says) for one in places(" ".join(forms), asked, language)]
        yield Figure(
            name=f"forms of other words taken for one, {language}",
            value=_others(ours, forms) / len(asked),
            unit="a word",
            note=f"Snowball {_others(theirs, forms) / len(asked):.2f}",
        )


def _forms(language: str) -> Mapping[str, str]:
    """Every form of one word with its lemma."""
    known = DefaultDictionaryFactory().get_dictionary(language)
    read = ((_text(form), _text(lemma)) for form, lemma in known.items())
    return {form: lemma for form, lemma in read if form.isalpha() and lemma.isalpha()}


def _is_name(language: str, lemma: str, forms: int) -> bool:
    """Whether a lemma is likely a noun or an adjective: by its capital, or by how few forms."""
    if len(lemma) < _SHORTEST:
        return False
    if language == "de":
        return lemma[0].isupper() and lemma[1:].islower()
    return lemma.islower() and forms <= _MOST_FORMS[language]


def _others(pairs: Iterable[tuple[str, str]], forms: Mapping[str, str]) -> int:
    found = {(lemma, form) for lemma, form in pairs if forms[form].casefold() != lemma.casefold()}
    return sum(
        forms.get(lemma, lemma).casefold() != forms[form].casefold() for lemma, form in found
    )


def _text(word: str | bytes) -> str:
    return word.decode() if isinstance(word, bytes) else word
