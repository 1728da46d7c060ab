"""Preference tuning after SFT."""

from datasets import load_dataset
from trl import DPOConfig, DPOTrainer

data = load_dataset("json", data_files={"train": "data/train.jsonl", "test": "data/test.jsonl"})
trainer = DPOTrainer(
    model="out/support/final",
    args=DPOConfig(
        output_dir="out/support-dpo",
        beta=0.1,
        num_train_epochs=1,
        per_device_train_batch_size=4,
        gradient_accumulation_steps=4,
        learning_rate=1e-6,
        warmup_steps=0.1,
        bf16=True,
        logging_steps=2,
        eval_strategy="steps",
        eval_steps=10,
    ),
    train_dataset=data["train"],
    eval_dataset=data["test"],
)
trainer.train()
