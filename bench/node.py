"""Programs from npm, where they are installed (``.ci/run`` does it)."""

from __future__ import annotations

import json
import os
from pathlib import Path

MODULES = Path(os.environ.get("PODPIPE_NODE", Path(__file__).parents[1] / ".venv" / "node")) / "node_modules"


def version(package: str) -> str:
    """The version of a package; empty where it isn't installed."""
    path = MODULES / package / "package.json"
    return str(json.loads(path.read_text())["version"]) if path.exists() else ""
