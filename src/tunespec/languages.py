"""Languages: their names, the words that betray them, and which ones nobody should be asked to tell apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

# The commonest function words of languages in Latin script, from the top of each one's frequency list; words that
# are usual in English text, too, are left out of the others' lists.
FUNCTION_WORDS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the and of to is that it was for with as are this you be at have from not by they we which but or "
        "an can "
        "will there their what if would about when your has how its more than these into should does who been i "
        "am my me any help let "
        "know please where why could may also some such only her his them so was just here was",
        "de": "der die das und ist nicht ein eine den von zu mit sich des auf für dem im es ich sie wird sind auch "
        "als bei "
        "einen einer oder wie werden dass nach über wenn haben hat kann zum zur durch noch nur wir aber dann wer ohne "
        "am an um so was in war vor aus man etwa",
        "fr": "le la les de des et est un une dans que qui pour pas sur par plus avec ce sont il au se ne vous nous "
        "cette mais ou du aux comme être leur fait peut elle ces sans aussi donc où ils entre après dont très on me",
        "es": "el la los las de y que en un una es por con para se del no como su más al lo pero sus este está son "
        "entre "
        "cuando muy sin sobre también ser hay donde si ya porque esta uno desde puede todos me según nos",
        "it": "il la di che e un una è per con non del della sono da in si le dei nel come più anche gli alla al ma lo "
        "questo essere ha delle nella dal cui tra loro ci molto quando senza può degli",
        "pt": "o a os as de e que em um uma é do da para com não por se dos das no na mais como ao ou foi são seu sua "
        "pelo pela mas também ser até isso quando muito há já está ele você me",
        "nl": "de het een en van is dat niet op te in zijn voor met die er aan om ook als maar bij naar uit kan "
        "wordt door "
        "worden deze dit heeft hebben je we ze wel nog zoals omdat over hun moet was of so",
        "pl": "i w na z się nie do jest to że o jak po dla od ale co przez oraz są za może który czy być tego już przy "
        "tylko które jego można lub gdy bardzo także",
        "sv": "och att det som är på en av för med den till inte ett om har de kan från vi men så eller var jag "
        "när man "
        "också vid efter sig alla över mycket",
        "da": "og at det er en til på som af for den med ikke der de et har kan fra om man vi eller så være også "
        "ved efter "
        "når blive meget jeg hvor",
        "no": "og det er en til på som av for den med ikke de et har kan fra om man vi eller så være også ved "
        "etter når "
        "bli veldig jeg hvor å",
        "fi": "ja on ei se että hän oli mutta kuin ovat myös tai kun joka sen niin voi jos mitä ole olla ne kanssa "
        "sekä "
        "hyvin mukaan",
        "cs": "a v na se je že to s z do i o pro jako ale by za jsou po od které který při nebo jeho podle již "
        "také může "
        "být není až",
        "hu": "a az és hogy nem is egy van ez meg de ha csak mint vagy már volt kell azt még lehet nagyon ezt olyan "
        "amely után",
        "ro": "și în de la cu pe un o nu este din că pentru sunt mai ce care se au fost prin sau ca fi poate acest "
        "această dar după foarte",
        "tr": "ve bir bu için ile da de çok daha olarak gibi olan en ne var ama kadar sonra değil mi her ya veya ise "
        "olduğu göre",
        "id": "yang dan di dari untuk dengan ini itu pada adalah dalam tidak ke akan oleh atau juga dapat sebagai "
        "karena "
        "lebih bisa ada mereka anda tersebut seperti",
        "vi": "và của là có được trong cho không một các những với người này để khi đã từ về như cũng ra nhiều bạn đến "
        "hoặc thể",
    }.items()
}
# Neighbours in one group count as one language: their texts cannot be told apart with certainty.
_GROUPS = (
    "no da sv nb nn", "cs sk", "pt gl es ast ca oc an", "id ms jv su min", "hr sr bs sl mk bg ru uk be", "it vec scn",
    "de nds lb gsw als bar", "nl af li fy", "fr wa oc ht", "en pcm sco", "zh yue wuu lzh",
    "ar fa ur ps arz", "hi mr ne sa",
    "tr az tk crh", "fi et", "lt lv", "es ast", "ro mo",
)  # fmt: skip
# What a language is called, in itself and in others that prompts are written in.
NAMES: Mapping[str, str] = {
    "en": r"english|englisch|anglais|inglés|inglese|inglês|engels|英文|英语|英語|английск|영어|tiếng anh",
    "de": r"german|deutsch|allemand|alemán|tedesco|alemão|德语|德文|ドイツ語|немецк|독일어|tiếng đức",
    "fr": r"french|französisch|français|francés|francese|francês|法语|法文|フランス語|французск|프랑스어|tiếng pháp",
    "es": r"spanish|spanisch|espagnol|español|castellano|spagnolo|espanhol|西班牙语|スペイン語|испанск|스페인어",
    "it": r"italian|italienisch|italien|italiano|意大利语|イタリア語|итальянск",
    "pt": r"portuguese|portugiesisch|portugais|portugués|portoghese|português|葡萄牙语|португальск",
    "nl": r"dutch|niederländisch|néerlandais|nederlands|holandés|荷兰语",
    "pl": r"polish|polnisch|polonais|polsk|波兰语",
    "sv": r"swedish|schwedisch|suédois|svensk|瑞典语",
    "da": r"danish|dänisch|danois|dansk",
    "no": r"norwegian|norwegisch|norvégien|norsk",
    "fi": r"finnish|finnisch|finnois|suomi|suomeksi",
    "cs": r"czech|tschechisch|tchèque|česk",
    "hu": r"hungarian|ungarisch|hongrois|magyar",
    "ro": r"romanian|rumänisch|roumain|român",
    "tr": r"turkish|türkisch|turc|türkçe|土耳其语",
    "id": r"indonesian|indonesisch|bahasa|malay",
    "vi": r"vietnamese|vietnamesisch|tiếng việt|越南语",
    "zh": r"chinese|mandarin|chinesisch|chinois|chino|cinese|"
    r"中文|汉语|漢語|普通话|中国語|китайск|중국어|tiếng trung|pinyin|hanzi",
    "ja": r"japanese|japanisch|japonais|japonés|日语|日文|日本語|японск|일본어|kanji|romaji|hiragana|katakana|haiku",
    "ko": r"korean|koreanisch|coréen|coreano|韩语|韩文|韓国語|корейск|한국어|hangul",
    "ru": r"russian|russisch|russe|ruso|俄语|俄文|ロシア語|русск|러시아어|cyrillic|ukrainian|bulgarian|serbian",
    "ar": r"arabic|arabisch|arabe|árabe|阿拉伯语|アラビア語|арабск|عربي|العربية|persian|farsi|urdu",
    "el": r"greek|griechisch|grec\b|griego|希腊语|ギリシャ語|греческ|ελληνικ",
    "he": r"hebrew|hebräisch|hébreu|希伯来语|иврит|עברית",
    "hi": r"hindi|devanagari|sanskrit|marathi|nepali|印地语|हिन्दी|हिंदी",
    "th": r"\bthai\b|thailändisch|泰语|タイ語|ภาษาไทย",
}
TRANSLATES = re.compile(
    r"translat|übersetz|\btradui|\btraduc|\btraduz|\btradur|vertaal|tłumacz|översätt|oversett|oversæt|翻译|翻譯|翻訳|译成|译为|"
    r"перевед|перевод|번역|dịch sang|dịch câu|terjemah|çevir|ترجم|bilingual|transliterat|interpreter|lyrics|anthem|"
    r"proverb|motto\b|vocabulary|flashcard|glossar|language lesson|language tutor|grammar",
    re.IGNORECASE,
)
_ENGLISH = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese",
    "nl": "Dutch",
    "pl": "Polish", "sv": "Swedish", "da": "Danish", "no": "Norwegian", "fi": "Finnish", "cs": "Czech",
    "hu": "Hungarian",
    "ro": "Romanian", "tr": "Turkish", "id": "Indonesian", "vi": "Vietnamese", "zh": "Chinese", "ja": "Japanese",
    "ko": "Korean", "ru": "Russian", "ar": "Arabic", "el": "Greek", "he": "Hebrew", "hi": "Hindi", "th": "Thai",
}  # fmt: skip
_CODES = {name.lower(): code for code, name in _ENGLISH.items()}


def name_of(language: str) -> str:
    """A language's English name, or its code."""
    return _ENGLISH.get(language, language)


@lru_cache(1024)
def code_of(value: str) -> str | None:
    """The code of a language as a column names it: ``en``, ``en-US``, ``zh_CN``, ``English``."""
    bare = value.strip().lower()
    if bare in _CODES:
        return _CODES[bare]
    found = re.fullmatch(r"([a-z]{2})(?:[-_][a-z]{2,4})?", bare)
    return found[1] if found else None


@cache
def same_language(one: str, other: str) -> bool:
    """Whether two codes are one language, or neighbours."""
    return one == other or any(one in group.split() and other in group.split() for group in _GROUPS)


def names_language(text: str, language: str) -> bool:
    """Whether a text names a language (or one of its script)."""
    pattern = NAMES.get(language)
    return bool(pattern and re.search(pattern, text, re.IGNORECASE))
