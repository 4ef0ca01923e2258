"""Unsubscribe links name one message and cannot be forged."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery import unsubscribe
from delivery.unsubscribe import LinkBroken, Signer

CLINIC = UUID("01930000-0000-7000-8000-000000000001")
OTHER = UUID("01930000-0000-7000-8000-000000000002")
SIGNER = Signer(CLINIC, b"k" * 32, b"a" * 32)


@given(st.uuids())
def test_a_link_leads_back_to_its_message(message_id):
    token = SIGNER.token(message_id)
    assert len(token) == 64
    assert SIGNER.check(token) == message_id
    assert unsubscribe.tenant_of(token) == CLINIC


@given(st.uuids(), st.integers(min_value=0, max_value=63))
def test_an_altered_link_is_broken(message_id, position):
    token = SIGNER.token(message_id)
    altered = token[:position] + ("A" if token[position] != "A" else "B") + token[position + 1 :]
    with pytest.raises(LinkBroken):
        SIGNER.check(altered)


def test_another_tenants_key_does_not_vouch_for_it():
    with pytest.raises(LinkBroken):
        Signer(OTHER, b"o" * 32, b"a" * 32).check(SIGNER.token(UUID(int=5)))


@pytest.mark.parametrize("token", ["", "x", "é" * 64, "A" * 63, "A" * 68])
def test_other_text_is_no_link(token):
    with pytest.raises(LinkBroken):
        unsubscribe.tenant_of(token)
