"""tunespec: every known pitfall of LLM fine-tuning, as a test on your own files.

The public API is what a house rule needs, the :func:`pitfall` decorator and :mod:`expect`, and what a program needs
that asks a model: :func:`trim`, and :class:`Trimmer` for a stream.
"""

from tunespec import expect
from tunespec.errors import CannotJudgeError
from tunespec.pitfall import Pitfall, pitfall
from tunespec.trim import Trimmer, trim

__all__ = ["CannotJudgeError", "Pitfall", "Trimmer", "__version__", "expect", "pitfall", "trim"]

__version__ = "0.1.0"
