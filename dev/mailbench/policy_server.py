"""The web servers that publish MTA-STS policies: a program of its own, standard library only."""

import json
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

WELL_KNOWN = "/.well-known/mta-sts.txt"


class Policy(BaseHTTPRequestHandler):
    """Answers with the policy of the host that was asked for."""

    policies: dict[str, str]

    def do_GET(self) -> None:
        host = self.headers.get("Host", "").partition(":")[0].lower()
        text = self.policies.get(host, "") if self.path == WELL_KNOWN else ""
        self.send_response(200 if text else 404)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of its base
        """What was asked for is seen in the tests."""


def main(job: Path) -> None:
    """The job is a JSON file: policies by host, and for each address the file of its certificate."""
    told = json.loads(job.read_text())
    Policy.policies = told["policies"]
    servers = [_server(address, file) for address, file in told["servers"].items()]
    threads = [threading.Thread(target=server.serve_forever) for server in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _server(address: str, certificate: str) -> ThreadingHTTPServer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = ThreadingHTTPServer((address, 443), Policy)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    return server


if __name__ == "__main__":
    main(Path(sys.argv[1]))
