"""Consoles and JSON lines of tools that need accelerators or gigabytes: a line each is written as the tool's source writes it. Shape.

nanoGPT       karpathy/nanoGPT:train.py
llm.c         karpathy/llm.c:llmc/logger.h (main.log) and train_gpt2.cu (console)
Megatron-LM   NVIDIA/Megatron-LM:megatron/training/training.py, training_log and evaluate_and_print_results
DeepSpeed     deepspeedai/DeepSpeed:deepspeed/runtime/engine.py, deepspeed/utils/timer.py, deepspeed/monitor/csv_monitor.py
torchtitan    pytorch/torchtitan:torchtitan/components/metrics.py, with and without colours
litgpt        Lightning-AI/litgpt:litgpt/pretrain.py
fairseq       facebookresearch/fairseq:fairseq/logging/progress_bar.py, simple and json
detectron2    facebookresearch/detectron2:detectron2/utils/events.py, JSONWriter and CommonMetricPrinter
verl          volcengine/verl:verl/utils/tracking.py and verl/utils/logger/aggregate_logger.py
torchtune     pytorch/torchtune:torchtune/training/metric_logging.py, DiskLogger
"""
import json
import math
import random
import sys

from fixture import Case

NAN = math.nan
OWN_WORDS = "Every number is listed as it is printed, by the script that prints it."


def curve(n, every, broken=None, seed=1):
    """(step, loss, gradient norm, rate): a loss that falls; from step `broken` on it is not a number."""
    noise = random.Random(seed)
    for step in range(every, n + 1, every):
        bad = broken is not None and step >= broken
        loss, norm = 2 + 8 * math.exp(-step / 60) + 0.1 * noise.random(), 1 + noise.random()
        yield step, NAN if bad else loss, NAN if bad else norm, 3e-4 * (1 - step / (2 * n))


class Log:
    """A text log that knows which numbers it printed: say("loss {:.4f}", step, loss=2.31) prints, and remembers series and printed text."""

    def __init__(self, case, file):
        self.case, self.file, self.lines = case, file, []

    def plain(self, text):
        self.lines.append(text)

    def head(self, text, **facts):
        """What the tool prints before it trains; facts: '_' where the key has ' ', "__" where it has '/'."""
        self.lines.append(text)
        for key, value in facts.items():
            self.case.fact(self.file, key.replace("__", "/"), value)

    def say(self, step, text, **printed):
        """printed: series (with '_' where the name has ' ') to the text of its number."""
        self.lines.append(text)
        self.tell(step, {k.replace("__", " "): v for k, v in printed.items()})

    def tell(self, step, printed):
        for name, value in printed.items():
            self.case.point(self.file, name, step, float(value))

    def close(self):
        with open(self.file, "w", encoding="utf-8", newline="") as f:
            f.write("\n".join(self.lines) + "\n")


def clock(step):
    return f"2026-01-05 10:{step // 60 % 60:02d}:{step % 60:02d}"


def nano_gpt(out, name, broken=None):
    with Case(out, name, OWN_WORDS, "time and mfu are points; the step line is told as it stands.") as c:
        log = Log(c, "train.log")
        log.head("Overriding config with config/train_tiny.py:\nout_dir = 'out-tiny'\nbatch_size = 64\n"
                 "learning_rate = 1e-3 # with baby networks can afford to go a bit higher\n\nOverriding: dropout = 0.2\n"
                 "tokens per iteration will be: 491,520", batch_size="64", learning_rate="1e-3", dropout="0.2")
        log.plain("number of parameters: 10.65M\nusing fused AdamW: True\ncompiling the model... (takes a ~minute)")
        for s, loss, _, _ in curve(200, 10, broken):
            if s % 50 == 0:
                a, b = f"{loss * 1.01:.4f}", f"{loss * 1.05:.4f}"
                log.say(s, f"step {s}: train loss {a}, val loss {b}", train__loss=a, val__loss=b)
                log.plain("saving checkpoint to out")
            v, t, u = f"{loss:.4f}", f"{150 + s / 10:.2f}", f"{30 + s / 100:.2f}"
            log.say(s, f"iter {s}: loss {v}, time {t}ms, mfu {u}%", loss=v, time=t, mfu=u)
        log.close()


