"""Hugging Face Trainer, version 5: numbers of the console are texts of four digits, the history is not rounded. Real."""
# requires: torch==2.15.0 numpy==2.4.6 lightning==2.6.6 transformers==4.57.6 accelerate==1.15.0 tensorboard==2.21.0 stable-baselines3==2.9.2 gymnasium==1.4.0 pandas==3.1.1
# requires: transformers==5.23.0
import sys

import hugging_face as hf
from trainer_cases import all_cases

if __name__ == "__main__":
    all_cases(sys.argv[1], hf)
