"""The words with which an English prompt refers to material, and those with which it only asks for something."""

from __future__ import annotations

import re
from typing import NamedTuple

_PROSE = (
    "text|texts|passage|passages|paragraph|paragraphs|article|articles|excerpt|extract|sentence|sentences|phrase|"
    "phrases|document|documents|email|emails|e-mail|letter|message|review|reviews|tweet|comment|comments|conversation|"
    "dialogue|dialog|transcript|story|poem|lyrics|essay|report|abstract|statement|statements|quote|quotation|recipe|"
    "contract|clause|scenario|question|questions|problem|riddle|proverb|headline|headlines|notes|meeting notes|"
    "information|context|facts|description|product description|job description|resume|cv|case study|summary|list|"
    "items|words|"
    "word|terms|options|choices|instructions|ingredients|names|examples?|announcement|speech|chapter|post|news story"
)
_VISUAL = (
    "image|images|picture|pictures|photo|photos|photograph|photographs|screenshot|drawing|diagram|figure|map|"
    "illustration|video|audio|recording|file|files|pdf|attachment|spreadsheet|poster|painting"
)
_TABLE = (
    "table|tables|chart|graph|plot|data|dataset|data set|csv|numbers|figures|statistics|results|equation|"
    "equations|expression|matrix"
)
_CODE = (
    "code|source code|code snippet|snippet|function|script|program|query|sql query|class|method|regex|error message|"
    "stack trace|traceback|log|logs|json|html|xml|yaml|config|configuration|code block|pseudocode|implementation"
)
_KINDS = {"visual": _VISUAL, "table": _TABLE, "code": _CODE, "prose": _PROSE}
_ANY = "|".join(_KINDS.values())
_LANGUAGES = (
    "(?:[a-z]+ )?(?:english|german|french|spanish|italian|portuguese|chinese|japanese|korean|russian|arabic|dutch)"
)

