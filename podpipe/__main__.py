"""``python -m podpipe``."""

from podpipe.cli import main

if __name__ == "__main__":  # processes that help one another import this again
    main()
