"""Which addresses belong to the public Internet and to nobody in particular."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# RFC 6890 and the IANA registries behind it, written out: what Python's `is_global` says depends on
# its release. 168.63.129.16 is public, and inside Azure it is the host that hands out credentials.
NOT_PUBLIC_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
# All unicast that IANA gave out begins here: mapped and translated IPv4 (::ffff:0:0/96, 64:ff9b::/96),
# unique local, link-local and multicast addresses lie outside.
PUBLIC_V6 = IPv6Network("2000::/3")
# Teredo, ORCHID and benchmarks (2001::/23), 6to4, documentation, AS112.
NOT_PUBLIC_V6 = tuple(
    IPv6Network(network)
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
# ISATAP (RFC 5214) carries an IPv4 address behind these 32 bits, whatever the prefix.
ISATAP, ISATAP_MASK = 0x00005EFE, 0xFDFFFFFF


def is_public(text: str) -> bool:
    """Whether a connection there leaves our network for a host that anybody may reach.

    Raises ValueError for what is no address.
    """
    address: IPv4Address | IPv6Address = ip_address(text)
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in NOT_PUBLIC_V4)
    if address.scope_id is not None or address not in PUBLIC_V6:
        return False
    carries_v4 = (int(address) >> 32) & ISATAP_MASK == ISATAP
    return not carries_v4 and not any(address in network for network in NOT_PUBLIC_V6)
