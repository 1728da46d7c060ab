"""The frameworks whose configurations are read, one module each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tunespec.training.framework import Framework
from tunespec.training.frameworks.axolotl import AXOLOTL
from tunespec.training.frameworks.beside import ACCELERATE, DEEPSPEED
from tunespec.training.frameworks.huggingface import HUGGING_FACE
from tunespec.training.frameworks.llamafactory import LLAMA_FACTORY

# In the order in which they are asked: Hugging Face's keys are LLaMA-Factory's, too.
TRAINERS: Sequence[Framework] = (AXOLOTL, LLAMA_FACTORY, HUGGING_FACE)
# What holds beside a trainer's configuration, by the format of its file; alone it is judged by itself.
BESIDE: Mapping[str, Framework] = {"deepspeed": DEEPSPEED, "accelerate": ACCELERATE}
