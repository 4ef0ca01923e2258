import json
import re

import pytest
import yaml
from compose_spec import PyCompose

from dev import compose_secrets
from dev.places import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DATABASES = {"admin_database_url", "migrate_database_url", "backup_database_url"}
BACKUP_KEYS = {"backup_key", "backup_keys_key"}
PRIVILEGED = DATABASES | BACKUP_KEYS
HOLDS = {
    "bootstrap": DATABASES,
    "backup": {"backup_database_url", *BACKUP_KEYS},
    "restore": {"migrate_database_url", *BACKUP_KEYS},
}
OURS = ("bootstrap", "backup", "restore", "web", "deliver", "worker", "smtpd", "beat")


def test_the_compose_file_follows_the_specification():
    parsed = PyCompose.from_json(json.dumps(COMPOSE))
    assert set(parsed.service_names()) == {"postgres", "valkey", *OURS}


def test_an_unknown_key_is_noticed():
    with pytest.raises(ValueError, match="helthcheck"):
        PyCompose.from_json(json.dumps({"services": {"web": {"helthcheck": {}}}}))


def test_every_image_is_pinned():
    images = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    images += [COMPOSE["services"][name]["image"] for name in ("postgres", "valkey")]
    assert [image for image in images if not re.search(r":\d+\.\d+", image)] == []


def test_every_long_running_service_is_checked_for_health():
    for name in ("postgres", "valkey", "deliver", "worker", "smtpd", "beat"):
        assert "test" in COMPOSE["services"][name]["healthcheck"]
    assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()  # web's


def test_nothing_that_serves_holds_roles_that_see_every_tenant():
    for name in OURS:
        held = PRIVILEGED & set(COMPOSE["services"][name]["secrets"])
        assert held == HOLDS.get(name, set())


def test_no_container_of_ours_may_gain_rights():
    assert "\nUSER 10001\n" in (ROOT / "Dockerfile").read_text()
    for name in OURS:
        service = COMPOSE["services"][name]
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"]
        assert "user" not in service


def test_the_image_says_which_ciphers_there_are():
    path = re.search(r"OPENSSL_CONF=/app/(\S+)", (ROOT / "Dockerfile").read_text())[1]
    assert (
        "Ciphersuites = TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256\n"
        in (ROOT / path).read_text()
    )


def test_databases_are_reached_from_inside_only():
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "valkey", "bootstrap"):
        assert COMPOSE["services"][name]["networks"] == ["inside"]
        assert "ports" not in COMPOSE["services"][name]


def test_the_database_keeps_its_rows_where_version_18_puts_them():
    assert COMPOSE["services"]["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]


def test_the_drawn_secrets_are_those_of_the_compose_file(tmp_path):
    folder = tmp_path / "secrets"
    compose_secrets.write(folder)

    assert {path.name for path in folder.iterdir()} == set(COMPOSE["secrets"])
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(bytes.fromhex((folder / "kms_root_key").read_text())) == 32


def test_secrets_are_never_drawn_twice(tmp_path):
    folder = tmp_path / "secrets"
    compose_secrets.write(folder)
    key = (folder / "kms_root_key").read_text()

    with pytest.raises(SystemExit, match="exists already"):
        compose_secrets.write(folder)

    assert (folder / "kms_root_key").read_text() == key