# Nouns that name the material itself: "summarise the article" with nothing to summarise.
_MATERIAL = (
    "text|passage|paragraph|article|excerpt|sentence|image|picture|photo|photograph|screenshot|diagram|chart|graph|"
    "table|code|code snippet|snippet|document|email|e-mail|transcript|dialogue|conversation|review|essay|poem|abstract|"
    "letter|tweet|report"
)
_DO = (
    "summari[sz]e|translate|proofread|paraphrase|rewrite|rephrase|edit|shorten|condense|simplify|correct|classify|"
    "caption|debug|refactor|review|analy[sz]e|read|look at|study|examine|refer to|transcribe|critique|convert|"
    "describe|explain|optimi[sz]e|improve|comment|annotate|outline|evaluate|grade"
)
_END = (
    r"(?=\s*(?:[.!?:;,]|$|\n| (?:(?:step|line|word|sentence|section)[- ](?:by|for)[- ]\w+|in (?:detail|depth|full)|"
    r"please|briefly|again|clearly|concisely|for me|now|and|then|into|to|for|carefully|"
    r"thoroughly|so that|using|with|as a|as an|in "
    r"(?:one|two|three|four"
    r"|five|a|no more|under|less|about|your|simple|plain|bullet|step|line|briefly|again|\d|" + _LANGUAGES + r"))\b))"
)
_POINTS = "following|below|attached|above|enclosed|accompanying|above-mentioned|aforementioned"
_FORMS = {
    "following": rf"\b(?:the|this|these|those|each of the|all of the|my|our) (?:{_POINTS})(?: [a-z-]+){{0,2}}? "
    rf"(?P<noun>{_ANY})\b(?! (?:is|are) (?:true|used|the)\b)",
    "below": rf"\b(?:the|this|these|my|our|a)(?: [a-z-]+){{0,2}}? (?P<noun>{_ANY})(?: (?:that|which) (?:is|are|"
    r"appears?|"
    r"follows?))?(?: (?:shown|given|provided|listed|pasted|presented|written|quoted|included|posted))?(?: "
    r"(?:just|right|directly))? (?:below|above|attached)\b(?! (?:\d|zero|the|average|sea|ground))",
    "provided": r"\b(?:the (?:given|provided|supplied)(?: [a-z-]+)? (?P<noun>text|passage|paragraph|article|excerpt|"
    r"image|"
    r"picture|photo|screenshot|transcript|dialogue|conversation|snippet|code snippet|table|chart|document|"
    r"context|information)|the (?P<noun2>information|details|context|text|passage|image|excerpt|document|"
    r"data) (?:provided|given|supplied))\b",
    "bare": rf"^(?:please |kindly |can you |could you |would you |first |carefully )*(?:{_DO})(?: carefully| closely| "
    rf"briefly| to me)? (?:the|this|these) (?:(?:entire|whole|short|long) )?(?P<noun>{_MATERIAL}){_END}",
    "according": r"\b(?:according to|based on|(?:main|central|key|overall) \w+ (?:of|in)|"
    r"(?:tone|theme|mood|topic) of|as (?:shown|stated|described|mentioned|seen) in|(?:shown|seen|depicted|"
    r"pictured|illustrated|mentioned|described|listed) in|from|refer(?:ring)? to|what does|what do|what is "
    r"happening in) the (?P<noun>passage|text|excerpt|paragraph|article|image|picture|photo|screenshot|figure|"
    rf"diagram|chart|graph|table|transcript|snippet|code snippet){_END}",
    "what": r"\bwhat (?:does|do|is|are|will|would) (?:this|these) (?P<noun>code|code snippet|snippet|function|script|"
    r"query|sql query|program|regex|text|passage|paragraph|sentence|article|image|picture|photo|screenshot|"
    r"diagram|table|chart|graph|poem|error message)\b",
    "shown": r"\b(?:in|on|from) (?:this|the attached) (?P<noun>photo|picture|image|screenshot)(?=\s*(?:[.!?]|$))",
    "attached": rf"\bthe (?P<noun>{_ANY})(?: that| which)? (?:i|we)(?:'ve| have| just)? (?:attached|pasted|uploaded)\b",
    "problem": r"\b(?:why|how|where|can|could|is|does|please|help|what)\b[^.?!\n]* this (?P<noun>code|code snippet|"
    r"snippet|sql query|regex|error message|stack trace|passage|excerpt|paragraph|screenshot|diagram)\b",
    "above": r"\b(?:based on|using|given|considering|according to|in light of|summari[sz]e|translate|explain|rewrite|"
    r"from) (?:all )?(?:of )?(?P<noun>the above|the following|above)(?=\s*(?:[.!?,:]|$| (?:into|in|to|for|as|"
    r"and)\b))",
}
_PATTERNS = {name: re.compile(form, re.IGNORECASE) for name, form in _FORMS.items()}
# Material has to be named in part: "the story of Cinderella", 'the poem "Invictus"'.
_NAMED = re.compile(
    r"^\s*(?:of|by|about|on|titled|entitled|called|named|from|at|where|whose|i |you |we )\b|^\s*[\"'“‘(\[]",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    r"\b(?:your (?:previous|last|earlier|prior) (?:answer|response|reply|suggestion|explanation|example)|"
    r"(?:as|like|what) (?:we|you|i) (?:discussed|said|mentioned|explained|suggested|described|told me|agreed|"
    r"talked about)"
    r"(?: \w+){0,3}? (?:above|earlier|before|previously|last time|yesterday)|"
    r"(?:continue|go on|carry on|pick up)(?: \w+)? where (?:you|we) (?:left off|stopped)|"
    r"(?:regarding|about|based on|using|given|with respect to|referring to|in) (?:the|your|our|my) "
    r"(?:previous|last|earlier) (?:answer|response|question|message|reply|conversation|discussion|example))\b",
    re.IGNORECASE,
)
_WRITES = re.compile(
    r"\b(?:write|draft|compose|email|e-mail|letter|role ?-?play|dialogue|story|script|character|customer|reply|"
    r"respond)\b",
    re.IGNORECASE,
)
_ANSWERED_FROM = frozenset("context passage document documents article information text excerpt paragraph".split())
_ANSWERS = re.compile(r"\b(?:answer|reply|respond)\b", re.IGNORECASE)
_QUESTION = re.compile(r"(?im)^[ \t]*(?:(?:\#+[ \t]*)?(?:question|query|q)[ \t]*:)?[^\n:.!]{0,200}\?[ \t]*$")


class Reference(NamedTuple):
    """Where a prompt refers to material: the noun, what kind of material it is, and the span of the words."""

    noun: str
    kind: str
    start: int
    end: int


def reference(prompt: str) -> Reference | None:
    """The first reference of a prompt to material that should stand in it."""
    for name, pattern in _PATTERNS.items():
        for match in pattern.finditer(prompt):
            noun = (match["noun"] or match["noun2"] if name == "provided" else match["noun"]).lower()
            if name in {"bare", "what", "problem", "following", "below"} and _NAMED.match(prompt[match.end() :]):
                continue
            if _WRITES.search(prompt[: match.start()]) and name in {"following", "below"} and "attached" in match[0]:
                continue  # the letter that shall be written has the attachment
            attached = re.search(r"\b(?:attached|enclosed)\b", match[0], re.IGNORECASE)
            return Reference(noun, "visual" if attached else _kind(noun), match.start(), match.end())
    return None


def earlier_turn(prompt: str) -> str | None:
    """The words with which a first turn refers to an earlier one."""
    if len(prompt.split()) > 40 or _WRITES.search(prompt):
        return None
    found = _EARLIER.search(prompt)
    return found[0] if found else None


def without_question(text: str, found: Reference, sentence: str) -> str:
    """The text without the lines behind a reference that only ask, where it is a context to answer from.

    ``sentence`` is the one that refers: a question may well be the text that is to be translated.
    """
    if found.noun not in _ANSWERED_FROM or _ANSWERS.search(sentence) is None:
        return text
    return text[: found.end] + _QUESTION.sub("", text[found.end :])


def _kind(noun: str) -> str:
    return next((kind for kind, nouns in _KINDS.items() if re.fullmatch(nouns, noun)), "prose")
