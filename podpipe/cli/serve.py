"""``podpipe serve``."""

from __future__ import annotations

from typing import Annotated

import typer

from podpipe.cli.options import LibraryOption


def command(
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; beyond this machine, a token is needed.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", "-p", min=0, max=65535, help="Port; 0 takes any that is free.")] = 8000,
    edit: Annotated[bool, typer.Option("--edit", help="Let those who listen correct words and chapters.")] = False,
    token: Annotated[
        str | None,
        typer.Option("--token", envvar="PODPIPE_TOKEN", help="The token to ask for, in place of a new one."),
    ] = None,
    open_browser: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    library: LibraryOption = None,
) -> None:
    """Listen to the library and search it in a browser."""
    import webbrowser
    from dataclasses import replace

    from podpipe.cli import console
    from podpipe.library import Library
    from podpipe.web import server

    place = server.Place(host, port, token or "")
    if place.is_public and not place.token:
        place = replace(place, token=server.new_token())
    found = Library.locate(library)
    if not found.episodes.is_dir():
        console.err().print(
            f"! no episodes in {found.root} yet; podpipe ingest SOURCE adds some", style="yellow", markup=False
        )
    with server.open_socket(place) as listening:
        address = server.address(place, listening)
        console.out().print(address, markup=False, soft_wrap=True)
        console.err().print("Ctrl-C stops it.", style="dim", markup=False)
        if open_browser:
            webbrowser.open(address)
        server.serve(found, place, listening, can_edit=edit)
