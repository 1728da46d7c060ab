"""Is broken code shown on purpose? An answer about a mistake quotes it."""

from __future__ import annotations

import re

from tunespec.fences import Block

_AROUND = 200  # characters before or behind a block: the sentence that speaks of it
_HEADING = 7  # words: a label such as "Before:" or "The original version:"
# Words that call code broken wherever they stand, and words that do so as a label.
_SENTENCE_END = re.compile(r"[.!?]\s|[。！？\n]")
_BROKEN = re.compile(
    r"\b(?:wrong(?:ly)?|incorrect(?:ly)?|invalid|broken|buggy|malformed|faulty|syntax ?error|pseudo-?code|not valid"
    r"|\w+Error|(?:wo|does|would|do|ca|can|will)n[o']t (?:work|run|compile|parse)|not (?:work|run|compile|parse)"
    r"|unclosed|unterminated|typos?|mistakes?|falsch\w*|fehlerhaft\w*|ung(?:ü|ue)ltig\w*|incorrecte?s?|erron[ée]\w*"
    r"|incorrect[oa]s?|sbagliat\w*)\b|错误|錯誤|不正确|无效|伪代码|间違|ошибочн|неправильн|❌|✗|✘|👎",
    re.IGNORECASE,
)
_OF_CODE = re.compile(
    r"\b(?:this|that|here|code|snippets?|blocks?|versions?|examples?|syntax|json|ya?ml|toml|python|\w+Error)\b|❌|✗|代码",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\b(?:before|bad|errors?|original|problem(?:atic)?|bugs?|missing|avoid|don't|old|yours?|vorher|avant|antes|fehler)\b"
    r"|之前|原来|エラー|ошибк",
    re.IGNORECASE,
)
_COMMENT = re.compile(
    r"(?im)^(?>[^\n]*?(?:#|//|--|/\*|<!--))[^\n]*"  # from a line's first mark on, and from no other
    r"(?:\b(?:wrong|incorrect|invalid|broken|bad|mistake|\w*error|bug|not valid|before"
    r"|missing|fails|pseudo-?code|falsch|fehler|(?:won't|doesn't) (?:work|run|compile|parse))\b|错误|❌|✗)"
)
_ASKED = re.compile(
    r"\b(?:fix|debug|repair|correct (?:the|this|it|my|following|errors?)"
    r"|what(?:'s| is| was) (?:wrong|the (?:\w+ )?(?:bug|error|problem|mistake|issue))"
    r"|why (?:is|does|do|did|am|can)\b[^?\n]*"
    r"|(?:find|spot|identify|explain|has|have|is|are|there's|get|gets|getting|gives?|throws?|raises?)\s+"
    r"(?:the|an?|any|some|this|that|following|me)?\s*(?:\w+ )?(?:bug|error|mistake|problem|issue)s?"
    r"|(?:does|wo)n't (?:work|run|compile|parse)|does not (?:work|run|compile|parse)|not working"
    r"|(?:is|are) (?:wrong|broken|invalid|incorrect))\b"
    r"|错误|修复|改正|调试|バグ|エラー|ошибк|fehler|korrigier|corrig|répar|arregl|depur",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    r"```|\n[ \t]*\S[^\n]*[={}()]|\b(?:this|my|following|below|given)\s+(?:\w+\s+){0,2}(?:code|script|snippet|program"
    r"|function|method|class|loop|query|json|yaml|toml|config\w*|file)\b|代码|代碼|コード",
    re.IGNORECASE,
)
_ASKED_TO_SHOW = re.compile(
    r"\b(?:syntax ?errors?|IndentationError|TabError|pseudo-?code|malformed|unterminated"
    r"|invalid (?:json|yaml|toml|python))\b"
    r"|伪代码|语法错误",
    re.IGNORECASE,
)


def is_shown_on_purpose(text: str, block: Block, prompt: str) -> bool:
    """Whether the answer says that a block is broken, or the prompt gives code and asks what is wrong with it.

    Args:
        text: the answer.
        block: one of its blocks.
        prompt: what the user has said so far.
    """
    before = text[max(0, block.start - _AROUND) : block.start].rpartition("```")[2].strip()
    sentence = _SENTENCE_END.split(before.rpartition("\n")[2])[-1]
    after = text[block.end : block.end + _AROUND].partition("```")[0].strip()
    behind = _SENTENCE_END.split(after)[0]
    if _says_broken(sentence) or _says_broken(behind) or _COMMENT.search(block.body):
        return True
    return bool(_ASKED_TO_SHOW.search(prompt) or (_ASKED.search(prompt) and _GIVEN.search(prompt)))


def _says_broken(sentence: str) -> bool:
    announces = sentence.rstrip("*_ ").endswith((":", "：")) or sentence.startswith(("#", "**"))
    if announces and len(sentence.split()) <= _HEADING and _LABEL.search(sentence):
        return True
    return _BROKEN.search(sentence) is not None and (announces or _OF_CODE.search(sentence) is not None)
