"""The frameworks whose configurations are read, one module each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tunespec.training.framework import Framework
from tunespec.training.frameworks.axolotl import AXOLOTL
from tunespec.training.frameworks.axolotl_cloud import AXOLOTL_CLOUD
from tunespec.training.frameworks.beside import ACCELERATE, DEEPSPEED
from tunespec.training.frameworks.huggingface import HUGGING_FACE, TRL
from tunespec.training.frameworks.llamafactory import LLAMA_FACTORY
from tunespec.training.frameworks.llamafactory_v1 import LLAMA_FACTORY_V1
from tunespec.training.frameworks.mistral import MISTRAL
from tunespec.training.frameworks.mlx import MLX
from tunespec.training.frameworks.torchtune import TORCHTUNE
from tunespec.training.frameworks.unsloth import UNSLOTH

# In the order in which they are asked: Hugging Face's keys are LLaMA-Factory's, too.
TRAINERS: Sequence[Framework] = (
    AXOLOTL,
    AXOLOTL_CLOUD,
    LLAMA_FACTORY,
    TORCHTUNE,
    MISTRAL,
    MLX,
    UNSLOTH,
    LLAMA_FACTORY_V1,
    TRL,
    HUGGING_FACE,
)
# They make transformers' TrainingArguments of their configuration, with what those refuse.
IN_TRANSFORMERS = frozenset((HUGGING_FACE.name, LLAMA_FACTORY.name, AXOLOTL.name))
# What holds beside a trainer's configuration, by the format of its file; alone it is judged by itself.
BESIDE: Mapping[str, Framework] = {"deepspeed": DEEPSPEED, "accelerate": ACCELERATE}
