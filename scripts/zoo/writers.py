"""Writers: canonical records -> the log shapes that training tools leave."""
import json, os, math, time, random
NAMES = {
 'wandb': dict(loss='train/loss', gnorm='train/grad_norm', lr='train/lr', vloss='val/loss', vacc='val/accuracy', acc='train/accuracy'),
 'plain': dict(loss='loss', gnorm='grad_norm', lr='lr', vloss='val_loss', vacc='val_acc', acc='train_acc'),
 'light': dict(loss='train_loss', gnorm='grad_2.0_norm_total', lr='lr-Adam', vloss='val_loss', vacc='val_acc', acc='train_acc'),
 'hf': dict(loss='loss', gnorm='grad_norm', lr='learning_rate', vloss='eval_loss', vacc='eval_accuracy'),
 'keras': dict(loss='loss', lr='learning_rate', vloss='val_loss', vacc='val_accuracy', acc='accuracy'),
 'timm': dict(loss='train_loss', vloss='eval_loss', vacc='eval_top1', lr='lr'),
}
def ren(r, style, drop=()): return {NAMES[style].get(k, k): v for k, v in r.items() if k not in drop}
def P(d, n): return open(os.path.join(d, n), 'w')
def conf(d, c, how):
    if how == 'json': json.dump(c, P(d, 'config.json'), indent=1)
    elif how == 'yaml':
        with P(d, 'hparams.yaml') as f:
            for k, v in c.items(): f.write(f'{k}: {v}\n')
def num(v):
    if isinstance(v, str): return v
    if isinstance(v, int): return str(v)
    if v != v: return 'nan'
    if math.isinf(v): return 'inf' if v > 0 else '-inf'
    return f'{v:.6g}'
def j(r): return {k: (round(v, 6) if isinstance(v, float) and math.isfinite(v) and abs(v) > 1e-3 else v) for k, v in r.items()}
def by_epoch(R):
    out = {}
    for r in R:
        e = int(round(r['epoch'])); out.setdefault(e, {}).update({k: v for k, v in r.items() if k not in ('step', 'epoch')})
    return {e: r for e, r in out.items() if 'loss' in r}

def jsonl_wandb(d, R, c, rng):
    conf(d, c, 'json')
    with P(d, rng.choice(['metrics.jsonl', 'history.jsonl', 'log.jsonl'])) as f:
        for r in R: f.write(json.dumps(j(ren(r, 'wandb'))) + '\n')
def jsonl_plain(d, R, c, rng):
    conf(d, c, rng.choice(['json', 'yaml', '']))
    with P(d, rng.choice(['train.jsonl', 'metrics.jsonl', 'trainer_log.jsonl'])) as f:
        for r in R:
            q = ren(r, 'plain', ('epoch',)); q = {**{'iter': q.pop('step')}, **q}; f.write(json.dumps(j(q)) + '\n')
def csv_light(d, R, c, rng):
    conf(d, c, 'yaml'); rows = [ren(r, 'light') for r in R]
    for r in rows: r['step'] -= 1; r['epoch'] = int(r['epoch'])
    cols = sorted({k for r in rows for k in r})
    with P(d, 'metrics.csv') as f:
        f.write(','.join(cols) + '\r\n')
        for r in rows: f.write(','.join(num(r[k]) if k in r else '' for k in cols) + '\r\n')
def csv_dense(d, R, c, rng):
    conf(d, c, rng.choice(['json', ''])); rows = [ren(r, 'plain', ('epoch',)) for r in R if 'loss' in r]; v = {r['step']: r for r in R if 'vloss' in r}
    for r in rows: r.update(ren({k: x for k, x in v.get(r['step'], {}).items() if k[0] == 'v'}, 'plain'))
    cols = list(dict.fromkeys(k for r in rows for k in r))
    with P(d, rng.choice(['log.csv', 'train_log.csv', 'progress.csv'])) as f:
        f.write(','.join(cols) + '\n')
        for r in rows: f.write(','.join(num(r[k]) if k in r else '' for k in cols) + '\n')
def csv_keras(d, R, c, rng):
    E = by_epoch(R); rows = [ren(r, 'keras', ('gnorm',)) for r in E.values()]; cols = sorted({k for r in rows for k in r})
    with P(d, rng.choice(['training.log', 'history.csv', 'log.csv'])) as f:
        f.write(','.join(['epoch'] + cols) + '\r\n')
        for i, r in enumerate(rows): f.write(','.join([str(i)] + [num(r[k]) if k in r else 'NA' for k in cols]) + '\r\n')
