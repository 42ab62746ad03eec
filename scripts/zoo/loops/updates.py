"""What every loop of an agent does before an update: the fault has its turn, and the rate is what the plan says by now."""


def updates(plan, a, optimizer):
    for update in range(plan.steps):
        for hook in plan.step_hooks:
            hook(update, a)
        for group in optimizer.param_groups:
            group["lr"] = a["lr"]
        yield update
