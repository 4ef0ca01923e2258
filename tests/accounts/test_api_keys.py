import hashlib

import pytest

from accounts.api_keys import KeyNotReadable, hashed, hint, new_secret


def test_a_new_key_is_recognizable_and_never_the_same():
    first, second = new_secret(), new_secret()
    assert first.startswith("sk_live_")
    assert len(first) == len("sk_live_") + 43 + 6
    assert first != second
    assert hint(first) == first[:12]


def test_stores_nothing_of_a_key_but_its_hash():
    key = new_secret()
    assert hashed(key) == hashlib.sha256(key.encode()).digest()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "",
        lambda key: key[:-1],
        lambda key: key + "0",
        lambda key: key.replace("sk_live_", "sk_test_"),
        lambda key: key[:20] + ("A" if key[20] != "A" else "B") + key[21:],
        lambda key: f" {key}",
        lambda _: "sk_live_ş",
    ],
)
def test_tells_a_mistyped_key_without_looking_it_up(spoil):
    with pytest.raises(KeyNotReadable):
        hashed(spoil(new_secret()))
