"""What a browser says it is, in words that its owner recognizes: "Firefox on Windows"."""

from tenancy.source import agent_family

SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS ", "Chromebook"),  # codespell:ignore
    ("Linux", "Linux"),
)


def described(user_agent: str) -> str:
    """Family and system, no version: what tells devices apart and no more."""
    known = agent_family(user_agent)
    family = "Another browser" if known in ("", "other") else known
    system = next((name for token, name in SYSTEMS if token in user_agent), "")
    return f"{family} on {system}" if system else family
