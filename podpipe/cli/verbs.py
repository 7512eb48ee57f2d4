"""Commands with verbs, which may stand behind what they work on: ``podpipe chapters talk.mp3 add 0:00 Start``."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

DEFAULT = "show"
"""The verb that may be left out."""


class VerbGroup(TyperGroup):
    """A group whose first word may be left out, then it is ``show``, or come second: ``chapters FILE add 0:00 Start``.

    Options of ``show`` may be written as verbs: ``chapters export EPISODE FILE``. Titles and shifts may begin with a
    dash.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As in ``TyperGroup``, of the words in the order that it knows."""
        return super().parse_args(ctx, self._ordered(args))

    def _ordered(self, args: list[str]) -> list[str]:
        """The command's name, its options, and after ``--`` its words, of which one may be ``-1:30``."""
        params = [param for command in self.commands.values() for param in command.params]
        with_value = {name for param in params if not getattr(param, "is_flag", False) for name in param.opts}
        options: list[str] = []
        words: list[str] = []
        rest = iter(args)
        for argument in rest:
            if argument == "--":
                words += rest
            elif argument == "-h" or argument.startswith("--"):
                options.append(argument)
                value = next(rest, None) if argument in with_value else ""
                if value is None:  # to be complained of
                    return [DEFAULT, *args] if args[0] not in self.commands else args
                options += [value] if argument in with_value else []
            else:
                words.append(argument)
        if not words:
            return [DEFAULT, *args] if args and not {"-h", "--help"} & set(args) else args
        for at, word in enumerate(words[:2]):
            if len(words) == self._words_with(f"--{word}"):
                del words[at]
                return [DEFAULT, *options, f"--{word}", *words[1:], "--", words[0]]
        place = next((place for place, word in enumerate(words[:2]) if word in self.commands), None)
        name = DEFAULT if place is None else words.pop(place)
        return [name, *options, "--", *words]

    def _words_with(self, option: str) -> int | None:
        """How many words there are where one stands for this option of ``show``: with a target, and with its value."""
        params = self.commands[DEFAULT].params
        return next((2 if getattr(param, "is_flag", False) else 3 for param in params if option in param.opts), None)
