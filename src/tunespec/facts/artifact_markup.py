"""HTML tags and entities in text that is neither code nor about HTML."""

from __future__ import annotations

import re

from tunespec.text import shorten

# Tags of formatting and layout, as scraped pages leave them. Left out: what Markdown writers use on purpose, for want
# of syntax of its own (sub, sup, kbd, u, mark, details, summary), and names of XML and of task marks (title, mask).
_TAGS = (
    "p|br|div|span|b|i|a|li|ul|ol|strong|em|h[1-6]|table|tbody|thead|td|tr|th|img|font|center|html|body|head|script|"
    "style|pre|code|tt|small|big|strike|blockquote|hr|section|article|header|footer|nav|iframe|button"
)
_ATTRIBUTES = r"""(?:\s+[\w:-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s<>"']+))*\s*/?"""  # `a <b and c> d` has none
TAG_GATE = rf"(?i)</?(?:{_TAGS}){_ATTRIBUTES}>|<!--"
_TAG = re.compile(rf"(\w?)<(/?)({_TAGS})({_ATTRIBUTES})>", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TABLE_LINE = re.compile(r"(?m)^[ \t]*\|.*$")  # a cell of a Markdown table has no other line break than <br>
# A tag in quotation marks is spoken about.
_QUOTED = re.compile(r"""["'“‘「『（(`]\s*(?:<[^<>\n]*>[^<>\n"'”’]{0,40}){1,4}["'”’」』）)`]""")
_HTML_SUBJECT = re.compile(
    r"(?i)html|xml\b|\bsvg\b|\b[jt]sx\b|mark-?up|\bcss\b|(?-i:\bReact\b|\bVue\b|\bAngular\b|\bSvelte\b|\bDOM\b)|jinja|"
    r"handlebars|\bphp\b|beautifulsoup|\bweb ?(?:page|scrap|design|develop)|front-?end|\bjquery\b|\bselector|"
    r"""\bclass ['"“]|(?:the|given|following) code\b|网页|标签|前端|(?-i:\btags?\b)|"""
    # the tags themselves are asked about: "the difference between <div> and <span>", "what does <br> do?"
    r"<\w+> (?:and|or|vs\.?|versus|with) (?:an? |the )?<\w+>|"
    r"\b(?:what|when|why|how|does|do|is|an?) (?:an? )?<\w+>(?=[\s?.,;:])"
)
_SCRIPT_SUBJECT = re.compile(r"(?i)javascript|typescript")

_ENTITIES = (  # those that HTML writers and exporters make; many others are C expressions too (&int;, &part;)
    "amp|AMP|lt|gt|LT|GT|quot|QUOT|apos|nbsp|NBSP|e[mn]sp|thinsp|copy|reg|trade|hellip|[mn]dash|[lr][sda]quo|[sb]d?quo|bull|"
    "sbquo|middot|deg|euro|pound|cent|yen|sect|para|times|divide|plusmn|minus|frac(?:12|14|34)|szlig|"
    "[aeiouyAEIOUY](?:grave|acute|circ|uml)|[anoANO]tilde|[aA]ring|[cC]cedil|[oO]slash|aelig|AElig|oelig|OElig|"
    "shy|zwn?j|iexcl|iquest|ord[mf]|micro|[lr]arr|infin"
)
ENTITY_GATE = rf"&(?:amp;)*(?:{_ENTITIES}|#\d{{2,7}}|#[xX][0-9a-fA-F]{{2,6}});|&nbsp\b"
_ENTITY = re.compile(ENTITY_GATE)
_ENTITY_SUBJECT = re.compile(
    r"(?i)html|\bxml\b|mark-?up|\bentit(?:y|ies) (?:ref|code|name)|\b(?:character|named) entit|encode\b|encoding\b|"
    r"\bescaped\b|\bescap(?:e|ing) (?:\w+ )?(?:char|string|text|quot|amp|special)|\bphp\b|sanitiz|\bxss\b|"
    r"实体编码|转义"
)


def html_tag(text: str, said: str) -> str | None:
    """Names the first HTML tag that stands in the text, outside Markdown tables and quotation marks."""
    bare = _QUOTED.sub(" ", _TABLE_LINE.sub("", text))
    for before, close, name, attributes in _TAG.findall(bare):
        if before and not close and len(name) == 1 and f"</{name}>" not in bare:
            continue  # a type's parameter, or two comparisons: `list<a>`, `a<b>c`
        if "=" in attributes and _SCRIPT_SUBJECT.search(said):
            return None  # an element for a program to work on
        return None if _HTML_SUBJECT.search(said) else f"holds the HTML tag `<{close}{name.lower()}>`"
    if _COMMENT.search(bare) and not _HTML_SUBJECT.search(said):
        return "holds an HTML comment `<!--`"
    return None


def html_entity(text: str, said: str) -> str | None:
    """Names the first HTML entity."""
    match = _ENTITY.search(text)
    if match is None or _ENTITY_SUBJECT.search(said):
        return None
    twice = ", escaped twice," if match[0].startswith("&amp;") and len(match[0]) > len("&amp;") else ""
    return f"holds the HTML entity `{shorten(match[0])}`{twice}"