def llm_c(out):
    with Case(out, "llm-c", OWN_WORDS, "main.log: tel is the loss of the held-out set, trl of the training, eval an accuracy.",
              "The console's numbers in brackets are distances from the mean of the window, no metrics.") as c:
        log, console = Log(c, "main.log"), Log(c, "console.log")
        rule, rows = "+-----------------------+----------------------------------------------------+", (
            ("Parameter", "Value"), None, ("train data pattern", "data/tiny_train.bin"), ("output log dir", "NULL"), ("micro batch size B", "4"),
            ("sequence length T", "1024"), ("total batch size", "4096"), ("LR scheduler", "cosine"), ("learning rate (LR)", "3.000000e-04"),
            ("warmup iterations", "20"), ("weight decay", "1.000000e-01"), None, ("device", "NVIDIA A100-SXM4-40GB"), ("precision", "BF16"), None,
            ("num_layers L", "12"), ("channels C", "768"))
        console.plain("\n".join([rule] + [rule if r is None else f"| {r[0]:21} | {r[1]:50} |" for r in rows] + [rule]))
        for key, value in (("micro batch size", "4"), ("learning rate", "3.000000e-04"), ("weight decay", "1.000000e-01"), ("precision", "BF16"),
                           ("num_layers", "12"), ("LR scheduler", "cosine")):
            c.fact("console.log", key, value)
        for s, loss, norm, rate in curve(200, 5):
            v, r, g = f"{loss:.4f}", f"{rate:.6f}", f"{norm:.2f}"
            log.say(s, f"s:{s} trl:{v} lr:{r} norm:{g}", trl=v, lr=r, norm=g)
            if s % 50 == 0:
                t = f"{loss * 1.1:.4f}"
                log.say(s, f"s:{s} tel:{t}", tel=t)
                h = f"{0.2 + s / 1000:.4f}"
                log.say(s, f"s:{s} eval:{h}", eval=h)
            w, n, q = f"{loss:.6f}", f"{norm:.4f}", f"{rate:.2e}"
            ms, mfu, tok = f"{400 + s / 10:.2f}", "48.1", f"{1270000 + s}"
            z = "nan" if s < 50 else f"{0.1:+.2f}"
            log2 = f"step {s:4d}/200 | loss {w} ({z}z)| norm {n} ({z}z)| lr {q} | {ms} ms | {mfu}% bf16 MFU | {tok} tok/s"
            console.say(s, log2, loss=w, norm=n, lr=q)
        log.close(), console.close()


def megatron(out, name, broken=None, dated=True):
    with Case(out, name, OWN_WORDS, "A loss that is not a number is not printed at all: the field is missing there, and nan iterations above 0 say why: NaN is read.",
              "Counters (consumed samples, skipped and nan iterations) are no metrics, the batch is a setting; names of a validation get \"valid \" in front.") as c:
        counters = ("consumed samples", "number of skipped iterations", "number of nan iterations")
        log = Log(c, "train.log")
        told = {"adam_beta1": "0.9", "bf16": "True", "clip_grad": "1.0", "global_batch_size": "64", "lr": "0.0003", "optimizer": "adam", "seed": "1234"}
        log.head("using world size: 8, data-parallel-size: 8, tensor-model-parallel size: 1, pipeline-model-parallel size: 1 \n"
                 "------------------------ arguments ------------------------\n" +
                 "".join(f"  {k} {'.' * (48 - len(k))} {v}\n" for k, v in told.items()) +
                 "-------------------- end of arguments ---------------------\n> setting random seeds to 1234 ...", **told)
        for s, loss, norm, rate in curve(300, 10, broken):
            bad = loss != loss
            cells = {"consumed samples": f"{s * 64}", "elapsed time per iteration (ms)": f"{4000 + s / 7:.1f}", "learning rate": f"{rate:.6E}",
                     "lm loss": None if bad else f"{loss:.6E}", "loss scale": "1.0", "grad norm": f"{norm:.3f}",
                     "number of skipped iterations": f"{10 if bad else 0}", "number of nan iterations": f"{10 if bad else 0}"}
            line = f" [{clock(s)}.123456]" if dated else ""
            line += f" iteration {s:8d}/{300:8d} | consumed samples: {s * 64:12d} | elapsed time per iteration (ms): {cells['elapsed time per iteration (ms)']} |"
            line += f" learning rate: {cells['learning rate']} | global batch size: {64:5d} |" + ("" if bad else f" lm loss: {cells['lm loss']} |")
            line += f" loss scale: 1.0 | grad norm: {cells['grad norm']} | number of skipped iterations: {int(cells['number of skipped iterations']):3d} |"
            line += f" number of nan iterations: {int(cells['number of nan iterations']):3d} |"
            log.plain(line)
            log.tell(s, {k: "nan" if v is None else v for k, v in cells.items() if k not in counters})
            if s % 100 == 0 and not bad:
                v, p = f"{loss * 1.05:.6E}", f"{math.exp(min(20, loss * 1.05)):.6E}"
                text = f" validation loss at iteration {s} | lm loss value: {v} | lm loss PPL: {p} | "
                log.plain("-" * (len(text) + 1) + f"\n{text}\n" + "-" * (len(text) + 1))
                log.tell(s, {"valid lm loss": v, "valid lm loss PPL": p})
        log.close()