def csv_timm(d, R, c, rng):
    E = by_epoch(R); conf(d, c, 'yaml'); rows = [ren(r, 'timm', ('gnorm',)) for r in E.values()]; cols = [k for k in ('train_loss', 'eval_loss', 'eval_top1', 'lr') if any(k in r for r in rows)]
    with P(d, 'summary.csv') as f:
        f.write(','.join(['epoch'] + cols) + '\r\n')
        for i, r in enumerate(rows): f.write(','.join([str(i)] + [num(r[k] * (100 if k == 'eval_top1' else 1)) if k in r else '' for k in cols]) + '\r\n')
def text_kv(d, R, c, rng):
    with P(d, rng.choice(['train.log', 'log.txt', 'stdout.txt'])) as f:
        f.write('settings: ' + ' '.join(f'{k}={v}' for k, v in c.items()) + '\n'); t = 1767600000 + rng.randrange(10**6)
        st = rng.random() < .5
        for r in R:
            t += 1; q = ren(r, 'plain'); q['epoch'] = round(q['epoch'], 2)
            f.write((time.strftime('%Y-%m-%d %H:%M:%S INFO ', time.gmtime(t)) if st else '') + ' '.join(f'{k}={num(v)}' for k, v in q.items()) + '\n')
def text_colon(d, R, c, rng):
    conf(d, c, rng.choice(['json', '']))
    with P(d, rng.choice(['train.log', 'output.log'])) as f:
        f.write(f'Namespace({", ".join(f"{k}={v!r}" for k, v in c.items())})\n')
        for r in R:
            if 'loss' in r: f.write(f'[{r["step"]:>6}] epoch: {r["epoch"]:.2f} | train loss: {r["loss"]:.4f}' + (f' | grad norm: {r["gnorm"]:.3f}' if 'gnorm' in r else '') + (f' | lr: {r["lr"]:.2e}' if 'lr' in r else '') + '\n')
            else: f.write(f'[{r["step"]:>6}] valid loss: {r["vloss"]:.4f}' + (f' | valid acc: {r["vacc"]:.4f}' if 'vacc' in r else '') + '\n')
def nanogpt(d, R, c, rng):
    with P(d, rng.choice(['train.log', 'out.txt', 'log.txt'])) as f:
        for k, v in c.items(): f.write(f'Overriding: {k} = {v}\n')
        f.write(f'number of parameters: 0.03M\n'); last = None
        for r in R:
            if 'loss' in r: last = r['loss']; f.write(f'iter {r["step"]}: loss {r["loss"]:.4f}, time {rng.uniform(3, 5):.2f}ms, mfu {rng.uniform(3, 4):.2f}%\n')
            else: f.write(f'step {r["step"]}: train loss {last if last is not None else r["vloss"]:.4f}, val loss {r["vloss"]:.4f}\n')
def llmc(d, R, c, rng):
    with P(d, 'main.log') as f:
        for r in R:
            if 'loss' in r: f.write(f's:{r["step"] - 1} trl:{r["loss"]:.6f} lr:{r["lr"]:.6f} norm:{r.get("gnorm", 0.0):.2f}\n')
            else: f.write(f's:{r["step"]} tel:{r["vloss"]:.4f}\n')
def megatron(d, R, c, rng):
    N = max(r['step'] for r in R); t = 1767600000; sc = c.get('loss_scale', 1.0)
    with P(d, rng.choice(['main_log.txt', 'train.log'])) as f:
        f.write('------------------------ arguments ------------------------\n')
        for k, v in c.items(): f.write(f'  {k} {"." * (48 - len(k))} {v}\n')
        f.write('-------------------- end of arguments ---------------------\n')
        for r in R:
            t += 4
            if 'loss' in r:
                l = '' if r['loss'] != r['loss'] else f'lm loss: {r["loss"]:.6E} | '
                f.write(f' [{time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(t))}.123456] iteration {r["step"]:8d}/{N:8d} | consumed samples: {r["step"] * 32:12d} | elapsed time per iteration (ms): {rng.uniform(3, 5):.1f} | learning rate: {r["lr"]:.6E} | global batch size:    32 | {l}loss scale: {r.get("loss_scale", sc):.1f} | grad norm: {r.get("gnorm", 0.0):.3f} | number of skipped iterations: {int(r.get("skipped", 0)):3d} | number of nan iterations: {int(r["loss"] != r["loss"]):3d} |\n')
            else: f.write('-' * 90 + f'\n validation loss at iteration {r["step"]} | lm loss value: {r["vloss"]:.6E} | lm loss PPL: {math.exp(min(20, r["vloss"])):.6E} | \n' + '-' * 90 + '\n')
