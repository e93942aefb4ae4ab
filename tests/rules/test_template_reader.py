"""Files of templates: all that is wrong at once, each with its place, the nearest name, a cure."""

from importlib.resources import files

import pytest

from rules.template_reader import TemplatesInvalid, parse, read_all

FILE = """\
collection: replies
owner: team/customer-care
locale: en
slots:
  organisation: {from: organisation.name}
  contact: {from: [touchpoint.publicContact, organisation.contact]}
  name: {from: customer.displayName, for: personalisation, or: ""}
templates:
  - id: reply
    title: An answer
    use: The first answer by a person.
    for: {strategy: [adjust], kind: [reply], tier: [frontline]}
    when: {detection: [betrayal]}
    needs: [legal-clearance]
    aims: [concern, asking]
    effective: {from: 2026-10-01}
    slots:
      by: {stated: time}
      careful: {from: customer.vulnerable, for: contact}
    channels:
      email:
        title: Your message
        text: |
          {% if name %}Dear {{ name }},{% endif %}

          {% if careful %}Take your time. {% endif %}You hear from me by {{ by }}: {{ contact }}.
          {{ organisation }}
      sms: {text: "{{ organisation }}: by {{ by }}", segments: 1}
"""

# What stands in the file, what is written instead, where, words of the cure.
SLIPS = [
    ("strategy: [adjust]", "strategy: [ajust]", "12:22", "did you mean 'adjust'?"),
    ("tier: [frontline]", "tier: [first]", "12:53", "is none of frontline, specialist"),
    ("kind: [reply]", "knd: [reply]", "12:31", "did you mean 'kind'?"),
    ("detection: [betrayal]", "detection: [betrayel]", "13:24", "did you mean 'betrayal'?"),
    ("needs: [legal-clearance]", "needs: [legal]", "14:13", "is none of legal-clearance"),
    ("aims: [concern, asking]", "aims: [empathy]", "15:12", "is none of concern, understanding"),
    ("from: 2026-10-01", "from: 1 October", "16:23", "no date"),
    ("{stated: time}", "{stated: tme}", "18:20", "did you mean 'time'?"),
    ("{stated: time}", "{}", "18:7", "`from` or `stated`"),
    ("{stated: time}", "{stated: time, form: x}", "18:26", "no part of a slot"),
    ("customer.vulnerable", "customer.vulnrable", "19:23", "did you mean 'customer.vulnerable'?"),
    ("customer.vulnerable", "custmer.vulnerable", "19:23", "did you mean 'customer.vulnerable'?"),
    ("customer.displayName", "customer.email", "7:16", "never repeated to them"),
    ("customer.displayName", "customer.inSegment", "7:16", "holds no words; go on to its name"),
    ("for: personalisation, ", "", "7:3", "is personal; say for what"),
    ("organisation.name", "organisation.namme", "5:24", "did you mean 'organisation.name'?"),
    (
        "organisation.name}",
        "organisation.name, for: contact}",
        "5:43",
        "nothing of it is personal",
    ),
    ("organisation.name", "incident.topic", "5:24", "may have several values"),
    ("organisation.name", "team.escalatesTo", "5:24", "holds no words; go on to its name"),
    ("organisation.name", "team.name.x", "5:24", "leads nowhere; it ends a path"),
    ("email:", "e-mail:", "21:7", "did you mean 'email'?"),
    ("        title: Your message\n", "", "22:9", "has no title"),
    ("{{ by }}: {{ contact }}", "{{ bye }}: {{ contact }}", "26:", "did you mean 'by'?"),
    ("Dear {{ name }}", "Dear {{ name.first }}", "24:", "is a part of a slot"),
    ("{% if careful %}Take", "{{ careful }}{% if name %}Take", "26:", "is never shown"),
    ("segments: 1", "segments: 9", "28:64", "the channel allows 3 segments"),
    ("segments: 1", "segments: few", "28:64", "segments is a whole number"),
    ("locale: en", "locale: EN_us", "3:9", "did you mean 'en-US'?"),
    ("owner: team/customer-care", "owner: Customer care", "2:8", "an owner is the id"),
    ("id: reply", "id: My reply", "9:9", "words in small letters"),
    ("    title: An answer\n", "", "9:5", "has no title"),
    ("title: An answer", "titel: An answer", "10:5", "did you mean 'title'?"),
    ("use: The first answer by a person.", "use: ''", "11:10", "is 1 to 400 characters"),
    ("by {{ by }}", "by {{ by }", "26:", "is no wording"),
    ("collection: replies", "collection:replies", "1:1", "a space follows the colon"),
    ("slots:\n      by", "slots:\n      idle: {stated: text}\n      by", "18:7", "no text of the"),
    ("slots:\n      by", "slots:\n      By: {stated: time}\n      by", "18:7", "small letters"),
    (
        "use: The first answer by a person.",
        "use: The first answer by a person.\n    purpose: sell",
        "12:14",
        "is none of answer, contact, marketing",
    ),
    (
        "organisation: {from: organisation.name}",
        "organisation: {from: organisation.name, or: We, the people}",
        "5:51",
        "begins after a comma",
    ),
]


