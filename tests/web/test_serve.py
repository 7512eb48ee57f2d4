"""``podpipe serve`` as a user starts it."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path

import httpx2

from podpipe.library import Library
from web_app import MEMORY, running


def test_it_prints_where_it_is_and_ends_in_good_order(library: Library) -> None:
    with running(library) as address:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", address)
        assert httpx2.get(f"{address}episodes/{MEMORY}").status_code == 200


def test_beyond_this_machine_it_makes_up_a_token(library: Library) -> None:
    with running(library, "--host", "0.0.0.0") as address:
        port = re.search(r":(\d+)/\?token=[\w-]{32,}$", address)
        assert port
        url = f"http://127.0.0.1:{port[1]}/"
        assert httpx2.get(url).status_code == 401
        assert httpx2.get(url + "?" + address.partition("?")[2], follow_redirects=False).status_code == 303


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "podpipe", "serve", "--port", str(port), "--library", str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"podpipe: can't listen on 127.0.0.1 port {port}: Address already in use; try another --port"
    )
