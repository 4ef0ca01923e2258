"""Tokens of counted links name one message and cannot be forged, altered or used for another table."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.tracking import tokens
from delivery.tracking.tokens import Mark, TokenBroken

CLINIC = UUID("01930000-0000-7000-8000-000000000001")
TABLE = b"12345678"
MESSAGE = UUID("01930000-0000-7000-8000-000000000002")


@given(st.uuids(), st.uuids(), st.binary(min_size=8, max_size=8))
def test_a_token_leads_back_to_its_message_and_table(tenant_id, message_id, reference):
    token = tokens.marker(tenant_id, reference).token(message_id)
    assert len(token) == tokens.TOKEN_LETTERS
    assert tokens.check(token) == Mark(tenant_id.bytes, message_id.bytes, reference)


@given(st.integers(min_value=0, max_value=71))
def test_an_altered_token_is_broken(position):
    token = tokens.marker(CLINIC, TABLE).token(MESSAGE)
    altered = token[:position] + ("A" if token[position] != "A" else "B") + token[position + 1 :]
    with pytest.raises(TokenBroken):
        tokens.check(altered)


@pytest.mark.parametrize("token", ["", "x", "é" * 72, "A" * 71, "A" * 72, "A" * 76])
def test_other_text_is_no_token(token):
    with pytest.raises(TokenBroken):
        tokens.check(token)


def test_a_marker_shows_no_key():
    assert "key" not in repr(tokens.marker(CLINIC, TABLE))
