"""``python -m podpipe``."""

from podpipe.cli import main

main()
