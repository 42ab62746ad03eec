"""What is learned: data sets (data.py), networks (nets.py), and the plan of one training that faults change (plan.py)."""
