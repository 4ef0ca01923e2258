"""The recipes of docs/api.md do what they say, from top to bottom."""

import json
import re
import shlex
from base64 import b64encode
from pathlib import Path
from typing import NamedTuple

from contacts.models import Attribute
from integrations.models import LetterDefaults
from tenancy.origins import url_on
from tests.factories.campaigns import approved_campaign
from tests.factories.compliance import agreement_in_force
from tests.integrations import oauth_client as oauth
from tests.integrations.client import System, make_system

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
RECIPE = re.compile(r"```sh\n(curl .*?)```\n\n```json (\d+)\n(.*?)```", re.DOTALL)


class Call(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: str | None


def read_call(command):
    """The parts of a curl command."""
    words = iter(shlex.split(command)[1:])
    method, path, headers, body = "GET", "", {}, None
    for word in words:
        match word:
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name.lower()] = value
            case "--json":
                method, body = "POST", next(words)
            case "-u":
                headers["authorization"] = "Basic " + b64encode(next(words).encode()).decode()
            case "-d":
                method, body = "POST", "&".join(filter(None, [body, next(words)]))
            case _:
                path = word.removeprefix("$API")
    return Call(method, path, headers, body)


def send(system, call):
    if call.path.startswith("$AUTH"):
        media_type = "application/x-www-form-urlencoded"
        path = call.path.replace("$AUTH", "/oauth")
        return oauth.browser().post(path, call.body, content_type=media_type, headers=call.headers)
    if call.path.startswith("$HOST"):
        path, token = call.path.removeprefix("$HOST"), system.headers["authorization"]
        keys = {"authorization": token, "x-postmark-server-token": token.removeprefix("Bearer ")}
        headers = {name: keys.get(name, value) for name, value in call.headers.items()}
        json_type = "application/json"
        return system.client.post(path, call.body, content_type=json_type, headers=headers)
    extra = {name: value for name, value in call.headers.items() if name != "authorization"}
    if call.method == "POST":
        return system.post(call.path, call.body, **extra)
    return system.get(call.path)


def assert_contains(answer, expected):
    """Everything that the page shows is in the answer; the answer may say more."""
    if isinstance(expected, dict):
        for key, value in expected.items():
            assert_contains(answer[key], value)
    elif isinstance(expected, list):
        assert len(answer) == len(expected)
        for one, wanted in zip(answer, expected, strict=True):
            assert_contains(one, wanted)
    else:
        assert answer == expected


def test_the_recipes_do_what_the_page_says(clinic):
    ids = {"CAMPAIGN_ID": str(approved_campaign().pk)}
    Attribute.objects.create(key="plan", label="Plan", type="choice", choices=["Medicare"])
    system = make_system()
    LetterDefaults.objects.create(key=system.key, purpose="treatment")
    client, secret = oauth.make_secret_client("contacts.read")
    ids |= {"CLIENT_ID": str(client.pk), "CLIENT_SECRET": secret}
    recipes = RECIPE.findall(PAGE.read_text())
    assert len(recipes) == PAGE.read_text().count("curl ")
    for command, status, expected in recipes:
        known = re.sub("|".join(ids), lambda name: ids[name.group()], command)
        answer = send(system, read_call(known))
        assert answer.status_code == int(status), answer.content
        said = answer.json() if answer.content else None
        assert_contains(said, json.loads(expected))
        ids["MESSAGE_ID"] = (said or {}).get("id", "")


def test_the_program_of_the_page_gets_a_token(clinic):
    agreement_in_force()
    client = oauth.make_client("contacts.read")
    program, _ = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names = {
        "CLIENT_ID": str(client.pk), "TOKEN_URL": url_on("api", "/oauth/token"), "KEY": oauth.KEYS["ec"],
    }  # fmt: skip
    exec(program, names)  # noqa: S102 - our own page
    answer = oauth.ask(names["form"])
    assert answer.status_code == 200, answer.content
    assert System(answer.json()["access_token"]).get("/contacts").status_code == 200
