"""What Axolotl reads beside a configuration to start its run on rented machines: it trains nothing by itself.

Source: Axolotl 0.19 (``cli/cloud/modal_.py``, ``examples/cloud``).
"""

from __future__ import annotations

from tunespec.training.framework import Framework
from tunespec.training.written import Written

_OWN = frozenset("gpu gpu_count volumes secrets dockerfile_commands timeout_preprocess memory_preprocess".split())
_ENOUGH = 3


def _is_own(written: Written) -> bool:
    return len(_OWN & set(written.data)) >= _ENOUGH and not written.has("base_model")


AXOLOTL_CLOUD = Framework(
    name="Axolotl",
    version="Axolotl 0.19",
    is_own=_is_own,
    why_not=lambda _: "it says on which rented machines Axolotl trains, and not how",
    keys={},
)