def titan(d, R, c, rng):
    with P(d, 'train.log') as f:
        for r in R:
            p = f'[titan] 2026-01-05 10:{r["step"] // 60 % 60:02d}:{r["step"] % 60:02d},123 - root - INFO - '
            if 'loss' in r: f.write(p + f'step: {r["step"]}  loss: {r["loss"]:8.5f}  grad_norm: {r.get("gnorm", 0.0):8.4f}  memory: 12.10GiB(15.10%)  tps: 7,{rng.randrange(100, 999)}  tflops: 31.20  mfu: 3.45%\n')
            else: f.write(p + f'validate step: {r["step"]}  loss: {r["vloss"]:8.5f}  memory: 12.10GiB(15.10%)  tps: 9,100\n')
def hf_state(d, R, c, rng, filt=None):
    h = []; filt = rng.random() < .5 if filt is None else filt
    for r in R:
        q = {NAMES['hf'].get(k, k): v for k, v in r.items() if k != 'acc'}
        for k in q:
            if isinstance(q[k], float) and math.isfinite(q[k]): q[k] = round(q[k], 4) if k not in ('learning_rate', 'grad_norm') else q[k]
        if filt and 'loss' in q and not math.isfinite(q['loss']): q['loss'] = 0.0; q['grad_norm'] = float('nan')
        h.append(dict(sorted(q.items())))
    L = R[-1]
    json.dump(dict(best_metric=None, best_model_checkpoint=None, epoch=L['epoch'], global_step=L['step'], is_hyper_param_search=False, is_local_process_zero=True, is_world_process_zero=True,
                   log_history=h, logging_steps=R[1]['step'] - R[0]['step'] if len(R) > 1 else 1, max_steps=L['step'], num_train_epochs=int(L['epoch']) + 1, train_batch_size=c.get('batch_size', 8), trial_name=None, trial_params=None), P(d, 'trainer_state.json'), indent=2)
def hf_console(d, R, c, rng):
    with P(d, rng.choice(['train.log', 'nohup.out', 'slurm-4711.out'])) as f:
        for r in R:
            q = {NAMES['hf'].get(k, k): (round(v, 4) if k not in ('lr',) and isinstance(v, float) and math.isfinite(v) else v) for k, v in r.items() if k not in ('step', 'acc', 'epoch')}
            q['epoch'] = round(r['epoch'], 2); f.write(str(q) + '\n')
def keras_txt(d, R, c, rng):
    E = by_epoch(R); N = len(E)
    with P(d, rng.choice(['train.log', 'output.txt'])) as f:
        for i, r in enumerate(E.values()):
            b = ' - '.join(f'{NAMES["keras"][k]}: {r[k]:.4f}' for k in ('acc', 'loss', 'vacc', 'vloss') if k in r)
            f.write(f'Epoch {i + 1}/{N}\n40/40 - {rng.randrange(1, 3)}s - {rng.randrange(3, 30)}ms/step - {b}\n')
STEP = [jsonl_wandb, jsonl_plain, csv_light, csv_dense, text_kv, text_colon, hf_state, hf_console]
LM = [nanogpt, llmc, megatron, titan, jsonl_wandb, hf_state, text_colon]
EPOCH = [csv_keras, csv_timm, keras_txt, csv_light, jsonl_wandb, hf_state, csv_dense]
GN = [jsonl_wandb, jsonl_plain, csv_light, csv_dense, text_kv, hf_state, hf_console, text_colon]   # carry the gradient norm

