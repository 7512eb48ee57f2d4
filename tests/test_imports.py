from __future__ import annotations

import ast
import functools
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import podpipe

ROOT = Path(podpipe.__file__).parent
MODULES = {
    ".".join(("podpipe", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__"): path
    for path in ROOT.rglob("*.py")
}
VALUES = {"podpipe.models", "podpipe.errors", "podpipe.timecode"}
HEAVY = {
    "av": {"podpipe.audio", "podpipe.encoding", "podpipe.loudness"},
    "faster_whisper": {"podpipe.speech.faster_whisper", "podpipe.speech.vad"},
    "ctranslate2": {"podpipe.speech.faster_whisper", "podpipe.minilm"},
    "whisper": {"podpipe.speech.openai_whisper"},
    "torch": {"podpipe.speech.openai_whisper"},
    "pydub": {"podpipe.edits.sound"},
    "httpcore2": {"podpipe.net.client", "podpipe.net.download", "podpipe.net.transport"},
    "httpx2": {"podpipe.net.address", "podpipe.net.answers", "podpipe.net.client", "podpipe.net.transport"},
    "fastapi": {f"podpipe.web.{name}" for name in ("api", "app", "browse", "editing", "files", "state")},
    "jinja2": {"podpipe.pages.render"},
    "nh3": {"podpipe.sanitise"},
    "uvicorn": {"podpipe.web.server"},
    "pagefind": {"podpipe.publish.finding"},
    "matplotlib": {"podpipe.plot", "podpipe.topics_plot"},
    "whoosh": {"podpipe.search.whoosh", "podpipe.search.postings", "podpipe.search.blocks", "podpipe.search.analysis"},
}


@functools.cache
def imports(module: str, *, when_loaded: bool = False) -> frozenset[str]:
    """Every module that a module imports; ``when_loaded`` leaves out those within functions and for types."""
    return frozenset(_imports(module, when_loaded))


def _imports(module: str, when_loaded: bool) -> Iterator[str]:
    tree = ast.parse(MODULES[module].read_text())
    for node in walk(tree, when_loaded):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} has a relative import"
            assert node.module
            for alias in node.names:
                deeper = f"{node.module}.{alias.name}"
                yield deeper if deeper in MODULES else node.module


def walk(node: ast.AST, when_loaded: bool) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        is_late = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        is_typing = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        if not (when_loaded and (is_late or is_typing)):
            yield from walk(child, when_loaded)


def own(module: str, *, when_loaded: bool = False) -> set[str]:
    return {name for name in imports(module, when_loaded=when_loaded) if name.split(".")[0] == "podpipe"}


def is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def test_the_modules_are_found() -> None:
    assert {"podpipe", "podpipe.models", "podpipe.cli", "podpipe.search.whoosh", "podpipe.__main__"} <= set(MODULES)
    assert "podpipe.timecode" in own("podpipe.topics.headings.heard")


@pytest.mark.parametrize("module", sorted(VALUES))
def test_values_import_nothing_of_podpipe_but_each_other(module: str) -> None:
    assert own(module) <= VALUES


def test_nothing_imports_the_command_line_but_main() -> None:
    importers = {
        module
        for module in MODULES
        if not is_within(module, "podpipe.cli") and any(is_within(name, "podpipe.cli") for name in own(module))
    }
    assert importers == {"podpipe.__main__"}


def test_no_imports_run_in_a_circle_when_modules_are_loaded() -> None:
    graph = {module: own(module, when_loaded=True) - {module} for module in MODULES}
    order = list(TopologicalSorter(graph).static_order())
    assert set(order) >= set(MODULES)


@pytest.mark.parametrize(
    ("stage", "others"),
    [
        ("sources", ("shows", "speech", "align", "topics", "search", "transcripts", "stages", "ingest")),
        (
            "notes",
            ("sources", "speech", "align", "topics", "search", "chapters", "transcripts", "stages", "ingest"),
        ),
        ("speech", ("sources", "align", "topics", "search", "chapters", "transcripts", "stages", "ingest")),
        ("align", ("sources", "speech", "topics", "search", "chapters", "transcripts", "stages", "ingest")),
        ("topics", ("sources", "speech", "search", "chapters", "transcripts", "stages", "ingest")),
        ("chapters", ("sources", "speech", "align", "topics", "search", "transcripts", "stages", "ingest")),
        ("transcripts", ("sources", "speech", "align", "topics", "search", "chapters", "stages", "ingest")),
        ("pages", ("speech", "align", "topics", "stages", "ingest", "publish", "web", "corrections")),
        ("web", ("sources", "speech", "align", "topics", "ingest", "publish")),
        ("publish", ("speech", "align", "topics", "search", "stages", "ingest", "web")),
        ("search", ("sources", "speech", "align", "topics", "chapters", "transcripts", "hits", "stages", "ingest")),
    ],
)
def test_stages_do_not_know_the_stages_after_them(stage: str, others: tuple[str, ...]) -> None:
    known = {
        (module, name)
        for module in MODULES
        if is_within(module, f"podpipe.{stage}")
        for name in own(module)
        if any(is_within(name, f"podpipe.{other}") for other in others)
    }
    assert known == set()


@pytest.mark.parametrize("library", HEAVY)
def test_a_heavy_library_is_imported_only_where_it_belongs(library: str) -> None:
    importers = {module for module in MODULES if any(name.split(".")[0] == library for name in imports(module))}
    assert importers <= HEAVY[library]


def test_the_command_line_loads_no_heavy_library() -> None:
    code = f"import sys, podpipe.cli; print(*sorted({set(HEAVY)!r} & set(sys.modules)), 'done')"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT.parent)
    assert result.stdout.split() == ["done"]


def test_every_module_can_be_imported() -> None:
    """One after another: as no imports run in a circle, none needs those before it."""
    names = sorted(MODULES.keys() - {"podpipe.__main__"})
    code = f"import importlib\nfor name in {names!r}: importlib.import_module(name)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT.parent)
