"""What a check of a domain sees through the settings' door."""

import json

import pytest

from config.dns import look_up

ZONE = {
    "mx": {"bounce.elm.example": [[10, "bounce.sealpost.example"]]},
    "a": {},
    "txt": {"_dmarc.elm.example": ["v=DMARC1; p=none"]},
    "servfail": ["broken.example"],
}


@pytest.mark.parametrize(
    ("name", "kind", "values"),
    [
        ("bounce.elm.example", "MX", ("10 bounce.sealpost.example",)),
        ("bounce.elm.example", "TXT", ()),
        ("_dmarc.elm.example", "TXT", ("v=DMARC1; p=none",)),
        ("nowhere.example", "TXT", ()),
        ("broken.example", "TXT", None),
    ],
)
def test_tells_absent_from_unanswered(settings, tmp_path, name, kind, values):
    file = tmp_path / "zone.json"
    file.write_text(json.dumps(ZONE))
    settings.DELIVERY_ZONE_FILE = str(file)
    assert look_up(name, kind) == values


def test_sees_a_record_that_was_just_added(settings, tmp_path):
    file = tmp_path / "zone.json"
    file.write_text(json.dumps({**ZONE, "txt": {}}))
    settings.DELIVERY_ZONE_FILE = str(file)
    assert look_up("_dmarc.elm.example", "TXT") == ()
    file.write_text(json.dumps(ZONE))
    assert look_up("_dmarc.elm.example", "TXT") == ("v=DMARC1; p=none",)
