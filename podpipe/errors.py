"""Every error that a user can cause, as one tree.

PodpipeError        one clear sentence: what was wrong, with which file or URL, what to do
├── SourceError     SOURCE is no episode, page, feed or folder that can be ingested
├── FetchError      a URL that could not be fetched: DNS, refused, cut, too large, not allowed
│   └── GoneError   it is not there (404), or not any longer (410)
├── AudioError      a file that is not audio, is empty, or can't be decoded
├── SpeechError     the engine or its weights are missing or unusable
├── NotesError      show notes that can't be read
├── ChaptersError   chapters that can't be read or written
├── SoundbiteError  a soundbite that can't be: outside of the episode, or of no length
├── TranscriptError a transcript's file that can't be read, or a form of it that there is not
├── LibraryError    the library can't be read or written, or lacks the episode asked for
│   └── BusyError   another podpipe works on the episode
├── ConfigError     podpipe.toml or its environment can't be understood
├── SearchError     a query that can't be understood, or an index that can't be used
├── PublishError    a site that can't be made: its folder holds other files, or Pagefind is absent
├── PlayerError     no player could be started
├── ServeError      the web app can't listen where it should
└── PlotError       a picture that can't be drawn: its kind is unknown, or matplotlib is absent

Foreign errors are mapped to these once, in the module that borders on the foreign library, with
``raise ... from error`` so that the cause is kept.
"""


class PodpipeError(Exception):
    """One sentence for the user; ``str(error)`` is printed as it is and the process ends with 1."""


class SourceError(PodpipeError):
    """The SOURCE given is nothing that can be ingested."""


class FetchError(PodpipeError):
    """A URL could not be fetched. ``retry_after_s``: in how long it may work; None where nothing says that it will."""

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class GoneError(FetchError):
    """Nothing is at a URL: asking again soon is of no use."""


class AudioError(PodpipeError):
    """A file is not audio, or its audio can't be used."""


class SpeechError(PodpipeError):
    """The speech engine or its weights are missing or unusable."""


class ChaptersError(PodpipeError):
    """Chapters can't be read or written."""


class SoundbiteError(PodpipeError):
    """A soundbite can't be."""


class TranscriptError(PodpipeError):
    """A transcript can't be read or written."""


class LibraryError(PodpipeError):
    """The library can't be read or written, or lacks what was asked for."""


class BusyError(LibraryError):
    """Another process works on it."""


class ConfigError(PodpipeError):
    """A setting can't be understood."""


class SearchError(PodpipeError):
    """A query or the index can't be used."""


class PublishError(PodpipeError):
    """A site can't be made, or not there."""


class PlayerError(PodpipeError):
    """No player could be started."""


class ServeError(PodpipeError):
    """The web app can't listen where it should."""


class PlotError(PodpipeError):
    """A picture can't be drawn."""
