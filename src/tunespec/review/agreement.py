"""Whether reviewers agree more than chance would make them: Krippendorff's alpha, by NLTK."""

from __future__ import annotations

from collections.abc import Iterable

MISSING = "agreement needs an extra: pip install 'tunespec[agreement]'"


class AgreementError(Exception):
    """The library that measures it is not there."""


def alpha(votes: Iterable[tuple[str, str, str]]) -> float:
    """Krippendorff's alpha for nominal data: 1 for reviewers who agree, 0 for what chance gives, less for worse.

    It takes any number of reviewers, and none needs to have judged everything.

    Args:
        votes: ``(reviewer, what was judged, verdict)``.

    Raises:
        AgreementError: without the extra.
    """
    try:
        from nltk.metrics.agreement import AnnotationTask
    except ImportError as error:
        raise AgreementError(MISSING) from error
    return float(AnnotationTask(data=list(votes)).alpha())
