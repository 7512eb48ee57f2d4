"""podpipe makes podcasts searchable by topic and second."""

__version__ = "0.1.0"
