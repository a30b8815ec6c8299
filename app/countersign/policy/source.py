"""Reads YAML and remembers where each thing stood, so that a fault can be pointed at."""

from typing import Any

import yaml

from countersign.domain.errors import Trouble
from countersign.settings import plain_yaml

Path = tuple[str | int, ...]
Place = tuple[int, int]
"""Line and column, both counted from 1."""

LARGEST = 1_000_000
"""Bytes of a policy file; a longer one is surely something else."""


class Source:
    """A text as plain values, each with its place.

    Aliases are refused: a policy says what it means where it stands, and cannot grow by repetition.
    """

    def __init__(self, text: str, name: str) -> None:
        """Parse the text; raises Trouble with file, line and column when it is not YAML."""
        self.name = name
        self._places: dict[Path, Place] = {}
        self._names: dict[Path, Place] = {}
        self._seen: set[yaml.Node] = set()
        if len(text) > LARGEST:
            raise Trouble(f"{name} is larger than a policy can be ({LARGEST:,} bytes). Use another file.")
        try:
            loader = plain_yaml.Loader(text)
            node = loader.get_single_node()
            self.data = self._build(loader, node, ())
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            raise self._fault(place, error.problem or "this is not YAML") from error
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise self._fault((1, 1), f"this is not YAML that can be read ({error})") from error

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
        return Trouble(
            f"{self.name}, line {line}, column {column}: {why.rstrip('.')}. The active policy stays."
        )

    def _build(self, loader: yaml.SafeLoader | yaml.CSafeLoader, node: yaml.Node | None, path: Path) -> Any:
        if node is None:
            return None
        inside_quotes = int(isinstance(node, yaml.ScalarNode) and node.style in ("'", '"'))
        self._places[path] = (node.start_mark.line + 1, node.start_mark.column + 1 + inside_quotes)
        if node in self._seen:
            raise self.fault(path, "this is used again by an alias, which a policy may not; write it out")
        self._seen.add(node)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(loader, node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._build(loader, item, (*path, index)) for index, item in enumerate(node.value)]
        return loader.construct_object(node)

    def _mapping(
        self, loader: yaml.SafeLoader | yaml.CSafeLoader, node: yaml.MappingNode, path: Path
    ) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            mark = key_node.start_mark
            here = (mark.line + 1, mark.column + 1)
            key = key_node.value
            if not isinstance(key_node, yaml.ScalarNode) or not isinstance(key, str):
                raise self._fault(here, "a name is expected here")
            if key in data:
                raise self._fault(here, f"{key!r} stands here twice")
            data[key] = self._build(loader, value_node, (*path, key))
            self._names[(*path, key)] = here
        return data
