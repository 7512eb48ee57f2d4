"""Types that two threads read for the first time at once."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import podpipe

ROOT = Path(podpipe.__file__).parent

TRIALS = """
import sys, threading, types
from podpipe import typed

sys.setswitchinterval(1e-6)
SOURCE = '''
from dataclasses import dataclass

@dataclass(frozen=True, slots=True)
class Leaf:
    text: str
    start_ms: int

@dataclass(frozen=True, slots=True)
class Branch:
    leaves: tuple[Leaf, ...]
    label: str = ""

@dataclass(frozen=True, slots=True)
class Tree:
    branches: tuple[Branch, ...]
    name: str = ""
'''
DATA = b'{"branches": [{"leaves": [{"text": "a", "start_ms": 1}]}]}'
for number in range(300):
    module = types.ModuleType(f"fresh{number}")
    sys.modules[module.__name__] = module
    exec(SOURCE, module.__dict__)
    together, read = threading.Barrier(4), []

    def go():
        together.wait()
        read.append(typed.from_json(DATA, module.Tree))

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read) == 4 and all(tree == read[0] for tree in read), read
"""


def test_types_are_learnt_by_one_thread_at_a_time() -> None:
    ran = subprocess.run([sys.executable, "-c", TRIALS], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr


def test_types_are_read_nowhere_else() -> None:
    typed_reading = re.compile(r"msgspec\.convert\(|Decoder\(|msgspec\.\w+\.decode\([^\n]*type=")
    found = [path for path in ROOT.rglob("*.py") if typed_reading.search(path.read_text())]
    assert found == [ROOT / "typed.py"]
