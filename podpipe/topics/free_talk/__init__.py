"""Topics of free talk, which nobody announces."""
