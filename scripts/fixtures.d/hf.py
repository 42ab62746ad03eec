"""Hugging Face Trainer, version 4: console, trainer_state.json, *_results.json, event files. Real.

A step is made to last 0.11 s where the console's bar must be fresh: tqdm draws at most ten times a second, so that in a faster run a dict
is printed below a bar that is older than it."""
# requires: torch==2.15.0 numpy==2.4.6 lightning==2.6.6 transformers==4.57.6 accelerate==1.15.0 tensorboard==2.21.0 stable-baselines3==2.9.2 gymnasium==1.4.0 pandas==3.1.1
import sys

import hugging_face as hf
from trainer_cases import all_cases

if __name__ == "__main__":
    all_cases(sys.argv[1], hf)
