"""What goes wrong, and what does not: one file a family. Each entry changes a plan and returns the question that decides whether it
happened; fault.py is the table, controls.py the healthy ones."""
