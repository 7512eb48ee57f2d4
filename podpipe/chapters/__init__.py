"""Chapters in and out of files: one list, many carriers."""

from __future__ import annotations

from podpipe.chapters.reading import read

__all__ = ["read"]
