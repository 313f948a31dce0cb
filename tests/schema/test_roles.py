"""Roles and choices are held against the variables they name."""

import pytest

from campaign_effect.errors import SchemaError
from campaign_effect.schema.files import parse_schema
from campaign_effect.schema.model import Schema
from campaign_effect.schema.writing import schema_as_yaml

FORM = """\
name: form
keep: [unfinished]
scales:
  - name: media
    points: [{code: wa, text: WhatsApp}, {code: fb, text: Facebook}, {code: none, text: None}]
  - name: agreed
    points: [{code: "yes", text: Ya}, {code: "no", text: Tidak}]
variables:
  - {name: sources, column: Dari mana?, scale: media, type: choices, none: none}
  - {name: consent, column: Bersedia?, scale: agreed}
  - {name: age, column: Usia, low: 17, aside: [{code: 98, text: Tidak tahu}]}
  - {name: weight, column: Bobot, type: number}
roles:
  exposures: [{variable: sources_wa, platform: whatsapp}, {variable: sources}]
  controls: [sources_fb]
  consent: {variable: consent, agreed: "yes"}
  attention: [{variable: consent, right: ["yes"]}]
  weight: weight
  id: _id
  started: start
  submitted: [end, _submission_time]
"""


def refused(old, new, match):
    assert old in FORM
    with pytest.raises(SchemaError, match=match):
        parse_schema(FORM.replace(old, new))


def test_every_option_is_a_variable():
    schema = parse_schema(FORM)
    assert [name for name, _, _ in schema.options] == [
        "sources_wa",
        "sources_fb",
        "sources_none",
    ]
    assert schema.roles.submitted == ("end", "_submission_time")
    assert [point.code for point in schema.aside("age")] == [98]
    assert schema.aside("sources") == ()


def test_roles_and_choices_survive_writing():
    schema = parse_schema(FORM)
    assert parse_schema(schema_as_yaml(schema)) == schema


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("sources_wa,", "source_wa,", "did you mean .sources_wa."),
        ('agreed: "yes"', "agreed: ya", "consent names 'ya'"),
        ('right: ["yes"]', "right: [ya]", r"attention\[0\] names 'ya'"),
        ("weight: weight", "weight: consent", "'consent', which is no number"),
        ("none: none", "none: no", "'sources' names 'no'"),
        ("scale: media, type: choices, none: none", "type: choices", "needs a scale"),
        ("type: choices, none: none", "none: none", "leave out none"),
        ("type: choices, none: none", "type: choices, low: 1", "leave out low"),
        ("name: consent, column", "name: sources_wa, column", "share the name 'sources_wa'"),
        ("scale: media", "scale: medium", "did you mean 'media'"),
        ("scale: agreed}", "scale: agreed, aside: [{code: 9}]}", "put the answers aside there"),
        ("keep: [unfinished]", "keep: [unfinish]", "did you mean 'unfinished'"),
    ],
)
def test_a_contradiction_is_refused(old, new, match):
    refused(old, new, match)


def test_a_schema_without_roles_has_none():
    roles = Schema(name="bare").roles
    assert (roles.consent, roles.attention, roles.id, roles.weight) == (None, (), (), None)
