"""YAML read safely, and fast where the C library came with PyYAML: the classes are read at every start."""

from typing import Any

import yaml

Loader: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = (
    yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
)


def parse(text: str) -> Any:
    """Return what a YAML text holds; raises yaml.YAMLError."""
    loader = Loader(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()
