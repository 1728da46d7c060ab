"""Writes a scripted model as the GGUF file that ``FROM`` names."""

from __future__ import annotations

from pathlib import Path

from gguf import GGUFWriter, LlamaFileType, RopeScalingType, TokenType

from tests.live.scripted import DEFAULT, EOS, Model
from tests.live.vocabulary import Vocabulary, vocabulary_of, written
from tests.live.weights import CONTEXT, HEAD, ROPE_BASE, ROPE_FACTOR, layout_of, norms_of, weights_of


def write_model(model: Model, path: Path, chat_template: str = "") -> Path:
    """The file: a few MB, no number in it is random. Raises ValueError for scripts that cannot be written."""
    vocabulary = vocabulary_of(model)
    layout = layout_of(model, vocabulary)
    tensors = weights_of(model, layout)
    writer = GGUFWriter(path, "llama")
    writer.add_name("scripted")
    writer.add_file_type(LlamaFileType.MOSTLY_F16)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(layout.width)
    writer.add_block_count(1)
    writer.add_feed_forward_length(len(tensors["blk.0.ffn_gate.weight"]))
    writer.add_head_count(1 + len(layout.facts))
    writer.add_head_count_kv(1 + len(layout.facts))
    writer.add_key_length(HEAD)
    writer.add_value_length(HEAD)
    writer.add_rope_dimension_count(HEAD)
    writer.add_rope_freq_base(ROPE_BASE)
    writer.add_rope_scaling_type(RopeScalingType.LINEAR)
    writer.add_rope_scaling_factor(ROPE_FACTOR)
    writer.add_layer_norm_rms_eps(1e-12)  # far below what is divided by, so that the division stays exact
    writer.add_vocab_size(len(vocabulary.texts))
    _add_tokenizer(writer, vocabulary)
    if chat_template:
        writer.add_chat_template(chat_template)
    for name, tensor in (tensors | norms_of(layout)).items():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_tokenizer(writer: GGUFWriter, vocabulary: Vocabulary) -> None:
    texts, types = vocabulary.texts, vocabulary.types
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([written(text, kind) for text, kind in zip(texts, types, strict=True)])
    writer.add_token_scores([0.0 if kind != TokenType.NORMAL else -1.0 for kind in types])
    writer.add_token_types(list(types))
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(vocabulary.id(DEFAULT))
    writer.add_eos_token_id(vocabulary.id(EOS))
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(False)
