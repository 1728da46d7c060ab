"""Placeholders that a program or a person should have filled."""

from __future__ import annotations

import re

_SLOT_NAMES = (  # of prompt templates and mail merges
    "(?:your|user|first|last|full|customer|client|company|business|product|assistant|bot|model|agent|recipient|sender|"
    "author|city|current)?[ _]?(?:name|date|email|address|title|company|product|city|user|username|customer|topic|"
    "question|query|context|input|output|answer|response|instruction|prompt|text|language|author|history|char|"
    "system_prompt|number|amount|time|location|phone|order_id|id|country|price|result|value|article|book|planet|animal|"
    "subject|item|job|role|person|year|month|day|place|state|url|link|phone_number|word|sentence|paragraph|document|"
    "content|summary|category|brand|team|event|street|account|reason|feature|service|store|department|position)"
)
_NO_INPUT = r"<\s*no[ _-]?(?:in|out)put\s*/?>|\[no[ _-]?(?:in|out)put\]|&lt;no(?:in|out)put&gt;"
_MUSTACHE = r"\{\{[#/^&>]?\s*[A-Za-z_][\w.]+(?:[ _-]\w+)?(?:\s*\|[^{}\n]*)?\s*\}\}"
_BLOCK = r"\{%-?\s*(?:if|for|endif|endfor|else|set|block|endblock|include|extends)\b[^{}\n]*%\}"
_OBJECT = r"\[object Object\]"
_GONE = r"^\s*\[(?:deleted|removed)\]\s*$"
# Said by programs for "nothing": as a whole answer, or as the input below an instruction.
_NOTHING = (
    r"n/?a|#n/a|<na>|nan|null|none|nil|undefined|\(empty\)|<empty>|\[empty\]|\[blank\]|<blank>|\[none\]|<none>|\[null\]"
    r"|<null>|no[ _-]?(?:in|out)put|no (?:response|answer|text|content)|empty|not applicable|not available|placeholder"
    r"|tbd|to ?do|\[todo\]|<(?:answer|response|output|text|input)>|\[(?:answer|response|output|input)\]|\.{3}|-{1,3}"
    r"|xxx+|\?{3,}"
)
_NO_INPUT_LINE = r"(?:n/a|nan|null|none|no[ _-]?input|\(empty\)|<empty>|<none>|not applicable)"
_WHOLE = re.compile(rf"(?i)\s*({_NOTHING}|…|—)\.?\s*\Z")
_INPUT = re.compile(rf"(?i)\n[ \t]*(?:input: ?)?({_NO_INPUT_LINE})\.?\s*\Z")
_LIST_BEFORE = re.compile(r"(?m)^[ \t]*(?:[-*•]|\(?[A-Da-d1-9][.)])[^\n]*\n[^\n]*\Z")
_OFFERS_NOTHING = re.compile(
    r"(?i)\b(?:any|none|nothing|otherwise|extract|identify|entit\w+|if (?:there|not?|unknown|missing)|missing"
    r"|classif\w+|labels?|category|tags?|slots?|fields?|columns?|returns?|prints?|outputs?|evaluates?|value|variable|function|query|code"
    r"|program|python|javascript|sql|json|options?|choices?|select|choose)\b"
    r"|\b(?:morse|ellipsis|dash|hyphen|punctuation|symbol)\b"
)
_WHOLE_GATE = (
    rf"(?i-u:^[ \t\n]*(?:{_NOTHING})\.?[ \t\n]*$|\n[ \t]*(?:input: ?)?{_NO_INPUT_LINE}\.?[ \t\n]*$)|^\s*(?:…|—)\s*$"
)
PLACEHOLDER_GATE = _WHOLE_GATE + r"|\{\{|\{%|(?i-u:no[ _-]?(?:in|out)put)|\[object Object\]|\[deleted\]|\[removed\]"
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
    r"\[\s*(?:your|company|customer|user|client|product) [a-z ]{2,30}\]|\[insert\b[^\]\n]{3,60}\]"
    r"|<\s*(?:your|insert)[ _-][a-z _-]{2,30}>"
)
_TO_DO = r"\bTODO:|\[TODO\b|\bFIXME:|\[TBD\]|\bTBD:|\[XXX\]"
_FILLER = r"lorem ipsum dolor"
# What programs fill in, and people do not: variables of templates, formats and shells.
_CAPITALS = (
    r"(?:YOUR|USER|FIRST|LAST|FULL|CUSTOMER|CLIENT|COMPANY|PRODUCT|BOT|RECIPIENT|SENDER|AUTHOR|CITY)?[ _]?"
    r"(?:NAME|DATE|EMAIL|ADDRESS|TITLE|COMPANY|PRODUCT|CITY|COUNTRY|USERNAME|CUSTOMER|TOPIC|QUESTION|NUMBER|AMOUNT|PHONE|"
    r"LOCATION|PRICE|AUTHOR|PLACE|PLANET|PERSON|SUBJECT)"
)
_LOWER = (
    r"(?:your |first |last |full |user |customer |company |product )?"
    r"(?:name|company|customer|product|topic|city|country|username)"
)
_PROGRAM = (
    rf"<<\s*(?i:[a-z][a-z _]{{1,30}})\s*>>|<{_CAPITALS}>|<(?i:{_LOWER})>(?![^<]*</)"
    rf"|(?<=[\s\"'(,])(?<!\d\s)%[sd](?![\w%])|%\(\w{{2,20}}\)[sd]|%{_CAPITALS}%|@@\w{{2,20}}@@|\#{_CAPITALS}\#"
    rf"|__{_CAPITALS}__|(?<![\w$])\${_CAPITALS}\b|(?<![\w/$\#\\^_={{}})\]])\{{\d\}}(?![}}\w])|<%=?[^%\n]{{1,40}}%>"
    r"|(?<![\w/$#\\^_={}\]),])\$?\{(?:[a-z]+_[a-z_]+|[a-z]{4,20})\}(?![}\w,])"
)
_NAMED_SLOT = rf"(?<![\w/$#\\^_={{}}])\$?\{{(?i:{_SLOT_NAMES})\}}(?![}}\w])"
_PROGRAM_SLOT = re.compile(rf"{_PROGRAM}|{_NAMED_SLOT}")
SLOT_GATE = (
    r"(?i-u:\[ ?(?:your|company|customer|user|client|product|insert)|< ?(?:your|insert)|lorem ipsum)"
    r"|\{(?:[A-Za-z_ ]+|[0-9])\}|TODO|FIXME|TBD|\[XXX\]|<<"
    r"|[<\[][A-Za-z _]{4,25}[>\]]|%[sd(]|%[A-Z_ ]+%|@@|#[A-Z_ ]+#|__[A-Z_ ]+__|\$[A-Z_]{3}|<%"
)
_SLOT = re.compile(
    rf"(?i:{_GAP}|{_FILLER})|{_TO_DO}|{_NAMED_SLOT}"
    rf"|\[(?!QUESTION)(?:{_CAPITALS}|{_LOWER})\](?!\()"
)
_GIVEN = re.compile(r"(?i)lorem ipsum|\{[a-z]+\}")  # texts to be worked on hold these, too
_NAMED = re.compile(rf"(?i)\$?\{{{_SLOT_NAMES}\}}")
# What is written with gaps, for its reader to fill.
_ASKS_FOR_A_FORM = (
    r"\b(?:write|draft|compose|create|generate|prepare|need|give me|make)\b.{0,80}\b(?:letter|e-?mail|contract|"
    r"agreement|invitation|resume|cv|press release|memo|form|message|speech|script|advert\w*|proposal|announcement)\b"
)
_FORM_SUBJECT = re.compile(
    r"(?i)\btemplates?\b(?! letter)|placeholder|fill in|\bblanks\b|square brackets?|curly|f-string|format string|"
    r"\bvariables\b|\b(?:the|a|your) variable\b(?! font)|\bdummy\b|latex|to-?do list|\bapi\b|"
    r"\bf['\"]|#\{|\.format\(|\bprintf?\(|模板|邮件|信件|占位|替换|"
    r"\bsincerely\b|\bregards\b|\bdear [\[A-Z]|\byours (?:truly|faithfully)|\bsubject:|\bbest,|\bthanks(?: again)?,|"
    + _ASKS_FOR_A_FORM
)
_PROGRAM_SUBJECT = re.compile(
    r"(?i)\btemplates?\b(?! letter)|placeholder|\bfill\b|\bblanks?\b|\bgaps?\b|brackets?\b|curly|\bbraces?\b|f-string"
    r"|\bformats?\b|\bvariables?\b|\bdummy\b|latex|\bapi\b|\bf['\"]|#\{|\.format\(|\bprintf?\(|\breplace\b|\bsyntax\b"
    r"|\b(?:json|xml|html|yaml|bash|shell|python|java(?:script)?|sql|code|sets?|union|subset|tokens?|tags?|function|string)\b"
    r"|\bregex|\bstands? for\b|\bprogram|\bmask|\banonymi|redact|\bmacro|\bbibtex|模板|占位|变量|格式|替换|邮件|信件|"
    + _ASKS_FOR_A_FORM
)


