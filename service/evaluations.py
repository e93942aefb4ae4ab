"""What `attune evaluate` measures: volume alarms, virality, language, self-labelled texts."""

from collections.abc import Sequence
from typing import Final

from service import evaluation_parts as measuring
from service.anonymity_evaluation import evaluate_anonymity
from service.evaluating import Part
from service.wording_evaluation import evaluate_claims, evaluate_disclosure, evaluate_onboarding

PARTS: Final[Sequence[Part]] = (
    Part(
        name="volume",
        heading="Volume alarms",
        about="Tweets of NAB's realTweets; each series at the limit that is best on the others.",
        folders=("volume/nab-realtweets",),
        measure=measuring.volume,
    ),
    Part(
        name="made-volume",
        heading="Volume alarms on made series",
        about="Series of our own generator, whose truth is known; never a headline.",
        folders=(),
        measure=measuring.made_volume,
    ),
    Part(
        name="unusual",
        heading="Feeds of unusual volume",
        about="The same tweets by the fact `unusual`, which knows eight days and no more.",
        folders=("volume/nab-realtweets",),
        measure=measuring.unusual,
    ),
    Part(
        name="virality",
        heading="Virality",
        about="Made-up talk of known branching factor, on seeds that nothing was tuned on.",
        folders=(),
        measure=measuring.virality,
    ),
    Part(
        name="crowds",
        heading="Copies, floods and bursts that stand for few",
        about="Hours of real crises, by the rules that attune ships; then posts planted in them.",
        folders=("feeds/crisislex-t26",),
        measure=measuring.crowds,
    ),
    Part(
        name="made-crowds",
        heading="Rules about crowds on made crowds",
        about="Real words under made accounts, platforms, regions and readers; never a headline.",
        folders=("feeds/crisislex-t26",),
        measure=measuring.made_crowds,
    ),
    Part(
        name="candidates",
        heading="Candidate incidents",
        about="Nine CrisisLex T26 feeds at once, and comments of GoEmotions as talk of nothing; "
        "every second feed by name was kept from all tuning.",
        folders=("feeds/crisislex-t26", "language/goemotions"),
        measure=measuring.candidates,
    ),
    Part(
        name="places",
        heading="Regions derived from words",
        about="Whether the region that a post's words tell of is that of its crisis.",
        folders=("feeds/crisislex-t26",),
        measure=measuring.places,
    ),
    Part(
        name="language",
        heading="Language",
        about="Public corpora, rows that were kept from every fit, the heads that attune ships.",
        folders=(
            "language/goemotions",
            "language/irony",
            "language/isarcasm",
        ),
        measure=measuring.language,
    ),
    Part(
        name="empathy",
        heading="Empathy",
        about="EPITOME, rows whose seekers were kept, as they stand and attacked; intervals are "
        "of bootstraps over seekers.",
        folders=("language/epitome",),
        measure=measuring.empathy,
    ),
    Part(
        name="coverage",
        heading="Risk and coverage",
        about="How often the surest share of judgements is wrong, the rest left to people.",
        folders=("language/goemotions", "language/irony", "language/isarcasm"),
        measure=measuring.coverage,
    ),
    Part(
        name="labelled",
        heading="Urgency and betrayal, self-labelled",
        about="Labelled by the authors and a language model, [twice](labelling.md): no headline.",
        folders=(),
        measure=measuring.labelled,
    ),
    Part(
        name="disclosure",
        heading="Disclosure, self-labelled",
        about="Harm, fault and non-apologies as the authors [labelled](disclosure.md) them.",
        folders=(),
        measure=evaluate_disclosure,
    ),
    Part(
        name="claims",
        heading="Claims and promises, self-labelled",
        about="What messages [commit to](claims.md), as the authors labelled it: no headline.",
        folders=(),
        measure=evaluate_claims,
    ),
    Part(
        name="retrieval",
        heading="Retrieval",
        about="Precedents are [ranked](training.md) by meaning and words; differences are paired "
        "by question. Held-out folds: the setting is chosen on the other questions of both.",
        folders=("retrieval/cranfield", "retrieval/banking77"),
        measure=measuring.retrieval,
    ),
    Part(
        name="trainers",
        heading="Questions of trainers, self-labelled",
        about="Asked of the sample cases, graded twice by the authors and a language model: "
        "no headline.",
        folders=(),
        measure=measuring.trainers,
    ),
    Part(
        name="anonymity",
        heading="Anonymity of cases, self-labelled",
        about="Made-up texts in which the authors and a language model marked all that names "
        "somebody; nobody is known by name beforehand, and rules were changed by the "
        "development half only: no headline. A mention is found where none of its words stays.",
        folders=(),
        measure=evaluate_anonymity,
    ),
    Part(
        name="onboarding",
        heading="Outdated onboarding material, self-labelled",
        about="Statements that the authors [labelled](onboarding.md); those called fresh were "
        "written after the first rules, and no rule was made for them: no headline.",
        folders=(),
        measure=evaluate_onboarding,
    ),
)
"""Every subject, in the order of the page."""
