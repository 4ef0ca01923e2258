"""Words that nothing else contains, and how to find them in whatever shape they were stored."""

import secrets
from base64 import b64encode

LETTERS = "bcdfghjkmnpqrstvwxz"


def drawn(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))


class Marks:
    """`marks("Ada")` is a word of its own for Ada, the same each time; letters only, lower case."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        return self.words.setdefault(text, drawn(14))

    def found_in(self, stored: str) -> list[str]:
        """The texts whose marks stand in `stored`, as they are, in hexadecimal digits or in base64."""
        folded = stored.lower()
        return [
            f"{text} as {shape}"
            for text, word in self.words.items()
            for shape, needles in shapes(word).items()
            if any(needle in (stored if shape == "base64" else folded) for needle in needles)
        ]


def shapes(word: str) -> dict[str, list[str]]:
    """Base64 looks different at each of three offsets; its first and last letters depend on neighbors."""
    plain = word.encode()
    inner = [
        b64encode(b"=" * offset + plain).decode()[4 if offset else 0 : -4] for offset in (0, 1, 2)
    ]
    return {"text": [word], "hexadecimal digits": [plain.hex()], "base64": inner}
