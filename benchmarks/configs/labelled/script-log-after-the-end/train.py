"""Plain language modelling with the Trainer."""

from datasets import load_dataset
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    DataCollatorForLanguageModeling,
    Trainer,
    TrainingArguments,
)

MODEL = "EleutherAI/pythia-410m"

tokenizer = AutoTokenizer.from_pretrained(MODEL)
tokenizer.pad_token = "<|padding|>"
model = AutoModelForCausalLM.from_pretrained(MODEL)
data = load_dataset("json", data_files="data/train.jsonl", split="train").train_test_split(test_size=0.1, seed=1)


def encode(row):
    text = row["messages"][0]["content"] + "\n" + row["messages"][1]["content"] + tokenizer.eos_token
    return tokenizer(text, truncation=True, max_length=512)


encoded = data.map(encode, remove_columns=["messages"])
arguments = TrainingArguments(
    output_dir="out/pythia",
    num_train_epochs=3,
    per_device_train_batch_size=8,
    gradient_accumulation_steps=2,
    learning_rate=2e-5,
    warmup_steps=10,
    weight_decay=0.01,
    max_grad_norm=1.0,
    bf16=True,
    logging_steps=500,
    eval_strategy="epoch",
    save_strategy="epoch",
    load_best_model_at_end=True,
)
trainer = Trainer(
    model=model,
    args=arguments,
    train_dataset=encoded["train"],
    eval_dataset=encoded["test"],
    data_collator=DataCollatorForLanguageModeling(tokenizer, mlm=False),
)
trainer.train()