def deepspeed(out):
    with Case(out, "deepspeed", OWN_WORDS, "The first rate of the list; momenta are no metrics. An overflow tells the new loss scale, at the step above.",
              "csv_monitor: its header comes again at each start; the step counts samples.") as c:
        log = Log(c, "train.log")
        say = "[2026-01-05 10:00:00,001] [INFO] [config.py:1000:print]   "
        log.head("[2026-01-05 10:00:00,001] [INFO] [logging.py:128:log_dist] [Rank 0] DeepSpeed info: version=0.14.4, git-hash=unknown, git-branch=unknown\n"
                 f"{say}fp16_enabled ................. True\n{say}gradient_clipping ............ 1.0\n{say}optimizer_name ............... adamw\n"
                 f"{say}optimizer_params ............. {{'lr': 5e-05, 'betas': [0.9, 0.999], 'eps': 1e-08, 'weight_decay': 0.0}}\n"
                 f"{say}train_batch_size ............. 32\n{say}zero_enabled ................. True", deepspeed_version="0.14.4", fp16_enabled="True",
                 gradient_clipping="1.0", optimizer_name="adamw", optimizer_params__lr="5e-05", train_batch_size="32")
        for s, loss, _, rate in curve(100, 10):
            if s == 20:
                log.plain("[2026-01-05 10:00:15,001] [INFO] [loss_scaler.py:190:update_scale] [deepspeed] OVERFLOW! Rank 0 Skipping step. "
                          "Attempted loss scale: 65536, reducing to 32768")
                log.tell(10, {"loss_scale": "32768"})
            log.plain(f"[{clock(s)},123] [INFO] [logging.py:128:log_dist] [Rank 0] step={s}, skipped={int(s >= 20)}, lr=[{rate!r}], mom=[(0.9, 0.999)]")
            log.tell(s, {"skipped": f"{int(s >= 20)}", "lr": f"{rate!r}"})
            a, b = f"{31 + s / 1000!r}", f"{31.5 + s / 900!r}"
            log.plain(f"[{clock(s)},124] [INFO] [timer.py:264:stop] epoch=0/micro_step={4 * s}/global_step={s}, RunningAvgSamplesPerSec={a}, "
                      f"CurrSamplesPerSec={b}, MemAllocated=2.1GB, MaxMemAllocated=9.8GB")
            log.tell(s, {"RunningAvgSamplesPerSec": a, "CurrSamplesPerSec": b, "MemAllocated": "2.1", "MaxMemAllocated": "9.8"})
        log.close()
        table = Log(c, "Train_Samples_train_loss.csv")
        for begin, end in ((0, 50), (50, 100)):
            table.plain("step,Train/Samples/train_loss")
            for s, loss, _, _ in curve(100, 10):
                if begin < s <= end:
                    table.plain(f"{s * 32},{loss!r}")
                    table.tell(s * 32, {"Train/Samples/train_loss": repr(loss)})
        table.close()