@pytest.mark.parametrize(("old", "new", "place", "told"), SLIPS)
def test_each_mistake_is_told_at_its_place_with_a_cure(
    old: str, new: str, place: str, told: str
) -> None:
    assert FILE.count(old) >= 1
    with pytest.raises(TemplatesInvalid) as caught:
        parse(FILE.replace(old, new, 1), file="a.yaml")
    words = str(caught.value).splitlines()
    assert any(one.startswith(f"a.yaml:{place}") and told in one for one in words), words


def test_all_mistakes_are_told_at_once() -> None:
    broken = FILE.replace("[adjust]", "[ajust]").replace("{stated: time}", "{stated: tme}")
    broken = broken.replace("segments: 1", "segments: 9")
    with pytest.raises(TemplatesInvalid) as caught:
        parse(broken, file="a.yaml")
    assert len(caught.value.diagnostics) == 3


def test_a_file_without_mistakes_is_read() -> None:
    (one,) = parse(FILE, file="a.yaml").templates
    assert one.owner == "team/customer-care"
    assert one.fits["tier"] == ("frontline",)
    assert one.aims == ("emotional_reactions", "explorations")
    assert {*one.slots} == {"by", "careful", "contact", "name", "organisation"}
    assert one.slots["careful"].chooses
    assert one.slots["contact"].paths == (
        ("touchpoint", "publicContact"),
        ("organisation", "contact"),
    )
    assert one.variants["sms"].limits.segments == 1
    assert one.variants["email"].limits.characters == 4_000


def test_two_templates_of_one_id_are_told_across_files() -> None:
    with pytest.raises(
        TemplatesInvalid, match=r"b\.yaml:9:1: 'reply': names another .* a\.yaml:9"
    ):
        read_all({"a.yaml": FILE, "b.yaml": FILE})


def test_a_text_that_is_no_yaml_is_told() -> None:
    with pytest.raises(TemplatesInvalid, match="tabs"):
        parse("collection: x\n\towner: y\n", file="a.yaml")


@pytest.mark.parametrize("text", ["[]", "a", "templates: 3", "templates: []", "collection: x"])
def test_what_is_no_collection_is_told(text: str) -> None:
    with pytest.raises(TemplatesInvalid):
        parse(text, file="a.yaml")


def test_at_least_forty_english_templates_are_shipped() -> None:
    folder = files("rules").joinpath("templates")
    texts = {one.name: one.read_text("utf-8") for one in folder.iterdir()}
    found = read_all(texts)
    assert sum(one.locale == "en" for one in found) >= 44
    assert {one.language for one in found} >= {"en", "de", "fr", "es"}