# adversarial
def gan_studio(d, R, c, rng):
    N = max(r['step'] for r in R); best = 1e9; t = 1767600000
    with P(d, rng.choice(['train.log', 'ring-train-2026_01_05.log'])) as f:
        f.write('[INFO] 2026-01-05 10:00:00 > ' + str(c) + '\n')
        for r in R:
            t += 7; p = time.strftime('[INFO] %Y-%m-%d %H:%M:%S > ', time.gmtime(t))
            if 'd' in r: f.write(p + f'Step: {r["step"]:>6} Progress: {r["step"] / N:<.1%} Elapsed: {(t - 1767600000) // 3600}:{(t - 1767600000) // 60 % 60:02d}:{(t - 1767600000) % 60:02d} Discriminator_loss: {r["d"]:<.6} Generator_loss: {r["g"]:<.6}\n')
            else:
                f.write(p + f'FID score (Step: {r["step"]}, Using valid moments): {r["fid"]:.6f}\n')
                if r['fid'] < best: best = r['fid']; bs = r['step']
                f.write(p + f'Best FID score (Step: {bs}, Using valid moments): {best:.6f}\n')
def gan_jsonl(d, R, c, rng):
    conf(d, c, 'json'); m = rng.choice([dict(d='d_loss', g='g_loss', fid='fid', modes='modes_covered'), dict(d='loss/D', g='loss/G', fid='metrics/fid', modes='metrics/modes'), dict(d='loss_D', g='loss_G', fid='FID', modes='modes_covered')])
    with P(d, 'metrics.jsonl') as f:
        for r in R: f.write(json.dumps(j({m.get(k, k): v for k, v in r.items()})) + '\n')
def gan_text(d, R, c, rng):
    with P(d, 'loss_log.txt') as f:
        f.write('================ Training Loss ================\n')
        for r in R:
            if 'd' in r: f.write(f'[{r["step"] // 200}/{R[-1]["step"] // 200}][{r["step"] % 200}/200] Loss_D: {r["d"]:.4f} Loss_G: {r["g"]:.4f}\n')
            else: f.write(f'eval step {r["step"]}: fid {r["fid"]:.3f}\n')
def gan_csv(d, R, c, rng):
    conf(d, c, 'yaml')
    with P(d, 'log.csv') as f:
        f.write('step,d_loss,g_loss,fid,modes_covered\n')
        for r in R: f.write(f'{r["step"]},' + ','.join(num(r[k]) if k in r else '' for k in ('d', 'g', 'fid', 'modes')) + '\n')
GAN = [gan_studio, gan_jsonl, gan_text, gan_csv]
# reinforcement: R = dict(episodes=[(ret, len)], updates=[dict]) ; update carries n (env steps), ret, pl, vl, ent
def rl_monitor(d, R, c, rng):
    with P(d, rng.choice(['monitor.csv', '0.monitor.csv'])) as f:
        f.write('#{"t_start": 1767600000.5, "env_id": "%s"}\nr,l,t\n' % c.get('env', 'CartPole')); t = 0
        for r, l in R['episodes']: t += l * 1e-4 + .001; f.write(f'{r:.6f},{l},{t:.6f}\r\n')
def rl_sb3(d, R, c, rng):
    with P(d, 'progress.csv') as f:
        f.write('rollout/ep_rew_mean,time/iterations,time/total_timesteps,train/entropy_loss,train/policy_loss,train/value_loss,train/learning_rate\n')
        for i, u in enumerate(R['updates']): f.write(f'{num(u["ret"])},{i + 1},{u["n"]},{num(-u.get("ent", 0))},{num(u.get("pl", 0.0))},{num(u.get("vl", 0.0))},{num(u.get("lr", 0.0))}\n')
def rl_jsonl(d, R, c, rng):
    conf(d, c, 'json')
    with P(d, 'metrics.jsonl') as f:
        for u in R['updates']: f.write(json.dumps(j({'global_step': u['n'], 'charts/episodic_return': u['ret'], 'losses/policy_loss': u.get('pl', 0.0), 'losses/value_loss': u.get('vl', 0.0), 'losses/entropy': u.get('ent', 0.0)})) + '\n')
def rl_text(d, R, c, rng):
    with P(d, 'train.log') as f:
        f.write(' '.join(f'{k}={v}' for k, v in c.items()) + '\n'); n = 0
        for k, (r, l) in enumerate(R['episodes']): n += l; f.write(f'Episode: {k + 1}, steps: {n}, reward: {r:.2f}\n')
RL = [rl_monitor, rl_sb3, rl_jsonl, rl_text]
