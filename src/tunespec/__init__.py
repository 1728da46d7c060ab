"""tunespec: every known pitfall of LLM fine-tuning, as a test on your own files.

The public API is what a house rule needs: the :func:`pitfall` decorator and :mod:`expect`.
"""

from tunespec import expect
from tunespec.errors import CannotJudgeError
from tunespec.pitfall import Pitfall, pitfall

__all__ = ["CannotJudgeError", "Pitfall", "__version__", "expect", "pitfall"]

__version__ = "0.1.0"
