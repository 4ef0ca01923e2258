"""Messages a second that one core writes and signs twice, without a wire, against `openssl speed`.

Once from the compiled form, and once with the text of each message encoded when it is written, as that of
letters is which other systems wrote. Both count CPU seconds.
"""

import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from benchmarks.measurement import Measurement
from benchmarks.send import prepare
from benchmarks.workplace import clinic, rsa2048_signatures_per_second

if TYPE_CHECKING:
    from campaigns.compilation import Rendered
    from delivery.drafts.draft import Draft

GOAL, ENCODED_GOAL = 0.55, 0.15
LAYERS = ("rendering", "quoted-printable", "headers", "MIME", "DKIM twice")


def main() -> int:
    with clinic():
        prepare()
        drafts = drafted()
        compiled = built_per_second(drafts)
        encoded = built_per_second([replace(each, write=encoding(each)) for each in drafts])
    limit = rsa2048_signatures_per_second()
    unit = "messages/s"
    figures = [
        Measurement("send.build_sign", compiled, unit, limit, compiled / limit, GOAL, LAYERS),
        Measurement(
            "send.build_sign.encoded", encoded, unit, limit, encoded / limit, ENCODED_GOAL, LAYERS
        ),
    ]
    for figure in figures:
        print(figure.line())
    return int(not all(figure.reaches_goal for figure in figures))


def drafted() -> "list[Draft]":
    """A chunk of the campaign's messages, ready but for their text."""
    from delivery import worker
    from delivery.drafters import drafters
    from delivery.drafts.draft import Draft
    from delivery.services import lease
    from tenancy import clock

    with clock.at(clock.now() + timedelta(minutes=2)):
        messages = lease.claim(worker.CHUNK, stopped=()).messages
        return [each for each in drafters()["campaign"](messages) if isinstance(each, Draft)]


def built_per_second(drafts: "Iterable[Draft]") -> float:
    from delivery.wire.conversation import run

    began = time.thread_time()
    lengths = [len(run(draft.build())) for draft in drafts]
    return len(lengths) / (time.thread_time() - began)


def encoding(draft: "Draft") -> "Callable[[], Rendered]":
    """The same text, encoded anew for this message."""
    from campaigns.compilation import Rendered
    from campaigns.content.quoted import encode

    text = draft.write()
    plain, html = text.text, text.html
    return lambda: Rendered(text.subject, encode(plain), encode(html))


if __name__ == "__main__":
    sys.exit(main())
