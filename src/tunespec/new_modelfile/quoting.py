"""An instruction with a text as its value, quoted so that Ollama reads that text and no other."""

from __future__ import annotations

from tunespec.templates.modelfile import ModelfileError, parse_modelfile


def quoted(keyword: str, text: str) -> str | None:
    """The instruction (``PARAMETER stop``, ``SYSTEM``); None if a Modelfile cannot hold the text."""
    for quotes in ('"""', '"') if "\n" in text else ('"', '"""'):
        line = f"{keyword} {quotes}{text}{quotes}"
        try:
            read = parse_modelfile(f"FROM ./a.gguf\n{line}\n".encode()).instructions
        except (ModelfileError, UnicodeEncodeError):
            continue
        if [given.value for given in read[1:]] == [text]:
            return line
    return None
