"""Who trains and who logs: one file a framework; loggers of hand-written loops stand in loggers.py. Each loop takes a plan and a directory,
trains, leaves there what the framework leaves, and returns the axis of its log ("step" or "epoch")."""
