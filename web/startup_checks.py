"""What the server refuses, and the sentences it says: to start unsafely, or to serve other machines unasked."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

OTHER_MACHINES = (
    "These pages are served to this machine only, because there is no sign-in yet. "
    "To serve other machines, write allow_other_machines = true in empathy.toml."
)
# What must hold, whoever starts the server and from which folder; .streamlit/config.toml says it.
OPTIONS: dict[str, Any] = {
    "server.fileWatcherType": "none",
    "server.runOnSave": False,
    "server.enableAgentApi": False,
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "client.showErrorDetails": "none",
    "client.allowedOrigins": [],
    "browser.gatherUsageStats": False,
}


def refuse_unsafe_start(option: Callable[[str], Any], allow_other_machines: bool) -> None:
    """Ends the program with a sentence where an option is not as it must be; `option` reads one of Streamlit's options."""
    for name, wanted in OPTIONS.items():
        found = option(name)
        if found != wanted:
            raise SystemExit(
                f"{name} is {found!r} and must be {wanted!r}; .streamlit/config.toml says so, and nothing may override it."
            )
    address = option("server.address") or "every address"
    if not allow_other_machines and not is_this_machine(address):
        raise SystemExit(f"The server is set to listen on {address}. {OTHER_MACHINES}")


def is_this_machine(host: str) -> bool:
    """Whether a Host header, or an address, is a name that only this machine has: localhost, 127.x, ::1."""
    name = host.strip().lower()
    if name.startswith("["):
        name = name[1:].partition("]")[0]
    elif name.count(":") == 1:
        name = name.partition(":")[0]
    if name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
