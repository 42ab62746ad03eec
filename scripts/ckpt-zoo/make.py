#!/usr/bin/env python3
"""make - trains the checkpoint zoo and keeps what mlwatch-inspect would tell of each pair of checkpoints: numbers, not weights.

    PYTHONPATH=DIR python3 scripts/ckpt-zoo/make.py tests/rates/checkpoints [SPLIT...]     # torch in DIR

One line of JSON a case, gzip'ed: tests/rates/checkpoints/{calibration,report}.jsonl.gz, read by tool_checkup. Seeds come from the case's name.
"""
import gzip
import hashlib
import json
import os
import sys

import torch
from torch import nn

import faults
import nets

SPLITS = {"calibration": (nets.CALIBRATION, 3, 2), "report": (nets.REPORT, 2, 2)}  # families, seeds a control, seeds a fault
BETWEEN = 100


def digits(x):
    return float(f"{x:.7g}") if abs(x) != float("inf") and x == x else None


def rows(t):
    return t.reshape(t.shape[0], -1) if t.ndim >= 2 else None


def summary(t):
    """As struct tensor_summary."""
    flat, r = t.double().flatten(), rows(t)
    good = flat[flat.isfinite()]
    some = len(good) > 0
    return [flat.numel(), int(flat.isnan().sum()), int(flat.isinf().sum()), int((flat == 0).sum()),
            *(digits(x) for x in ((good.mean().item(), good.std(unbiased=False).item(), good.min().item(), good.max().item(), good.norm().item()) if some else (0,) * 5)),
            0 if r is None else len(r), 0 if r is None else int((r == 0).all(1).sum())]


def change(a, b):
    """As struct tensor_change: a before, b now."""
    differ, r = a != b, None
    if a.ndim >= 2:
        r = rows(differ).any(1)
    x, y = a.double().flatten(), b.double().flatten()
    both = x.isfinite() & y.isfinite()
    x, y = x[both], y[both]
    return [a.numel(), int(differ.sum()), 0 if r is None else len(r), 0 if r is None else int(r.sum()),
            *(digits(v.item()) for v in (x.norm(), y.norm(), (y - x).norm(), (x * y).sum()))]


def tensor_line(name, part, t, before, **more):
    line = {"name": name, "part": part, "dtype": str(t.dtype)[6:], "shape": list(t.shape), "summary": summary(t), **more}
    if before is not None and before.shape == t.shape:
        line["change"] = change(before, t)
    return line


def snapshot(net, optimizer):
    state = optimizer.state_dict()
    return ({k: v.detach().clone() for k, v in net.state_dict(keep_vars=True).items()},
            {(i, slot): v.detach().clone() for i, slots in state["state"].items() for slot, v in slots.items() if isinstance(v, torch.Tensor)},
            state["param_groups"])


def described(net, early, late):
    parameters = {k for k, _ in net.named_parameters(remove_duplicate=False)}
    pointers = [v.data_ptr() for v in net.state_dict(keep_vars=True).values()]
    tensors = [tensor_line(k, "parameter" if k in parameters else "buffer", v, early[0].get(k), shares=pointers.count(p) > 1)
               for (k, v), p in zip(late[0].items(), pointers)]
    tensors += [tensor_line(f"optimizer.state.{i}.{slot}", "optimizer", v, early[1].get((i, slot)), slot=slot, index=i)
                for (i, slot), v in late[1].items()]
    groups = [{"learning_rate": g["lr"], "weight_decay": g.get("weight_decay"), "eps": g.get("eps"), "beta1": g.get("betas", [None] * 2)[0],
               "beta2": g.get("betas", [None] * 2)[1] or g.get("alpha"), "parameters": g["params"]} for g in late[2]]
    return tensors, groups


def optimizer_of(plan):
    net = plan["net"]
    groups = plan.get("groups") or [p for p in net.parameters() if p.requires_grad or not plan.get("trainable_only")]
    return plan["optimizer"](groups, lr=plan["lr"], **plan.get("settings", {}))


def run(plan, optimizer, stream, steps, on_step=lambda at: None):
    net, first = plan["net"], next(stream)
    for at in range(steps):
        x, y = first if plan.get("one_batch") else next(stream)
        if plan.get("input"):
            x = plan["input"](x, at)
        net.train()
        if plan.get("mode"):
            plan["mode"](net)
        loss = nn.functional.cross_entropy(net(x.to(plan["dtype"]) if x.is_floating_point() else x).float(), y)
        optimizer.zero_grad()
        (plan["loss"](loss, at) if plan.get("loss") else loss).backward()
        if plan.get("schedule"):
            for g in optimizer.param_groups:
                g["lr"] = plan["lr"] * plan["schedule"](at)
        optimizer.step()
        if plan.get("during"):
            plan["during"](plan, at)
        on_step(at + 1)


def case(split, family, name, how, kinds, number):
    slug = f"{split[0]}-{family}-{name}-{number}"
    seed = int.from_bytes(hashlib.sha256(slug.encode()).digest()[:4], "little")
    torch.manual_seed(seed)
    make, kind = SPLITS[split][0][family]
    plan = {"net": make(), "seed": number + seed % 7, "lr": 2e-3, "optimizer": torch.optim.Adam, "steps": 300, "dtype": torch.float32}
    how(plan)
    plan["net"].to(plan["dtype"])
    if plan.get("before"):
        run({"net": plan["net"], "dtype": plan["dtype"]}, torch.optim.Adam(plan["net"].parameters(), 2e-3), nets.batches(kind, seed + 1), plan["before"])
    if plan.get("then"):
        plan["then"](plan)
    optimizer = optimizer_of(plan)
    if plan.get("after_optimizer"):
        plan["after_optimizer"](plan)
    shots, between = {}, min(BETWEEN, plan["steps"] // 2)

    def keep(at):
        if at == plan["steps"] and plan.get("at_end"):
            plan["at_end"](plan)
        if at in (plan["steps"] - between, plan["steps"]):
            shots[at] = snapshot(plan["net"], optimizer)
    run(plan, optimizer, nets.batches(kind, seed), plan["steps"], keep)
    tensors, groups = described(plan["net"], shots[plan["steps"] - between], shots[plan["steps"]])
    return {"case": slug, "split": split, "family": family, "fault": name if kinds else "", "control": "" if kinds else name, "kinds": list(kinds),
            "step": plan["steps"], "step_before": plan["steps"] - between, "learning_rate": plan["lr"], "groups": groups, "tensors": tensors}


def cases(split):
    families, controls, faulty = SPLITS[split]
    for table, times in ((faults.CONTROLS, controls), (faults.FAULTS, faulty)):
        for name, (how, kinds, only) in table.items():
            fit = [f for f in families if only is None or f in only]
            if not fit:
                continue
            # every fault the same number of times, over the families by turns
            for i in range(max(times, len(fit) if not kinds else 4)):
                yield case(split, fit[i % len(fit)], name, how, kinds, i)


def main(to, *splits):
    torch.set_num_threads(1)
    for split in splits or SPLITS:
        path = os.path.join(to, f"{split}.jsonl.gz")
        with gzip.GzipFile(path + ".part", "wb", mtime=0) as out:
            for c in cases(split):
                out.write(json.dumps(c, separators=(",", ":")).encode() + b"\n")
                print(c["case"], flush=True)
        os.replace(path + ".part", path)


if __name__ == "__main__":
    main(*sys.argv[1:])
