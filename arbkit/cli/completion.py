"""Completion for bash, zsh and fish: scripts that hold every command and option, so that Tab starts nothing.

Only ids of pairs are asked for when Tab is pressed, and only where a command takes one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, get_args

from arbkit.errors import UsageError

if TYPE_CHECKING:
    from arbkit.cli.options import Options

_TAKES_PAIRS = {("trade",), ("mappings", "approve"), ("mappings", "reject")}
_PAIRS = "arbkit completion pairs 2>/dev/null"


@dataclass(frozen=True, slots=True)
class _Word:
    """A command or an option, its meaning, and the values it takes if they are known."""

    text: str
    meaning: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """What can follow after these commands."""

    path: tuple[str, ...]
    words: tuple[_Word, ...]

    @property
    def name(self) -> str:
        return " ".join(self.path)


def script(shell: str, command: Any) -> str:
    """The script for a shell, from the tree of commands. Raises UsageError for a shell that is not known."""
    if shell not in _SHELLS:
        raise UsageError(f"{shell!r} is no shell that can be completed for; there is {', '.join(_SHELLS)}, and pairs")
    return "".join(f"{line}\n" for line in _SHELLS[shell](list(_places(command, ()))))


def show_completion(options: "Options", shell: str, command: Any) -> None:
    """Print the script of a shell, or the ids of the pairs that may be traded, one a line."""
    if shell != "pairs":
        options.output.text(script(shell, command))
        return
    with options.opened() as kit:
        options.output.text("".join(f"{pair.id}\n" for pair in kit.store.pairs.tradable()))


def _places(command: Any, path: tuple[str, ...]) -> Iterator[_Place]:
    children = getattr(command, "commands", {})
    words = [_Word(name, _first_line(child.help)) for name, child in sorted(children.items())]
    for option in command.params:
        names = [name for name in option.opts if name.startswith("--")]
        words += [_Word(name, _first_line(option.help), _values(option)) for name in names]
    yield _Place(path, (*words, _Word("--help", "Show this message and exit.")))
    for name, child in sorted(children.items()):
        yield from _places(child, (*path, name))


def _values(option: Any) -> tuple[str, ...]:
    """What an option can be set to, if that is a choice of words."""
    kind = option.type_descriptor.annotation
    choices = next((k for k in (kind, *get_args(kind)) if isinstance(k, type) and issubclass(k, Enum)), ())
    return tuple(str(choice.value) for choice in choices)


def _first_line(text: str | None) -> str:
    return (text or "").partition("\n")[0].translate(str.maketrans("'\"`:\\$", "      "))


def _bash(places: Sequence[_Place]) -> Iterator[str]:
    everywhere = " ".join(word.text for word in places[0].words if word.text.startswith("--"))
    yield "# completion of arbkit for bash; put this line into ~/.bashrc: source <(arbkit completion bash)"
    yield "_arbkit() {"
    yield "  local word at= words= current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}"
    yield '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do'
    yield '    case "${at:+$at }$word" in'
    yield f"      {'|'.join(repr(place.name) for place in places[1:])}) at=${{at:+$at }}$word ;;"
    yield "    esac"
    yield "  done"
    yield '  case "$at" in'
    for place in places:
        words = " ".join(word.text for word in place.words)
        more = f" $({_PAIRS})" if place.path in _TAKES_PAIRS else ""
        yield f'    {place.name!r}) words="{words}{more}" ;;'
    yield "  esac"
    yield '  case "$at $before" in'
    for place in places:
        for word in place.words:
            if word.values:
                yield f"    {f'{place.name} {word.text}'!r}) words='{' '.join(word.values)}' ;;"
    yield f'    *) words="$words {everywhere}" ;;'
    yield "  esac"
    yield '  COMPREPLY=($(compgen -W "$words" -- "$current"))'
    yield "}"
    yield "complete -o default -F _arbkit arbkit"


def _zsh(places: Sequence[_Place]) -> Iterator[str]:
    yield "#compdef arbkit"
    yield "# completion of arbkit for zsh; put this line into ~/.zshrc after compinit: source <(arbkit completion zsh)"
    yield "_arbkit() {"
    yield "  local word at= before=${words[CURRENT-1]}"
    yield "  local -a found"
    yield "  for word in ${words[2,CURRENT-1]}; do"
    yield '    case "${at:+$at }$word" in'
    yield f'      {"|".join(repr(place.name) for place in places[1:])}) at="${{at:+$at }}$word" ;;'
    yield "    esac"
    yield "  done"
    yield '  case "$at $before" in'
    for place in places:
        for word in place.words:
            if word.values:
                yield f"    {f'{place.name} {word.text}'!r}) compadd {' '.join(word.values)}; return ;;"
    yield "  esac"
    yield '  case "$at" in'
    for place in places:
        words = " ".join(f"'{word.text}:{word.meaning}'" for word in place.words)
        more = f' ${{(f)"$({_PAIRS})"}}' if place.path in _TAKES_PAIRS else ""
        yield f"    {place.name!r}) found=({words}{more}) ;;"
    yield "  esac"
    yield "  _describe arbkit found || _files"
    yield "}"
    yield "compdef _arbkit arbkit"


def _fish(places: Sequence[_Place]) -> Iterator[str]:
    yield "# completion of arbkit for fish: arbkit completion fish > ~/.config/fish/completions/arbkit.fish"
    yield "function __arbkit_at"
    yield "  set -l at"
    yield f"  set -l known {' '.join(repr(place.name) for place in places[1:])}"
    yield "  for word in (commandline -opc)[2..-1]"
    yield '    set -l next (string trim -- "$at $word")'
    yield '    contains -- "$next" $known; and set at "$next"'
    yield "  end"
    yield '  test "$at" = "$argv[1]"'
    yield "end"
    for place in places:
        when = f"-n \"__arbkit_at '{place.name}'\""
        for word in place.words:
            if word.text.startswith("--"):
                values = f" -x -a '{' '.join(word.values)}'" if word.values else ""
                yield f"complete -c arbkit {when} -l {word.text[2:]}{values} -d '{word.meaning}'"
            else:
                yield f"complete -c arbkit -f {when} -a {word.text} -d '{word.meaning}'"
        if place.path in _TAKES_PAIRS:
            yield f"complete -c arbkit -f {when} -a '({_PAIRS})'"


_SHELLS: dict[str, Callable[[Sequence[_Place]], Iterator[str]]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
