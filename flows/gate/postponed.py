"""Imports put off until first use: Great Expectations pulls in scipy.stats and altair for two expectations of
dozens, which is 1.9 of its 4.5 seconds."""

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


@contextmanager
def postponed(*names: str) -> Iterator[None]:
    """Let what is imported in the block hold stand-ins for these modules, which import them when first used.

    Afterwards ``sys.modules`` is as if they had never been imported, so other code gets the real ones.
    A module that is imported already, or not installed, is left alone.
    """
    stand_ins = {name: _stand_in(name) for name in names if name not in sys.modules and _is_installed(name)}
    sys.modules.update(stand_ins)
    for name, module in stand_ins.items():
        _bind_to_parent(name, module)
    try:
        yield
    finally:
        for name, module in stand_ins.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
                _unbind_from_parent(name, module)


def _is_installed(name: str) -> bool:
    return importlib.util.find_spec(name.partition(".")[0]) is not None


def _stand_in(name: str) -> ModuleType:
    module = ModuleType(name)

    def import_now(attribute: str) -> Any:
        if sys.modules.get(name) is module:
            del sys.modules[name]
            _unbind_from_parent(name, module)
        return getattr(importlib.import_module(name), attribute)

    module.__getattr__ = import_now  # type: ignore[method-assign]  # PEP 562
    return module


def _bind_to_parent(name: str, module: ModuleType) -> None:
    """``from scipy import stats`` looks at scipy before it looks at ``sys.modules``."""
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(importlib.import_module(parent), child, module)


def _unbind_from_parent(name: str, module: ModuleType) -> None:
    parent, _, child = name.rpartition(".")
    if parent and vars(sys.modules[parent]).get(child) is module:
        delattr(sys.modules[parent], child)
