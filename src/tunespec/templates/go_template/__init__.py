"""Go's ``text/template`` in Python, within bounds; it knows nothing of Ollama.

Faithful to Go 1.26 (``text/template``, and of ``fmt``, ``strconv`` and ``encoding/json`` what a template reaches), as
``tests/test_go_parity.py`` proves against Go itself. Not there: ``%#v`` of what has parts, ``%x``, ``%b`` and ``%#g``
of floats; these are refused.
"""

from tunespec.templates.go_template.functions import Function
from tunespec.templates.go_template.template import Template, parse

__all__ = ["Function", "Template", "parse"]
