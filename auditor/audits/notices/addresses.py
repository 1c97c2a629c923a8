"""Where webhooks may go: https only, and never into the private network unless the installation allows it."""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from auditor.common.errors import Refused
from auditor.common.said import say

Address = IPv4Address | IPv6Address
_HTTPS = say("A webhook needs an https:// address.")
_NAT64 = IPv6Network("64:ff9b::/96")


class Target(NamedTuple):
    """A receiver whose address was looked up and checked once; `path` includes the query."""

    secure: bool
    host: str
    port: int
    address: str
    path: str


def check_url(url: str) -> None:
    """Raise Refused for a URL that no webhook is ever sent to; names are looked up when it is sent."""
    parts = _parts(url)
    host = parts.hostname or ""
    if parts.scheme != "https" and not (_lenient() or host == "localhost" or _is_loopback(host)):
        raise Refused(_HTTPS)
    if (literal := _literal(host)) is not None:
        _check_address(literal)


def resolve(url: str) -> Target:
    """Return the receiver of a URL with one of its addresses.

    Raises Refused as `check_url` does, for a name that cannot be found, and where any of its addresses is in a
    private network. The connection goes to the address that was checked, whatever the name means a moment later.
    """
    check_url(url)
    parts = _parts(url)
    secure, host = parts.scheme == "https", parts.hostname or ""
    port = parts.port or (443 if secure else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Refused(
            say("The receiver %(host)s was not found (%(error)s).", host=host, error=str(error))
        ) from error
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    for address in addresses:
        _check_address(address)
    if not secure and not settings.DEBUG and not all(address.is_loopback for address in addresses):
        raise Refused(_HTTPS)
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    return Target(secure, host, port, str(addresses[0]), path)


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused(
            say("The address of the webhook cannot be read (%(error)s).", error=str(error))
        ) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise Refused(_HTTPS)
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Refused(say("The address of a webhook has no user, password or fragment."))
    if any(ord(letter) <= 32 or ord(letter) > 126 for letter in url):
        raise Refused(say("The address of a webhook is written in plain letters, without spaces."))
    return parts


def _check_address(address: Address) -> None:
    address = _inner(address)
    if address.is_multicast or address.is_unspecified:
        raise Refused(say("%(address)s is no receiver of webhooks.", address=str(address)))
    if not address.is_global and not settings.WEBHOOK_PRIVATE_NETWORK:
        raise Refused(
            say(
                "%(address)s is in a private network; webhooks go there only where the installation sets "
                "RETRACE_WEBHOOK_PRIVATE_NETWORK.",
                address=str(address),
            )
        )


def _inner(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one stands for: mapped, 6to4 or NAT64 (RFC 6052); else the address."""
    if isinstance(address, IPv4Address):
        return address
    translated = IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
    return address.ipv4_mapped or address.sixtofour or translated or address


def _lenient() -> bool:
    return bool(settings.DEBUG)


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    literal = _literal(host)
    return literal is not None and literal.is_loopback
