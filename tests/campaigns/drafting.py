"""A campaign made from a recipe by clicking, and what a page says."""

import re

from campaigns.models import Campaign


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def make_campaign(author):
    answer = author.post("/campaigns/new/appointment/")
    assert answer.status_code == 302
    return Campaign.objects.get(), answer["Location"]
