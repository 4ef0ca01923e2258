"""What a person reads on a page."""

import re

from django.http import HttpResponse


def text_of(answer: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))
