"""An index is a pickle: whose it is decides whether it is read."""

from __future__ import annotations

import ast
import os
import pickle
from pathlib import Path

import pytest

import podpipe
from ingest_run import Run
from podpipe.doctor import examine
from podpipe.errors import SearchError
from podpipe.search import open_index

ROOT = Path(podpipe.__file__).parent
RUNNING = ("eval", "exec", "os.system", "os.popen")
HARMLESS_YAML = ("yaml.parse", "yaml.safe_load")


class Canary:
    """What runs when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


@pytest.fixture
def run(tmp_path: Path, tone: Path) -> Run:
    run = Run(tmp_path / "library")
    run(tone)
    return run


def crafted(run: Run) -> Path:
    """An index whose table of contents runs code; gives the file that it makes."""
    (toc,) = run.library.index.glob("*.toc")
    toc.write_bytes(pickle.dumps(Canary(run.library.root / "pwned")))
    return run.library.root / "pwned"


needs_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give files away")


@needs_root
@pytest.mark.parametrize("which", ["folder", "table"])
def test_an_index_of_another_user_is_not_read(run: Run, which: str) -> None:
    made = crafted(run)
    (toc,) = run.library.index.glob("*.toc")
    os.chown(run.library.index if which == "folder" else toc, 12345, 12345)
    with pytest.raises(SearchError, match=r"another user \(number 12345\).*podpipe reindex makes it your own"):
        open_index(run.library.index)
    assert not made.exists()
    findings = {finding.what: finding for finding in examine(run.library)}
    assert findings["Index"].state == "bad"
    assert "another user" in findings["Index"].found
    assert not made.exists()


def test_an_index_that_everybody_can_write_is_not_read(run: Run) -> None:
    made = crafted(run)
    run.library.index.chmod(0o777)
    with pytest.raises(SearchError, match="can be written by everybody"):
        open_index(run.library.index)
    assert {finding.what: finding.state for finding in examine(run.library)}["Index"] == "bad"
    assert not made.exists()


def test_doctor_says_where_a_group_can_write_the_index(run: Run) -> None:
    run.library.index.chmod(0o770)
    (finding,) = [finding for finding in examine(run.library) if finding.what == "Index safety"]
    assert (finding.state, finding.remedy) == ("bad", f"chmod 700 {run.library.index}")


def test_the_index_is_made_for_its_owner_alone(run: Run) -> None:
    assert run.library.index.stat().st_mode & 0o077 == 0


def test_reindex_reads_nothing_of_the_old_index(run: Run) -> None:
    from podpipe.reindex import reindex

    made = crafted(run)
    list(reindex(run.library, []))
    assert not made.exists()
    assert run.hits("tone") == ["tone"]


def test_nothing_of_ours_unpickles_or_runs_text() -> None:
    """Calls that would, by their names; those that are harmless with an argument must have it."""
    found = []
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                words = {word.arg: ast.unparse(word.value) for word in node.keywords}
                if name.startswith(("pickle.", "marshal.", "shelve.")) or name in RUNNING:
                    found.append((path, name))
                if name.startswith("yaml.") and name not in HARMLESS_YAML:
                    found.append((path, name))
                if name in ("np.load", "numpy.load") and words.get("allow_pickle") != "False":
                    found.append((path, name))
                if name == "torch.load" and words.get("weights_only") != "True":
                    found.append((path, name))
                if "subprocess" in name and "shell" in words:
                    found.append((path, name))
    assert found == []
