"""Edge cases that the answer tells, or the prompt's attack: asked unclearly, not to be known, hostile.

Whether a question is ambiguous or unanswerable only its author knows. A record that is to be imitated tells it by its
answer, which asks back, says that it cannot be known, or refuses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tunespec.cases.view import View, rows_of

if TYPE_CHECKING:
    import polars as pl

_HEAD = 300  # characters of an answer in which it says so
_SHORT = 500  # characters; a longer answer answers, whatever it asks or leaves open beside that
_APOSTROPHES = "[’ʼ‘]"
_ASKS_BACK = (
    r"(?:could|can|would|will) you (?:please |kindly )?(?:be more specific|clarify|specify|elaborate|confirm|"
    r"tell me|let me know|provide|share|give me|send|paste|describe|explain what)"
    r"|please (?:be more specific|clarify|specify|elaborate|provide|share|paste|upload)"
    r"|(?:do|did) you mean|what (?:exactly )?do you mean|are you (?:referring|asking|looking)"
    r"|which (?:one|[a-z]+) (?:do|did|are|would) you|what (?:kind|type|sort) of [a-z ]{1,30} (?:do|are|would) you"
    r"|i (?:need|would need|'ll need) (?:some |a few |a bit )?more (?:information|context|details)"
    r"|k(?:ö|oe)nn(?:en|st|test|ten) (?:du|sie)[^.?!]{0,40}(?:genauer|sagen|nennen|angeben)"
    r"|welche[nrs]? [^.?!]{0,30}mein(?:en|st)"
    r"|pou(?:vez|rriez)-vous (?:préciser|me dire|fournir)|p(?:uede|odría)s? (?:especificar|aclarar|proporcionar)"
    r"|请(?:提供|说明|澄清)|[您你](?:指的|说的)是|能(?:否)?(?:请[您你])?提供更多|澄清[您你]"
)
_MATERIAL = (
    r"(?:text|passage|context|document|article|story|table|paragraph|information|question|data|source|input|sentence"
    r"|conversation|review|message|record|database)s?"
)
_NOT_KNOWN = (
    rf"\b{_MATERIAL}(?: provided| given| above)? (?:does not|doesn't|do not|don't|did not|didn't) (?:\w+ )?"
    r"(?:say|state|mention|specify|contain|provide|include|give|tell|answer|indicate|have)"
    rf"|\bno (?:answer|information|mention)\b[^.]{{0,40}}\b(?:{_MATERIAL}|available|given|provided|found)\b"
    r"|\b(?:can ?not|can't|could not|couldn't) be (?:answered|determined|known|inferred|found|deduced)"
    r"|\b(?:not|n't) (?:been )?(?:mentioned|specified|stated|provided|given|known|disclosed|available) (?:in|by|from)\b"
    r"|\b(?:not enough|insufficient|not sufficient) (?:information|context|data|details)"
    r"|\bunanswerable\b|\bno way of knowing\b|\bimpossible to (?:know|determine|answer|tell|say)"
    r"|\bi (?:do not|don't) (?:know\b|have (?:that|this|any|enough|access|information|the|real|current|up))"
    r"|\bi(?:'m| am) not (?:aware|familiar)\b"
    r"|\b(?:real-time (?:data|information)|browse the (?:internet|web))\b"
    r"|weiß ich (?:leider )?nicht|(?:text|frage|dokument)[^.]{0,40}\bnicht (?:genannt|erwähnt|angegeben|hervor)"
    r"|je ne sais pas|n'est pas (?:mentionné|précisé|indiqué)|no (?:lo )?sé\b|no se (?:menciona|especifica|indica)"
    r"|(?:没有|未)(?:提到|提及|说明)|我不知道|无法(?:确定|得知|判断|浏览|访问)"
)
# "I'm sorry to hear that" refuses nothing.
_REFUSES = (
    r"^(?:(?:i(?:'m| am) (?:very |so |really )?sorry|sorry|i apologi[sz]e|unfortunately|as an? (?:ai|assistant)\b"
    r"|no)\b[^.?!]{0,50}?[,.:]? (?:but |that )?)?"
    r"i(?: can(?:no|')t| can not| won't| will not|(?: am|'m) (?:unable|not able)| must (?:decline|refuse)) "
    r"(?:\w+ ){0,3}?(?:help|assist|support|provide|comply|do that|fulfil|fulfill|engage|create|"
    r"generate|write|disclose|participate|promote|discuss|encourage|condone|"
    r"(?:give|tell|share|reveal|recommend) (?:you|that|this|any|my|the))"
    r"|^i must (?:decline|refuse)|^(?:i(?:'m| am) )?sorry, (?:but )?(?:that is|that's|this is) not something"
    r"|^(?:es )?tut mir leid[^.]{0,60}\bnicht\b|^(?:désolée?|je suis désolée?)[^.]{0,40}ne peux"
    r"|^lo siento[^.]{0,40}no puedo"
    r"|^(?:抱歉|对不起|很抱歉)[^。]{0,30}(?:不能|无法)(?:满足|提供|协助|帮助|回答|生成|参与)"
)


def ambiguous(view: View) -> set[int]:
    """Records with an answer that asks back."""
    import polars as pl

    said = _short(view).filter(pl.col("type") != "list")  # a list of questions was asked for
    return rows_of(said.filter(pl.col("head").str.contains(_ASKS_BACK)))


def unanswerable(view: View) -> set[int]:
    """Records with an answer that says that it cannot be known or done."""
    import polars as pl

    return rows_of(_short(view).filter(pl.col("head").str.contains(_NOT_KNOWN)))


def adversarial(view: View) -> set[int]:
    """Records that order the model to drop its instructions, or hide text; and those that are refused."""
    import polars as pl

    return _attacking(view) | rows_of(
        _short(view).filter(pl.col("head").str.contains(_REFUSES), ~pl.col("head").str.contains(_NOT_KNOWN))
    )


def _short(view: View) -> pl.DataFrame:
    """The beginnings, in small letters, of answers that are short: ``row``, ``type`` and ``head``."""
    import polars as pl

    head = pl.col("text").str.slice(0, _HEAD).str.to_lowercase().str.replace_all(_APOSTROPHES, "'")
    return view.answers.filter(pl.col("size") <= _SHORT).select("row", "type", head=head)


def _attacking(view: View) -> set[int]:
    """Records in which a prompt or a tool's result orders the model to drop its instructions, or hides text."""
    import polars as pl

    from tunespec.facts.hidden_text import GATE, hidden_text
    from tunespec.facts.hijacking import TABLES, hijacking_order
    from tunespec.facts.injection import suspected_orders

    texts = view.of("prompt", "tool").with_columns(pl.col("role").cast(pl.String))
    hidden = texts.filter(pl.col("text").str.contains(GATE)).select("row", "text")
    found = {row for row, text in hidden.iter_rows() if hidden_text(text)}
    for asked in suspected_orders(texts).iter_rows(named=True):
        tables = [table for table in TABLES if asked[table]]
        if hijacking_order(asked["text"], tables, from_tool=asked["role"] == "tool") is not None:
            found.add(asked["row"])
    return found
