"""Which gateway sends text messages, as the environment says. Without one no code goes by phone."""

from dataclasses import dataclass, field

from tenancy import environment


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """`folder` takes the gateway's place in the sandbox; a production with one does not start."""

    url: str = ""
    account: str = ""
    secret: str = field(default="", repr=False)
    sender: str = ""
    # ISO 3166-1: a text to another country costs more, and is what pumps are after.
    countries: frozenset[str] = frozenset({"US"})
    daily_limit: int = 500  # of one workspace
    folder: str = ""

    @property
    def is_there(self) -> bool:
        return bool(self.url or self.folder)


def read() -> GatewaySettings:
    return GatewaySettings(
        url=environment.text("TEXT_GATEWAY_URL", ""),
        account=environment.text("TEXT_GATEWAY_ACCOUNT", ""),
        secret=environment.text("TEXT_GATEWAY_SECRET", ""),
        sender=environment.text("TEXT_GATEWAY_SENDER", ""),
        countries=frozenset(environment.text("TEXT_GATEWAY_COUNTRIES", "US").split()),
        daily_limit=int(environment.text("TEXT_GATEWAY_DAILY_LIMIT", "500")),
        folder=environment.text("TEXT_GATEWAY_FOLDER", ""),
    )
