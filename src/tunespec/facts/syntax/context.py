"""Is broken code shown on purpose? An answer about a mistake quotes it."""

from __future__ import annotations

import re

from tunespec.fences import Block

_AROUND = 160  # characters before a block that may announce it: a sentence or two
_AFTER = 80
_ANNOUNCED = re.compile(
    r"\b(?:wrong|incorrect|in ?correctly|invalid|broken|buggy|mistakes?|bad|before|faulty|malformed|typos?|pseudo-?code"
    r"|syntax ?errors?|errors?|exceptions?|fails?|failing|avoid|problem(?:atic)?|original|instead of|not work|won't"
    r"|bugs?|doesn't|don't|never write|not valid|missing|unclosed|unbalanced"
    r"|your (?:code|snippet|version|file|json|query)"
    r"|falsch\w*|fehler\w*|vorher|ung(?:ü|ue)ltig\w*|incorrecte?s?|erron[ée]\w*|erreurs?|faux|avant|incorrect[oa]s?"
    r"|errore?s?|sbagliat\w*|antes)\b|错误|錯誤|不正确|无效|之前|原来|伪代码|间違|エラー|ошибк|неправильн|❌|✗|✘|👎",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    r"(?im)(?:#|//|--|/\*|<!--)[^\n]*\b(?:wrong|incorrect|invalid|broken|bad|mistake|error|bug|not valid|before"
    r"|missing|fails|pseudo-?code|falsch|fehler|won't (?:work|run|compile|parse))\b|(?:#|//|--)[^\n]*(?:错误|❌|✗)"
)
_ASKED = re.compile(
    r"\b(?:fix|fixes|debug|bug|bugs|buggy|broken|wrong|mistakes?|typos?|correct(?:ed)? (?:the|this|it|my)"
    r"|syntax errors?|SyntaxError|IndentationError|does(?:n't| not) (?:work|run|compile|parse)|repair"
    r"|won't (?:run|compile|parse)"
    r"|invalid|malformed|pseudo-?code|(?:an?|this|following|the|throws?|gives?|get(?:ting)?) \w* ?errors?)\b"
    r"|错误|修复|改正|调试|バグ|エラー|ошибк|fehler|korrigier|corrig|répar|arregl|depur",
    re.IGNORECASE,
)
_ABOUT_CODE = re.compile(
    r"```|\b(?:code|script|snippet|program|function|method|class|loop|query|python|json|yaml|toml|sql|javascript"
    r"|config\w*|parser?|syntax|indent\w*)\b|代码|程序|函数|コード|код|quelltext|programm",
    re.IGNORECASE,
)


def is_shown_on_purpose(text: str, block: Block, prompt: str) -> bool:
    """Whether the answer says that a block is wrong, or the prompt asks for a mistake and the block is not the last.

    Args:
        text: the answer.
        block: one of its blocks.
        prompt: what the user has said so far.
    """
    before, after = text[max(0, block.start - _AROUND) : block.start], text[block.end : block.end + _AFTER]
    before = before.rpartition("```")[2]
    announcing = before.strip().rpartition("\n\n")[2]
    if _ANNOUNCED.search(announcing) or _WITHIN.search(block.body):
        return True
    if _ANNOUNCED.search(after.partition("```")[0].strip().partition("\n")[0]):
        return True
    return bool(_ASKED.search(prompt) and _ABOUT_CODE.search(prompt))