def torchtitan(out, name, broken=None):
    colours = dict(red="\x1b[31m", green="\x1b[32m", orange="\x1b[38;2;180;60;0m", turquoise="\x1b[36m", blue="\x1b[34m", cyan="\x1b[36m",
                   magenta="\x1b[35m", yellow="\x1b[33m", reset="\x1b[39m")
    with Case(out, name, OWN_WORDS, "memory in GiB and the number of tokens with its commas are points; the share in brackets is not.",
              "Names of a validation get \"valid \" in front.") as c:
        for file, k in (("plain.log", dict.fromkeys(colours, "")), ("colour.log", colours)):
            log = Log(c, file)
            head = "[rank0]:[titan] 2026-01-05 10:00:00,001 - root - INFO - "
            log.head(head + "Training starts at step 1, with local batch size 8, global batch size 64, sequence length 2048, total steps 100 (warmup 20)",
                     local_batch_size="8", global_batch_size="64", seq_len="2048", max_steps="100", warmup_steps="20")
            for s, loss, norm, _ in curve(100, 5, broken):
                v, g, m, t, f, u = f"{loss:7.4f}", f"{norm:7.4f}", f"{42.1:5.2f}", f"{7421 + s:,}", f"{301.2 + s:,.2f}", f"{30.45:.2f}"
                log.plain(f"{head}{k['red']}step: {s:2}  {k['green']}loss: {v}  {k['orange']}grad_norm: {g}  {k['turquoise']}memory: {m}GiB(53.10%)  "
                          f"{k['blue']}tps: {t}  {k['cyan']}tflops: {f}  {k['magenta']}mfu: {u}%{k['reset']}")
                log.tell(s, {"loss": v, "grad_norm": g, "memory": m, "tps": t.replace(",", ""), "tflops": f, "mfu": u})
                if s % 50 == 0:
                    w = f"{loss * 1.02:7.4f}"
                    log.plain(f"{head}{k['yellow']}validate step: {s:2}  {k['green']}loss: {w}  {k['turquoise']}memory: {m}GiB(53.10%)  {k['blue']}tps: {t}{k['reset']}")
                    log.tell(s, {"valid loss": w, "valid memory": m, "valid tps": t.replace(",", "")})
            log.close()


def litgpt(out):
    with Case(out, "litgpt", OWN_WORDS, "The optimizer's step is the step; a validation stands at the step above it. n/a is missing.") as c:
        log, held = Log(c, "train.log"), "n/a"
        log.head("{'data': None,\n 'devices': 1,\n 'eval': EvalArgs(interval=1000, max_new_tokens=None, max_iters=100),\n"
                 " 'optimizer': {'class_path': 'torch.optim.AdamW',\n               'init_args': {'betas': [0.9, 0.95],\n"
                 "                             'lr': 0.0004,\n                             'weight_decay': 0.1}},\n 'precision': 'bf16-true',\n 'seed': 42,\n"
                 " 'train': TrainArgs(save_interval=1000, global_batch_size=512, micro_batch_size=4, lr_warmup_steps=20, max_norm=1.0)}\nSeed set to 42",
                 optimizer__class_path="torch.optim.AdamW", lr="0.0004", weight_decay="0.1", precision="bf16-true", seed="42", global_batch_size="512",
                 micro_batch_size="4")
        for s, loss, _, _ in curve(100, 5):
            v, t = f"{loss:.3f}", f"{800 + s / 10:.2f}"
            log.plain(f"Epoch 1 | iter {4 * s} step {s} | loss train: {v}, val: {held} | iter time: {t} ms (step) remaining time: 3:12:01")
            log.tell(s, {"loss train": v, "iter time": t} if held == "n/a" else {"loss train": v, "val": held, "iter time": t})
            if s % 25 == 0:
                w, d = f"{loss * 1.03:.4f}", f"{9000 + s:.2f}"
                log.plain(f"iter {4 * s}: val loss {w}, val time: {d} ms")
                log.tell(s, {"val loss": w, "val time": d})
                held = f"{float(w):.3f}"
        log.close()


