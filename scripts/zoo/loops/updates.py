"""What loops of agents share. Before an update the fault has its turn, and the rate is what the plan says by now."""


def updates(plan, a, optimizer):
    for update in range(plan.steps):
        for hook in plan.step_hooks:
            hook(update, a)
        for group in optimizer.param_groups:
            group["lr"] = a["lr"]
        yield update


def play(plan, a, optimizer, log, names, episodes, learn, beside=dict):
    """All updates of one training. episodes() plays and ends its tuple with the rewards, (time, episode); learn() of them returns the entropy,
    the policy's loss, the value's, and what else has a name; beside() is logged with it."""
    plan.history.returns, plan.history.entropy = [], []
    for update in updates(plan, a, optimizer):
        played = episodes()
        numbers = learn(played)
        plan.history.returns.append(float(played[-1].sum(0).mean()))
        plan.history.entropy.append(numbers[0])
        plan.history.notes.setdefault("value_loss", []).append(numbers[2])
        paid = plan.history.returns[-1] * (a["scale"] if a.get("paid") else 1)
        log.train((update + 1) * a["unit"], 0.0, {**dict(zip(names, (paid, *numbers))), **beside()})
    log.close()
    return "step"
