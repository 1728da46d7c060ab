"""Postponed modules: nothing is loaded before it is used, and then everything works."""

from __future__ import annotations

import subprocess
import sys

from tunespec import expect
from tunespec.engine import Asked
from tunespec.engine_process import engine_process

_PROGRAM = """
import sys
from tunespec.postponed import postpone
postpone("xml.dom.minidom", "colorsys", "sys")
import colorsys
from xml.dom import minidom
assert not {"xml.dom.minicompat", "xml.dom.expatbuilder"} & set(sys.modules)
assert minidom.parseString("<a/>").documentElement.tagName == "a"
assert colorsys.rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0.0)
first = sys.modules["colorsys"]
assert colorsys.ONE_THIRD and sys.modules["colorsys"] is first and first is not colorsys
from xml.dom.minidom import Node
try:
    colorsys.nothing
except AttributeError:
    print("fine")
"""


def test_a_postponed_module_loads_on_first_use():
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=False)
    assert done.stdout == "fine\n", done.stderr


def test_an_expectation_about_a_distribution_finds_what_was_postponed():
    partition = {"values": ["x", "y"], "weights": [0.5, 0.5]}
    declared = expect.ExpectColumnKLDivergenceToBeLessThan(column="a", partition_object=partition, threshold=0.1)
    (even,) = engine_process().evaluate(4, {"a": dict(enumerate("xyxy"))}, [Asked("X001", declared, "error")])
    (odd,) = engine_process().evaluate(4, {"a": dict(enumerate("xxxy"))}, [Asked("X001", declared, "error")])
    assert (even.success, odd.success) == (True, False)