def fairseq(out, name, broken=None):
    with Case(out, name, OWN_WORDS, "num_updates is the step; the batch of the epoch (`100 / 2100`) is not. Numbers of the JSON lines are texts.",
              "Lines of a validation are told as \"valid NAME\", of an epoch's training as \"epoch NAME\"; the best so far is no metric.") as c:
        simple, lines = Log(c, "simple.log"), Log(c, "json.log")
        cfg = {"_name": None, "common": {"_name": None, "log_interval": 10, "seed": 1, "fp16": True}, "optimization": {"_name": None, "max_update": 200, "clip_norm": 0.1,
               "lr": [0.0005]}, "optimizer": {"_name": "adam", "adam_betas": "(0.9, 0.98)", "weight_decay": 0.0001, "lr": [0.0005]}}
        simple.head(f"{clock(0)} | INFO | fairseq_cli.train | {cfg}", common__seed="1", common__fp16="True", optimization__clip_norm="0.1",
                    optimizer__weight_decay="0.0001")
        for s, loss, norm, rate in curve(200, 10, broken):
            epoch, i = 1 + (s - 1) // 100, (s - 1) % 100 + 1
            cells = {"loss": f"{loss:.3f}", "nll_loss": f"{loss * 0.9:.3f}", "ppl": f"{round(2 ** min(20, loss), 2) if loss == loss else loss:g}", "wps": "31200", "ups": "2.1", "wpb": "14800",
                     "bsz": "512", "num_updates": f"{s}", "lr": f"{rate:g}", "gnorm": f"{norm:.3f}", "clip": "0", "loss_scale": "128", "train_wall": f"{s // 2}", "wall": f"{s}"}
            simple.plain(f"{clock(s)} | INFO | train_inner | epoch {epoch:03d}:  {i:5d} / 100 " + ", ".join(f"{k}={v}" for k, v in cells.items()))
            points = {k: v for k, v in cells.items() if k not in ("num_updates", "train_wall", "wall")}
            simple.tell(s, points)
            lines.plain(f"{clock(s)} | INFO | train_inner | " + json.dumps({"epoch": epoch, "update": round(s / 100, 3), **cells}))
            lines.tell(s, points)
            if i == 100:
                v = f"{loss * 1.1:.3f}"
                simple.plain(f"{clock(s)} | INFO | valid | epoch {epoch:03d} | valid on 'valid' subset | loss {v} | ppl 119 | wps 0 | num_updates {s} | best_loss {v}")
                simple.tell(s, {"valid loss": v, "valid ppl": "119", "valid wps": "0"})
                simple.plain(f"{clock(s)} | INFO | train | epoch {epoch:03d} | loss {v} | ppl 169 | num_updates {s} | lr {rate:g} | gnorm 1.2")
                simple.tell(s, {"epoch loss": v, "epoch ppl": "169", "epoch lr": f"{rate:g}", "epoch gnorm": "1.2"})
                lines.plain(f"{clock(s)} | INFO | valid | " + json.dumps({"epoch": epoch, "valid_loss": v, "valid_ppl": "119", "valid_num_updates": f"{s}"}))
                lines.tell(s, {"valid_loss": v, "valid_ppl": "119"})
        simple.close(), lines.close()


