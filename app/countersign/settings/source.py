"""The one reader of YAML: plain values, each with its place, so that a fault can be pointed at."""

from pathlib import Path as File
from typing import Any

import yaml

from countersign.domain.errors import Trouble

Path = tuple[str | int, ...]
Place = tuple[int, int]
"""Line and column, both counted from 1."""

LARGEST = 1_000_000
"""Characters of such a file; a longer one is surely something else."""
DEEPEST = 60
"""Lists and names within each other; nothing that people write comes near."""
MEND = "Mend the file or take it away."

_Loader: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = (
    yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
)


def read(file: File, name: str | None = None) -> "Source":
    """Read a YAML file; raises Trouble, in which `name` stands for the file."""
    name = name or file.name
    try:
        return Source(file.read_text(encoding="utf-8"), name)
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble(f"{name} cannot be read: {error}. {MEND}") from error


class Source:
    """A text as plain values, each with its place.

    Aliases are refused: a file says what it means where it stands, and cannot grow by repetition. A name that
    stands twice is refused as well, because it would hide what was said first.
    """

    def __init__(self, text: str, name: str, remedy: str = MEND) -> None:
        """Parse the text; raises Trouble with file, line and column where it is not such YAML.

        `remedy` is the sentence with which every fault ends.
        """
        self.name = name
        self._remedy = remedy
        self._places: dict[Path, Place] = {}
        self._names: dict[Path, Place] = {}
        if len(text) > LARGEST:
            raise Trouble(f"{name} is larger than such a file can be ({LARGEST:,} bytes). Use another file.")
        loader = None
        try:
            loader = _Loader(text)
            self._loader = loader
            self.data = self._document()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise self._fault(
                _place(mark) if mark else (1, 1), error.problem or "this is not YAML"
            ) from error
        except (yaml.YAMLError, ValueError) as error:
            raise self._fault((1, 1), f"this is not YAML that can be read ({error})") from error
        finally:
            if loader is not None:
                loader.dispose()

    def line(self, path: Path) -> int:
        """Return the line of a name, of a value that has none, or of the nearest thing around."""
        while path and path not in self._places:
            path = path[:-1]
        return (self._names.get(path) or self._places.get(path, (1, 1)))[0]

    def fault(self, path: Path, why: str, offset: int = 0) -> Trouble:
        """Return the Trouble for the value at a path, or for the nearest one around it.

        `offset` counts characters into a scalar that stands on one line.
        """
        while path not in self._places and path:
            path = path[:-1]
        line, column = self._places.get(path, (1, 1))
        return self._fault((line, column + offset), why)

    def fault_of_name(self, path: Path, why: str) -> Trouble:
        """Return the Trouble for the name under which the value at a path stands."""
        return self._fault(self._names[path], why) if path in self._names else self.fault(path, why)

    def _fault(self, place: Place, why: str) -> Trouble:
        line, column = place
        return Trouble(f"{self.name}, line {line}, column {column}: {why.rstrip('.')}. {self._remedy}")

    # Values are built as the parser names them, not from its tree: a tree of many brackets within each other
    # would end the process before anybody could count them.

    def _document(self) -> Any:
        self._next()  # the stream begins
        if isinstance(self._next(), yaml.StreamEndEvent):
            return None
        data = self._value(self._next(), ())
        self._next()  # the document ends
        more = self._next()
        if not isinstance(more, yaml.StreamEndEvent):
            raise self._fault(_place(more.start_mark), "another document begins here; write one a file")
        return data

    def _next(self) -> Any:
        return self._loader.get_event()

    def _value(self, event: Any, path: Path) -> Any:
        place = _place(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            raise self._fault(place, "this is used again by an alias, which is not read here; write it out")
        if len(path) > DEEPEST:
            raise self._fault(place, f"more than {DEEPEST} lists and names stand within each other here")
        if isinstance(event, yaml.ScalarEvent):
            self._places[path] = (place[0], place[1] + int(event.style in ("'", '"')))
            return self._scalar(event)
        self._places[path] = place
        return self._mapping(path) if isinstance(event, yaml.MappingStartEvent) else self._list(path)

    def _scalar(self, event: Any) -> Any:
        tag = event.tag
        if tag is None or tag == "!":
            resolver: Any = self._loader  # whose stubs tell no types
            tag = resolver.resolve(yaml.ScalarNode, event.value, event.implicit)
        node = yaml.ScalarNode(tag, event.value, event.start_mark, event.end_mark, event.style)
        return self._loader.construct_object(node)

    def _list(self, path: Path) -> list[Any]:
        data: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            data.append(self._value(event, (*path, len(data))))
        return data

    def _mapping(self, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            here = _place(event.start_mark)
            if not isinstance(event, yaml.ScalarEvent):
                raise self._fault(here, "a name is expected here")
            key = event.value
            if key in data:
                raise self._fault(here, f"{key!r} stands here twice")
            data[key] = self._value(self._next(), (*path, key))
            self._names[(*path, key)] = here
        return data


def _place(mark: Any) -> Place:
    return mark.line + 1, mark.column + 1
