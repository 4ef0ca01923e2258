"""The web server's own log under the same rule as ours: a failing stream ends there, not in Django."""

from typing import Any

from gunicorn.glogging import Logger

from tenancy.log_lines import LineFormatter


class ServerLog(Logger):  # type: ignore[misc]
    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(LineFormatter())
