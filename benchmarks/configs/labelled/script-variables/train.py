"""Every value comes from the command line."""

import argparse

from datasets import load_dataset
from trl import SFTConfig, SFTTrainer

parser = argparse.ArgumentParser()
parser.add_argument("--model", default="Qwen/Qwen2.5-0.5B-Instruct")
parser.add_argument("--epochs", type=float, default=2)
parser.add_argument("--rate", type=float, default=2e-5)
parser.add_argument("--batch", type=int, default=8)
options = parser.parse_args()

data = load_dataset("trl-lib/Capybara")
trainer = SFTTrainer(
    model=options.model,
    args=SFTConfig(
        output_dir=f"out/{options.model}",
        num_train_epochs=options.epochs,
        learning_rate=options.rate,
        per_device_train_batch_size=options.batch,
        gradient_accumulation_steps=2,
        warmup_steps=0.03,
        logging_steps=10,
        eval_strategy="epoch",
        save_strategy="epoch",
    ),
    train_dataset=data["train"],
    eval_dataset=data["test"],
)
trainer.train()
