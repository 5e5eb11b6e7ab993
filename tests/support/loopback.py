"""Lets no connection leave this machine: what reaches further fails, with the address it asked for.

Standard library only, and nothing of the compendium, so that a child can have it before it loads anything else. Sockets
that are not Python's own (a browser's, a message queue's in C) are not seen; cutting the network off is the test of
those.
"""

import ipaddress
import socket
import sys
from typing import Any

FAMILIES = (socket.AF_INET, socket.AF_INET6)
NAMED = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
SENT = ("socket.connect", "socket.sendto", "socket.sendmsg")


class ReachedOutError(BaseException):
    """Something asked for an address beyond this machine; not an Exception, so that nobody takes it for a bad line."""


def stays(host: Any) -> bool:
    """Tell whether a host is this machine; no host is the machine itself."""
    if host in (None, "", b""):
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return name.lower() in ("localhost", socket.gethostname().lower())
    return address.is_loopback or address.is_unspecified


def literal(host: Any) -> bool:
    """Tell whether a host is an address already: to look that up asks nobody."""
    try:
        return bool(ipaddress.ip_address(str(host).partition("%")[0]))
    except ValueError:
        return False


def watch(event: str, given: tuple[Any, ...]) -> None:
    """Refuse a connection, a datagram or the look-up of a name that would leave this machine: an audit hook."""
    host: Any = None
    if event in SENT:
        at, address = given[0], given[1]
        host = address[0] if at.family in FAMILIES and address else None
    elif event in NAMED and not literal(given[0]):
        host = given[0]
    if not stays(host):
        raise ReachedOutError(f"{event} reaches beyond this machine: {given[1] if event in SENT else host}")


def install() -> None:
    """Watch this process from now on; that cannot be undone."""
    sys.addaudithook(watch)
