"""TRL: trainer_state.json and console of SFTTrainer, DPOTrainer, RewardTrainer, GRPOTrainer on a GPT-2 of random weights with a tokenizer made here. Real."""
# requires: datasets==4.0.0 huggingface_hub==0.36.2 numpy==2.4.6
# requires: torch==2.15.0 numpy==2.4.6 lightning==2.6.6 transformers==4.57.6 accelerate==1.15.0 tensorboard==2.21.0 stable-baselines3==2.9.2 gymnasium==1.4.0 pandas==3.1.1
# requires: --no-deps trl==0.24.0
import sys

from fixture import Case
import hugging_face as hf

import transformers
from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from trl import DPOConfig, DPOTrainer, GRPOConfig, GRPOTrainer, RewardConfig, RewardTrainer, SFTConfig, SFTTrainer

WORDS = "<pad> <eos> <unk> the loss of a step goes down then up again and the rate is small".split()


def parts():
    """A tokenizer of a dozen words, and a model of a few thousand weights."""
    transformers.set_seed(3)
    vocabulary = {w: i for i, w in enumerate(dict.fromkeys(WORDS))}
    words = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=words, pad_token="<pad>", eos_token="<eos>", unk_token="<unk>")
    config = transformers.GPT2Config(vocab_size=len(vocabulary), n_positions=64, n_embd=16, n_layer=1, n_head=2, bos_token_id=1, eos_token_id=1, pad_token_id=0)
    return tokenizer, transformers.GPT2LMHeadModel(config)


COMMON = dict(output_dir="out", max_steps=20, per_device_train_batch_size=4, logging_steps=2, learning_rate=5e-3, seed=3, report_to=[], use_cpu=True,
              save_strategy="no", bf16=False, gradient_checkpointing=False)


def finish(case, made):
    with hf.console("console.log"):
        made.train()
        made.save_state()
    hf.tidy()
    case.keep("console.log", "trainer_state.json")
    hf.state_points(case)
    hf.console_points(case, "console.log", hf.history())


def sft(out, name, rate):
    with Case(out, name, *hf.RULES) as c:
        tokenizer, model = parts()
        text = Dataset.from_dict({"text": ["the loss of a step goes down", "then the rate is small and the loss goes up again"] * 24})
        finish(c, SFTTrainer(model=model, args=SFTConfig(**{**COMMON, "learning_rate": rate}, max_length=32), train_dataset=text, processing_class=tokenizer))


PAIRS = {"prompt": ["the loss of", "a step goes"] * 24, "chosen": [" a step goes down", " down then up"] * 24, "rejected": [" the rate", " again and again"] * 24}


def dpo(out):
    with Case(out, "dpo", *hf.RULES) as c:
        tokenizer, model = parts()
        finish(c, DPOTrainer(model=model, ref_model=None, args=DPOConfig(**COMMON, max_length=32, max_prompt_length=8), train_dataset=Dataset.from_dict(PAIRS),
                             processing_class=tokenizer))


def reward(out):
    with Case(out, "reward", *hf.RULES) as c:
        tokenizer, model = parts()
        judge = transformers.GPT2ForSequenceClassification(transformers.GPT2Config(**{**model.config.to_dict(), "num_labels": 1}))
        finish(c, RewardTrainer(model=judge, args=RewardConfig(**COMMON, max_length=32), train_dataset=Dataset.from_dict(PAIRS), processing_class=tokenizer))


def grpo(out):
    with Case(out, "grpo", *hf.RULES) as c:
        tokenizer, model = parts()
        prompts = Dataset.from_dict({"prompt": ["the loss of", "a step goes"] * 24})
        model.name_or_path = model.config._name_or_path = "tiny"

        def short(completions, **_):
            return [-float(len(text.split())) for text in completions]
        finish(c, GRPOTrainer(model=model, reward_funcs=short, args=GRPOConfig(**COMMON, num_generations=4, max_prompt_length=8, max_completion_length=8),
                              train_dataset=prompts, processing_class=tokenizer))


if __name__ == "__main__":
    sft(sys.argv[1], "sft", 5e-3)
    sft(sys.argv[1], "sft-high", 1e6)
    dpo(sys.argv[1])
    reward(sys.argv[1])
    grpo(sys.argv[1])
