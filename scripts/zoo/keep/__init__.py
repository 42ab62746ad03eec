"""What stays of a training: its logs, small and without a trace of the machine (files.py), and its line in labels.csv (labels.py)."""
