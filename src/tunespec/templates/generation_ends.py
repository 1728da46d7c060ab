"""Which tokens end an answer on Ollama's engine, whatever the stop sequences say, and which of them are shown.

Source: llama.cpp, ``src/llama-vocab.cpp`` of b10970, which Ollama 0.34.2 runs; read on 2026-11-25 and 2026-11-26. The
engine goes by a token's text, so the list grows with the models that it knows.
"""

from __future__ import annotations

from collections.abc import Mapping

from tunespec.templates.gguf_file import GGUF

# Tokens that end generation by their text alone.
END_TOKENS = frozenset(
    "<|eot_id|> <|im_end|> <|end|> <|return|> <|call|> <|flush|> <|calls|> <end_of_turn> <|endoftext|> </s> <|eom_id|> "
    "<EOT> _<EOT> [EOT] [EOS] <|end_of_text|> <end_of_utterance> <eos> <turn|> <|tool_response> <｜end▁of▁sentence｜> "
    "[e~[".split(),
)
# Fill-in-the-middle tokens that end it too: by the file's id, and where it names none, by one of these texts.
_FILL_TOKENS: Mapping[str, frozenset[str]] = {
    "fim_pad": frozenset("<|fim_pad|> <fim-pad> <fim_pad> <PAD> [PAD]".split()),
    "fim_rep": frozenset("<|fim_repo|> <|repo_name|> <fim-repo> <REPO> <reponame>".split()),
    "fim_sep": frozenset(["<|file_sep|>"]),
}
_DEFAULT_EOS = {"llama": 2, "gpt2": 11, "t5": 1}  # ids where the file names none, by its kind of tokenizer
# gpt-oss and Solar have `<|end|>` within a turn: it does not end generation beside one of these pairs.
_INNER_END = (({"<|return|>"}, {"<|call|>", "<|calls|>"}), ({"<|flush|>"}, {"<|call|>", "<|calls|>"}))
_ALWAYS_SHOWN = frozenset("<|channel|> <|message|> <|start|> <|constrain|>".split())


def generation_ends(model: GGUF) -> frozenset[str]:
    """The texts of a model's tokens that end generation."""
    there = frozenset(model.tokens)
    ends = {*(END_TOKENS & there), *_named_ends(model), *_fill_ends(model, there)}
    if any(ends & one and ends & other for one, other in _INNER_END):
        ends.discard("<|end|>")
    if "<|tool_response>" in ends:
        ends.discard("</s>")
    return frozenset(ends)


def hidden_tokens(model: GGUF) -> frozenset[str]:
    """The tokens of which the engine shows no text, so that no stop sequence can match them: its control tokens.

    A token of the list is one whatever type the file gives it; those that gpt-oss shows are none.
    """
    there = frozenset(model.tokens)
    fill = {token for texts in _FILL_TOKENS.values() for token in texts & there}
    listed = (END_TOKENS & there) - generation_ends(model)
    return (model.control_tokens | (END_TOKENS & there) | fill) - listed - _ALWAYS_SHOWN


def _named_ends(model: GGUF) -> set[str]:
    """The tokens that the metadata names; an id outside the vocabulary does not count."""
    default = _DEFAULT_EOS.get(str(model.values.get("tokenizer.ggml.model")), -1)
    eos = model.token("eos")
    if eos is None and 0 <= default < len(model.tokens):
        eos = model.tokens[default]
    return {token for token in (eos, model.token("eot"), model.token("eom")) if token is not None}


def _fill_ends(model: GGUF, there: frozenset[str]) -> set[str]:
    found: set[str] = set()
    for name, texts in _FILL_TOKENS.items():
        number = model.values.get(f"tokenizer.ggml.{name}_token_id")
        if isinstance(number, int) and 0 <= number < len(model.tokens):
            found.add(model.tokens[number])
        else:
            found |= texts & there
    return found
