"""What is wrong in a file that is read all the same."""

from __future__ import annotations

from dataclasses import dataclass, field

_MOST = 1000


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that could not be read, and in which line (or segment) it stands."""

    place: int
    what: str
    unit: str = "line"

    def __str__(self) -> str:
        return f"{self.unit} {self.place}: {self.what}"


@dataclass
class Faults:
    """Those of one file, the first thousand."""

    found: list[Fault] = field(default_factory=list)

    def add(self, place: int, what: str, unit: str = "line") -> None:
        """Enter a fault."""
        if len(self.found) < _MOST:
            self.found.append(Fault(place, what, unit))
