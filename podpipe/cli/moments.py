"""Moments as people say them: "in 2 h", "3 days ago"."""

from __future__ import annotations

_UNITS = ((86_400 * 2, 86_400, "days"), (3_600, 3_600, "h"), (60, 60, "min"))


def relative(moment: float | None, now: float) -> str:
    """A moment (seconds since 1970) beside now; "never" where there is none."""
    if moment is None:
        return "never"
    distance = abs(moment - now)
    for least, unit, name in _UNITS:
        if distance >= least:
            text = f"{round(distance / unit)} {name}"
            return f"in {text}" if moment > now else f"{text} ago"
    return "at once" if moment > now else "just now"
