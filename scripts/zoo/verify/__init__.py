"""Did it happen? A fault that left no trace in the training is no example, nor is a control that did not learn (curves.py)."""
