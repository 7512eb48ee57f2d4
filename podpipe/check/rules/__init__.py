"""The rules, a module for each subject. Importing this enters them all in the register."""

from podpipe.check.rules import audio, chapters, contents, episodes, feeds, files, items, pictures, tags, transcripts

__all__ = ["audio", "chapters", "contents", "episodes", "feeds", "files", "items", "pictures", "tags", "transcripts"]
