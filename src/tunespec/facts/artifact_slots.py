"""Placeholders that a program or a person should have filled."""

from __future__ import annotations

import re

_SLOT_NAMES = (  # of prompt templates and mail merges
    "(?:your|user|first|last|full|customer|client|company|business|product|assistant|bot|model|agent|recipient|sender|"
    "author|city|current)?[ _]?(?:name|date|email|address|title|company|product|city|user|username|customer|topic|"
    "question|query|context|input|output|answer|response|instruction|prompt|text|language|author|history|char|"
    "system_prompt|number|amount|time|location|phone|order_id|id)"
)
_NO_INPUT = r"<\s*no[ _-]?(?:in|out)put\s*/?>|\[no[ _-]?(?:in|out)put\]|&lt;no(?:in|out)put&gt;"
_MUSTACHE = r"\{\{[#/^&>]?\s*[A-Za-z_][\w.]+(?:[ _-]\w+)?(?:\s*\|[^{}\n]*)?\s*\}\}"
_BLOCK = r"\{%-?\s*(?:if|for|endif|endfor|else|set|block|endblock|include|extends)\b[^{}\n]*%\}"
_OBJECT = r"\[object Object\]"
_GONE = r"^\s*\[(?:deleted|removed)\]\s*$"
PLACEHOLDER_GATE = r"\{\{|\{%|(?i-u:no[ _-]?(?:in|out)put)|\[object Object\]|\[deleted\]|\[removed\]"
_PLACEHOLDER = re.compile(rf"({_NO_INPUT})|({_MUSTACHE})|({_BLOCK})|({_OBJECT})|({_GONE})", re.IGNORECASE)
_LATEX_BEFORE = re.compile(r"(?:\\[A-Za-z]+|[}^_$])$")
_TEMPLATE_SUBJECT = re.compile(
    r"(?i)jinja|handlebars|\bmustache (?:templ|synt|tag)|shopify|(?-i:\bVue(?:\.js)?\b|\bAngular\b|\bTwig\b)|"
    r"placeholder|character card|what (?:does|is) \{\{|mean\w* of \{\{|"
    r"django|ansible|\bhelm chart|kubernetes|github action|curly brac|double brac|wikitext|\blatex\b|"
    r"interpolat|\\[a-z]+\{|\btemplat(?:es|ing)\b|"
    r"\btemplate (?:engine|language|syntax|variable|string|literal|for|with|that)|"
    r"\b(?:in|into) (?:a|the|your) template|(?:e-?mail|letter|prompt|message|chat) template|模板|占位|变量"
)

_GAP = (
    r"\[\s*(?:your|company|customer|user|client|product) [a-z ]{2,30}\]|\[insert\b[^\]\n]{0,60}\]"
    r"|<\s*(?:your|insert)[ _-][a-z _-]{2,30}>"
)
_TO_DO = r"\bTODO:|\[TODO\b|\bFIXME:|\[TBD\]|\bTBD:|\[XXX\]"
_FILLER = r"lorem ipsum dolor"
SLOT_GATE = (
    r"(?i-u:\[ ?(?:your|company|customer|user|client|product|insert)|< ?(?:your|insert)|lorem ipsum|\{[a-z_ ]{2,20}\})"
    r"|TODO|FIXME|TBD|\[XXX\]"
)
_SLOT = re.compile(rf"(?i:{_GAP}|{_FILLER})|{_TO_DO}|(?<![\w/$#\\^_={{}}])\$?\{{(?i:{_SLOT_NAMES})\}}(?![}}\w])")
_FORM_SUBJECT = re.compile(
    r"(?i)\btemplates?\b(?! letter)|placeholder|fill in|\bblanks\b|square brackets?|curly|f-string|format string|"
    r"\bvariables\b|\b(?:the|a|your) variable\b(?! font)|\bdummy\b|latex|to-?do list|\bapi\b|"
    r"\bf['\"]|#\{|\.format\(|\bprintf?\(|模板|邮件|信件|占位|"
    r"\bsincerely\b|\bregards\b|\bdear [\[A-Z]|\byours (?:truly|faithfully)|\bsubject:|\bbest,|\bthanks(?: again)?,|"
    r"\b(?:write|draft|compose|create|generate|prepare|need|give me|make)\b.{0,80}\b(?:letter|e-?mail|contract|"
    r"agreement|invitation|resume|cv|press release|memo|form|message|speech|script|advert\w*|proposal|announcement)\b"
)


def placeholder(text: str, said: str) -> str | None:
    """Names the first mark that a program should have replaced."""
    for match in _PLACEHOLDER.finditer(text):
        if match[1] is None and _TEMPLATE_SUBJECT.search(said):
            continue
        if match[2] and _LATEX_BEFORE.search(text[: match.start()][-20:]):
            continue
        return f"holds the placeholder `{_shown(match[0])}`"
    return None


def unfilled_slot(text: str, said: str) -> str | None:
    """Names the first gap that its writer meant to fill."""
    match = _SLOT.search(text)
    if match is None or _FORM_SUBJECT.search(said):
        return None
    slot = match[0].casefold()
    if said.casefold().count(slot) > text.casefold().count(slot):
        return None  # another turn has the same gap: it was given
    return f"holds `{_shown(match[0])}`, a gap that nobody filled,"


def _shown(mark: str) -> str:
    mark = " ".join(mark.split())
    return mark if len(mark) <= 30 else f"{mark[:27]}..."
