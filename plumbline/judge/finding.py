"""What a rule of the gate found."""

from typing import Literal

from plumbline.kernel.config import Strict


class Finding(Strict):
    """What one rule found."""

    rule: str
    figure: float | None
    limit: str
    verdict: Literal["pass", "fail"]
    detail: str = ""


def finding(rule: str, figure: float | None, limit: str, passed: bool, detail: str = "") -> Finding:
    """Give what a rule found."""
    return Finding(rule=rule, figure=figure, limit=limit, verdict="pass" if passed else "fail", detail=detail)


def no_champion(rule: str) -> Finding:
    """Give what a comparing rule finds where there is nothing to compare with."""
    return finding(rule, None, "none", True, "no champion")
