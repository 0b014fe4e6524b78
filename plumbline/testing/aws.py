"""What moto, which plays AWS's API on loopback, is told beside that API."""

import httpx


def empty_account(server: str) -> None:
    """Empty the account."""
    _tell(server, "reset")


def check_rights(server: str, after: float) -> None:
    """Have moto check what identities may do after so many calls; 0 is at once, infinity never."""
    _tell(server, "reset-auth", f"{after:g}")


def _tell(server: str, what: str, content: str = "") -> None:
    # A busy machine may keep it waiting for longer than httpx does by default.
    httpx.post(f"{server}/moto-api/{what}", content=content.encode(), timeout=60).raise_for_status()
