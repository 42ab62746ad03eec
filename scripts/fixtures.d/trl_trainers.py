"""TRL: trainer_state.json and console of SFTTrainer, DPOTrainer, RewardTrainer, GRPOTrainer on a GPT-2 of random weights with a tokenizer made here. Real."""
# requires: datasets==4.0.0 huggingface_hub==0.36.2 numpy==2.4.6 rich==15.0.0
# requires: torch==2.15.0 numpy==2.4.6 lightning==2.6.6 transformers==4.57.6 accelerate==1.15.0 tensorboard==2.21.0 stable-baselines3==2.9.2 gymnasium==1.4.0 pandas==3.1.1
# requires: --no-deps trl==0.24.0
import re
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


def repetition(text, n=4):
    """The share of runs of n words that stood in the text before; None for texts that tell nothing. No word here is long, no text is of two windows."""
    words = re.findall(r"\w+|[^\w\s]", text)
    runs = [tuple(words[i:i + n]) for i in range(len(words) - n + 1)]
    return 1 - len(set(runs)) / len(runs) if len(words) >= 32 else None


def completion_points(case, path, entries):
    """The tables of completions, each below the dict of its step. The second column, cut at its borders, goes on until the line between two rows.
    The trainer prints the last table again when it is done: all of a step are one."""
    step, texts, cell = None, {}, ""
    entries = iter(e for e in entries if "reward" in e)
    for line in hf.console_lines(path):
        if "reward" in (hf.literal(line) or {}):
            step = next(entries)["step"]
        elif line.startswith("│ │"):
            cell += " " + line.split("│")[3]
        elif cell:
            texts.setdefault(step, []).append(repetition(cell))
            cell = ""
    for step, shares in texts.items():
        known = [share for share in shares if share is not None]
        if known:
            case.point(path, "samples/text_repetition", step, sum(known) / len(known))


def grpo_tables(out):
    """As grpo, with the completions printed; they are long enough to be judged."""
    with Case(out, "grpo-tables", *hf.RULES, "Tables of completions: cut at their borders; the mean over a table of the share of 4-grams that "
              "stood before in their text, at the step of the dict above.") as c:
        tokenizer, model = parts()
        prompts = Dataset.from_dict({"prompt": ["the loss of", "a step goes"] * 24})
        model.name_or_path = model.config._name_or_path = "tiny"

        def few(completions, **_):
            return [-float(len(set(text.split()))) for text in completions]
        made = GRPOTrainer(model=model, reward_funcs=few, train_dataset=prompts, processing_class=tokenizer,
                           args=GRPOConfig(**{**COMMON, "max_steps": 12, "learning_rate": 0.05}, num_generations=4, max_prompt_length=8,
                                           max_completion_length=48, generation_kwargs={"min_new_tokens": 48}, log_completions=True,
                                           num_completions_to_print=2))
        with hf.console("console.log"):
            made.train()
        entries = made.state.log_history
        hf.tidy()
        c.keep("console.log")
        hf.console_points(c, "console.log", entries)
        completion_points(c, "console.log", entries)


if __name__ == "__main__":
    sft(sys.argv[1], "sft", 5e-3)
    sft(sys.argv[1], "sft-high", 1e6)
    dpo(sys.argv[1])
    reward(sys.argv[1])
    grpo(sys.argv[1])
    grpo_tables(sys.argv[1])
