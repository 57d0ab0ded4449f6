"""Imports put off until first use."""

import subprocess
import sys

from flows.gate.postponed import postponed


def test_a_postponed_module_is_imported_when_it_is_used_and_not_before():
    code = """
import sys
from flows.gate.postponed import postponed
with postponed("colorsys", "xml.dom"):
    import colorsys
    from xml import dom
assert "colorsys" not in sys.modules and "xml.dom" not in sys.modules
assert colorsys.rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)
assert dom.Node.ELEMENT_NODE == 1
import colorsys as real
assert real.__spec__ is not None
from xml import dom as again
assert again.__spec__ is not None
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_is_imported_already_or_not_installed_is_left_alone():
    with postponed("json", "no_such_package"):
        assert sys.modules["json"].dumps([]) == "[]"
        assert "no_such_package" not in sys.modules
