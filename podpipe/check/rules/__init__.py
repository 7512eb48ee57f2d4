"""The rules, a module for each family. Importing this enters them all in the register."""

from podpipe.check.rules import audio, chapters, episodes, feeds, files, tags, transcripts

__all__ = ["audio", "chapters", "episodes", "feeds", "files", "tags", "transcripts"]
