"""The MTA-STS policy of every domain whose mail comes back to us: the same for all, as one server takes it."""

from hashlib import sha256

WEEK = 7 * 86_400  # how long others remember the policy: RFC 8461 3.2 speaks of weeks


def policy_text(host: str) -> str:
    """The file that says: our mail comes over verified TLS to this host, or not at all (3.2)."""
    lines = ("version: STSv1", "mode: enforce", f"mx: {host}", f"max_age: {WEEK}")
    return "".join(f"{line}\r\n" for line in lines)


def announcement(host: str) -> str:
    """The record's value. Its id changes with the text, and only then (3.1)."""
    identifier = sha256(policy_text(host).encode()).hexdigest()[:20]
    return f"v=STSv1; id={identifier};"