def placeholder(text: str, said: str) -> str | None:
    """Names the first mark that a program should have replaced."""
    if (nothing := _nothing(text, said)) is not None:
        return f"holds the placeholder `{_shown(nothing)}` instead of a text"
    for match in _PLACEHOLDER.finditer(text):
        if match[1] is None and _TEMPLATE_SUBJECT.search(said):
            continue
        if match[2] and _LATEX_BEFORE.search(text[: match.start()][-20:]):
            continue
        return f"holds the placeholder `{_shown(match[0])}`"
    return None


def _nothing(text: str, said: str) -> str | None:
    """The word for "nothing" that a text consists of, or ends with below an instruction, and that nobody asked for."""
    whole = _WHOLE.match(text)
    below = None if whole else _INPUT.search(text)
    match = whole or below
    if match is None or (below and _LIST_BEFORE.search(text, 0, below.start())):
        return None
    others = said.replace(text, "", 1)
    word = match[1]
    if whole and (_OFFERS_NOTHING.search(others) or (word.isalnum() and word.casefold() in others.casefold())):
        return None
    return word


def unfilled_slot(text: str, said: str) -> str | None:
    """Names the first gap that its writer, or a program, meant to fill."""
    found = _PROGRAM_SLOT.search(text), _SLOT.search(text)
    for match, subject in zip(found, (_PROGRAM_SUBJECT, _FORM_SUBJECT), strict=True):
        if match is None or subject.search(said):
            continue
        slot = match[0].casefold()
        if said.casefold().count(slot) > text.casefold().count(slot):
            continue  # another turn has the same gap: it was given
        return f"holds `{_shown(match[0])}`, a gap that nobody filled,"
    return None


def slot_in_prompt(text: str, said: str) -> str | None:
    """The same in a prompt, which may hold material with such marks: only a name of templates counts, and only once."""
    fault = None if _PROGRAM_SUBJECT.search(said) else unfilled_slot(text, said)
    if fault is None:
        return None
    match = _PROGRAM_SLOT.search(text) or _SLOT.search(text)
    if match is None or text.count(match[0]) > 1 or (_GIVEN.match(match[0]) and not _NAMED.fullmatch(match[0])):
        return None
    return fault


def _shown(mark: str) -> str:
    mark = " ".join(mark.split())
    return mark if len(mark) <= 30 else f"{mark[:27]}..."
