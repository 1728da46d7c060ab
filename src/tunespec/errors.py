"""The one error that tunespec shows to its user."""


class CannotJudgeError(Exception):
    """tunespec could not judge: wrong usage, wrong configuration or unreadable input (exit code 2).

    The text is a complete message for the user: what is wrong, where, and what to do.
    """
