"""rspamd: what a receiving side would think of a message. It asks no list of the outside world."""

import os
from dataclasses import dataclass
from pathlib import Path

from dev.mailbench.accounts import ACCOUNTS
from dev.mailbench.postures import RESOLVER, SPAM_FILTER

PORT = 11333
# Modules that ask others, or learn: their absence changes no verdict about a signature.
WITHOUT = (
    "asn", "bayes_expiry", "clickhouse", "dmarc_report", "elastic", "fuzzy_check", "greylist",
    "history_redis", "hfilter", "maillist", "metric_exporter", "milter_headers", "mx_check",
    "neural", "p0f", "phishing", "ratelimit", "rbl", "replies", "reputation", "rspamd_update",
    "spamtrap", "surbl", "url_redirector", "url_reputation", "antivirus", "external_services",
)  # fmt: skip
LOCAL = {
    "options.inc": (
        'dns {{ nameserver = ["{resolver}:53:1"]; timeout = 2s; retransmits = 1; }}\n'
        'local_addrs = ["192.0.2.0/24"];\nurl_tld = "{folder}/endings";\n'
        'pidfile = "{folder}/rspamd.pid";\ncontrol_socket = "{folder}/control mode=0600";\n'
    ),
    "logging.inc": 'type = "file";\nfilename = "{folder}/rspamd.log";\nlevel = "warning";\n',
    "worker-normal.inc": 'bind_socket = "{address}:{port}";\ncount = 1;\n',
    "worker-controller.inc": "enabled = false;\n",
    "worker-proxy.inc": "enabled = false;\n",
    "worker-fuzzy.inc": "enabled = false;\n",
    "dkim.conf": "check_local = true;\n",
    "spf.conf": "check_local = true;\n",
    "dmarc.conf": "check_local = true;\n",
    "arc.conf": "enabled = false;\n",
    "statistic.conf": "classifier {{ enabled = false; }}\n",
}


@dataclass(frozen=True)
class Rspamd:
    """One worker that scans; `POST /checkv2` on its port."""

    folder: Path

    @property
    def command(self) -> list[str]:
        variables = {"LOCAL_CONFDIR": "etc", "DBDIR": "db", "RUNDIR": ".", "LOGDIR": "."}
        given = [f"--var={name}={self.folder}/{value}" for name, value in variables.items()]
        return ["rspamd", "-f", "-u", "rspamd", "-g", "rspamd", *given]

    def write(self) -> None:
        local, account = self.folder / "etc" / "local.d", ACCOUNTS["rspamd"]
        local.mkdir(parents=True)
        (self.folder / "db").mkdir()
        (self.folder / "endings").write_text("com\nexample\ntest\n")
        for directory in (self.folder, self.folder / "db"):
            os.chown(directory, account, account)
        texts = dict.fromkeys((f"{name}.conf" for name in WITHOUT), "enabled = false;\n") | LOCAL
        for name, text in texts.items():
            (local / name).write_text(text.format(
                folder=self.folder, resolver=RESOLVER, address=SPAM_FILTER, port=PORT
            ) if "{" in text else text)  # fmt: skip
