"""What MTA-STS policies say (RFC 8461 3.2), and with which certificates they are published."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from dev.mailbench import policy_server
from dev.mailbench.certificates import Certificates
from dev.mailbench.postures import POLICIES, POLICIES_OF_A_STRANGER, POSTURES


@dataclass(frozen=True)
class Policies:
    """Two web servers, one of which shows a certificate that nobody trusts."""

    folder: Path
    certificates: Certificates

    @property
    def command(self) -> list[str]:
        return [sys.executable, policy_server.__file__, f"{self.folder}/policies.json"]

    def write(self) -> None:
        publishing = {f"mta-sts.{one.domain}": one.sts for one in POSTURES if one.sts}
        hosts = list(publishing)
        valid = self.certificates.write_for("policies", hosts)
        strange = self.certificates.write_for("policies-stranger", hosts, trusted=False)
        told = {
            "policies": {host: _text(*sts) for host, sts in publishing.items()},
            "servers": {POLICIES: str(valid), POLICIES_OF_A_STRANGER: str(strange)},
        }
        self.folder.mkdir()
        (self.folder / "policies.json").write_text(json.dumps(told))


def _text(mode: str, mx: str) -> str:
    lines = ("version: STSv1", f"mode: {mode}", f"mx: {mx}", "max_age: 86400")
    return "".join(f"{line}\r\n" for line in lines)
