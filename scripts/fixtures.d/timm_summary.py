"""timm: summary.csv, by the package's own update_summary, over the epochs of a tiny classifier. Real.

timm's __init__ wants torchvision; the one module that writes the file is loaded alone."""
# requires: torch==2.15.0 numpy==2.4.6 lightning==2.6.6 transformers==4.57.6 accelerate==1.15.0 tensorboard==2.21.0 stable-baselines3==2.9.2 gymnasium==1.4.0 pandas==3.1.1
# requires: --no-deps timm==1.0.31
import collections
import importlib.util
import os
import sys

from fixture import Case, csv_rows

import torch


def writer():
    """timm/utils/summary.py, without the rest of the package."""
    path = next(p for p in (os.path.join(d, "timm/utils/summary.py") for d in sys.path) if os.path.exists(p))
    spec = importlib.util.spec_from_file_location("summary", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.update_summary


def run(out, name, broken=None):
    with Case(out, name, "summary.csv by the csv module: every number at its epoch, from 0.") as c:
        update = writer()
        torch.manual_seed(2)
        x = torch.randn(96, 5)
        y = (x.sum(1) > 0).long()
        net = torch.nn.Linear(5, 2)
        sgd = torch.optim.SGD(net.parameters(), 0.5)
        for epoch in range(6):
            loss = torch.nn.functional.cross_entropy(net(x[:64]), y[:64])
            if broken is not None and epoch >= broken:
                loss = loss * float("nan")
            sgd.zero_grad(), loss.backward(), sgd.step()
            with torch.no_grad():
                held = net(x[64:])
                top1 = 100 * float((held.argmax(1) == y[64:]).float().mean())
                metrics = {"loss": float(torch.nn.functional.cross_entropy(held, y[64:])), "top1": top1, "top5": 100.0}
            update(epoch, collections.OrderedDict(loss=loss.item()), metrics, filename="summary.csv", lr=0.5 / (epoch + 1), write_header=epoch == 0)
        for row in csv_rows("summary.csv"):
            c.record("summary.csv", row["epoch"], row, skip=("epoch",))


if __name__ == "__main__":
    run(sys.argv[1], "healthy")
    run(sys.argv[1], "nan", broken=3)