def detectron2(out, name, broken=None):
    with Case(out, name, OWN_WORDS, "metrics.json: every number at \"iteration\". The console: eta and the memory's M are no metrics, the memory is.") as c:
        table, log = Log(c, "metrics.json"), Log(c, "log.txt")
        log.head("[01/05 10:00:00 detectron2]: Rank of current process: 0. World size: 1\n[01/05 10:00:00 detectron2]: Environment info:\n"
                 "----------------  -------------------------------------\nPython            3.9.18 (main, Sep 11 2023) [GCC 11.2.0]\n"
                 "detectron2        0.6 @/opt/detectron2\nPyTorch           2.1.0 @/opt/torch\nGPU 0             NVIDIA A100-SXM4-40GB (arch=8.0)\n"
                 "----------------  -------------------------------------\n"
                 "[01/05 10:00:00 detectron2]: Command line arguments: Namespace(config_file='configs/x.yaml', num_gpus=1)\n"
                 "[01/05 10:00:00 detectron2]: Running with full config:\nMODEL:\n  META_ARCHITECTURE: GeneralizedRCNN\nSEED: 7\nSOLVER:\n"
                 "  BASE_LR: 0.0003\n  IMS_PER_BATCH: 2\n  MAX_ITER: 200\n  MOMENTUM: 0.9\n  WEIGHT_DECAY: 0.0001\n",
                 python_version="3.9.18", torch_version="2.1.0", config_file="configs/x.yaml", seed="7", base_lr="0.0003", ims_per_batch="2", max_iter="200",
                 momentum="0.9", weight_decay="0.0001")
        for s, loss, _, rate in curve(200, 20, broken):
            row = {"data_time": 0.0102, "iteration": s - 1, "loss_box_reg": loss / 3, "loss_cls": 2 * loss / 3, "lr": rate, "time": 0.31, "total_loss": loss}
            table.plain(json.dumps(row, sort_keys=True))
            table.tell(s - 1, {k: repr(v) for k, v in row.items() if k != "iteration"})
            cells = {"total_loss": f"{loss:.4g}", "loss_cls": f"{2 * loss / 3:.4g}", "loss_box_reg": f"{loss / 3:.4g}", "time": "0.3100", "last_time": "0.3081",
                     "data_time": "0.0102", "last_data_time": "0.0101", "lr": f"{rate:.5g}"}
            log.plain(f"[01/05 10:00:{s % 60:02d} d2.utils.events]:  eta: 0:10:01  iter: {s - 1}  " +
                      "  ".join(f"{k}: {v}" for k, v in cells.items()) + "  max_mem: 2710M")
            log.tell(s - 1, {**cells, "max_mem": "2710"})
        table.close(), log.close()


def verl(out):
    with Case(out, "verl", OWN_WORDS, "orjson writes null for what is not a number: missing. On the console it is nan. The wrapper \"data\" is no part of a name.") as c:
        table, log = Log(c, "tiny.jsonl"), Log(c, "console.log")
        for s, loss, norm, _ in curve(40, 1, 31):
            data = {"actor/pg_loss": loss / 100, "actor/entropy": 1.3, "actor/grad_norm": norm, "actor/ppo_kl": 0.0007, "critic/rewards/mean": 0.5 + s / 100}
            table.plain(json.dumps({"step": s, "data": {k: None if v != v else v for k, v in data.items()}}, separators=(",", ":")))
            table.tell(s, {k: repr(v) for k, v in data.items() if v == v})
            text = {k: f"{v:.3f}" for k, v in data.items()}
            log.plain(f"step:{s} - " + " - ".join(f"{k}:{v}" for k, v in text.items()))
            log.tell(s, text)
        table.close(), log.close()


def torchtune(out):
    with Case(out, "torchtune", OWN_WORDS) as c:
        log = Log(c, "log_1767600000.txt")
        for s, loss, norm, rate in curve(40, 1, 31):
            cells = {"loss": repr(loss), "lr": repr(rate), "tokens_per_second_per_gpu": repr(812.4 + s), "grad_norm": repr(norm)}
            log.plain(f"Step {s} | " + " ".join(f"{k}:{v}" for k, v in cells.items()) + " ")
            log.tell(s, cells)
        log.close()


if __name__ == "__main__":
    OUT = sys.argv[1]
    nano_gpt(OUT, "nanogpt"), nano_gpt(OUT, "nanogpt-nan", broken=120)
    llm_c(OUT)
    megatron(OUT, "megatron"), megatron(OUT, "megatron-nan", broken=200), megatron(OUT, "megatron-old", dated=False)
    deepspeed(OUT)
    torchtitan(OUT, "torchtitan"), torchtitan(OUT, "torchtitan-nan", broken=60)
    litgpt(OUT)
    fairseq(OUT, "fairseq"), fairseq(OUT, "fairseq-nan", broken=120)
    detectron2(OUT, "detectron2"), detectron2(OUT, "detectron2-nan", broken=100)
    verl(OUT)
    torchtune(OUT)
