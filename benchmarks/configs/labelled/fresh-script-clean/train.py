from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer, EarlyStoppingCallback
from trl import SFTConfig, SFTTrainer

data = load_dataset("json", data_files={"train": "d/train.jsonl", "validation": "d/val.jsonl"})
config = SFTConfig(
    output_dir="out",
    num_train_epochs=3,
    per_device_train_batch_size=4,
    gradient_accumulation_steps=4,
    learning_rate=1e-5,
    warmup_steps=10,
    max_length=2048,
    logging_steps=5,
    eval_strategy="steps",
    eval_steps=25,
    save_steps=25,
    load_best_model_at_end=True,
)
trainer = SFTTrainer(
    model="Qwen/Qwen3-1.7B",
    args=config,
    train_dataset=data["train"],
    eval_dataset=data["validation"],
    callbacks=[EarlyStoppingCallback(2)],
)
trainer.train()
