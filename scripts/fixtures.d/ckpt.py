"""Checkpoints: one small file of each format, written by the framework itself, and a table of what the framework reads in it. Real."""
# requires: numpy==2.4.6 torch==2.15.0 safetensors==0.8.0 gguf==0.19.0 h5py==3.14.0 keras==3.15.1
import io
import json
import os
import struct
import sys

os.environ["KERAS_BACKEND"] = "torch"
import gguf
import h5py
import keras
import numpy
import safetensors.torch
import torch

OUT = sys.argv[1]
os.makedirs(OUT, exist_ok=True)
os.chdir(OUT)
RNG = numpy.random.default_rng(20)


def table(path, tensors):
    """name -> shape, and of each element (row-major) its value as a double; texts of NaN and infinities as JSON has none."""
    def number(v):
        v = float(v)
        return v if v == v and abs(v) != float("inf") else str(v)

    rows = [{"name": n, "shape": list(numpy.shape(v)), "values": [number(x) for x in numpy.asarray(v, dtype="f8").ravel()]}
            for n, v in tensors.items()]
    with open(path + ".tensors.json", "w", encoding="utf-8") as f:
        json.dump(rows, f, indent=0)
        f.write("\n")


def normal(*shape, dtype="f4"):
    return RNG.normal(size=shape).astype(dtype)


# safetensors: every element type that has a numpy double, a scalar, an empty one, NaN and infinities
sick = torch.tensor([1.5, float("nan"), float("inf"), float("-inf"), -0.0, 0.0])
tensors = {"encoder.weight": torch.from_numpy(normal(3, 5)), "encoder.bias": torch.from_numpy(normal(3)), "bn.running_mean": torch.zeros(4),
           "half": torch.from_numpy(normal(2, 2)).half(), "brain": torch.from_numpy(normal(7)).bfloat16(), "double": torch.from_numpy(normal(2, dtype="f8")),
           "long": torch.arange(-2, 3), "byte": torch.tensor([0, 255], dtype=torch.uint8), "flag": torch.tensor([True, False, True]),
           "scalar": torch.tensor(2.5), "empty": torch.zeros(0, 4), "sick": sick,
           "eighth": torch.tensor([1.0, -448.0, 0.0625]).to(torch.float8_e4m3fn), "fifth": torch.tensor([1.0, 57344.0]).to(torch.float8_e5m2)}
safetensors.torch.save_file(tensors, "model.safetensors", metadata={"format": "pt"})
table("model.safetensors", {n: t.double().numpy() for n, t in tensors.items()})

# npy: as C, Fortran and big-endian have it
for name, array in (("c", normal(3, 4)), ("fortran", numpy.asfortranarray(normal(3, 4, 2))), ("big", normal(2, 3, dtype=">f8"))):
    numpy.save(name + ".npy", array)
    table(name + ".npy", {name: array})

# npz: stored and deflated
arrays = {"w": normal(4, 6), "b": numpy.arange(5), "deep/name": numpy.asfortranarray(normal(3, 2)), "big": normal(3, dtype=">f4"), "none": numpy.zeros((0, 3))}
numpy.savez("stored.npz", **arrays)
numpy.savez_compressed("deflated.npz", **arrays)
table("stored.npz", arrays)
table("deflated.npz", arrays)

# GGUF: settings of every kind, a template, plain and quantised tensors
w = gguf.GGUFWriter("model.gguf", "llama")
w.add_name("tiny")
w.add_context_length(128)
w.add_float32("llama.rope.freq_base", 10000.0)
w.add_bool("general.flag", True)
w.add_token_list(["<s>", "a", "b"])
w.add_array("general.numbers", [1, 2, 3])
w.add_chat_template("{% for m in messages %}{{ m['role'] }}: {{ m['content'] | trim }}{% endfor %}")
plain = {"token_embd.weight": normal(4, 8), "output_norm.weight": normal(8), "half.weight": normal(2, 4, dtype="f2")}
for name, array in plain.items():
    w.add_tensor(name, array)
w.add_tensor("blk.0.ffn.weight", gguf.quants.quantize(normal(2, 32), gguf.GGMLQuantizationType.Q8_0), raw_dtype=gguf.GGMLQuantizationType.Q8_0)
w.write_header_to_file()
w.write_kv_data_to_file()
w.write_tensors_to_file()
w.close()
table("model.gguf", plain)

# HDF5: packed, big-endian, compact, truth values, complex numbers
data = {"packed": normal(25, 6), "turned": normal(2, 3, dtype=">f8"), "group/flags": numpy.array([True, False]), "half": normal(3, dtype="f2"),
        "whole": numpy.arange(-3, 3, dtype="i2").reshape(2, 3), "scalar": numpy.float32(7.5)}
with h5py.File("plain.h5", "w") as f:
    for name, array in data.items():
        how = {"chunks": (7, 4), "compression": "gzip", "shuffle": True, "fletcher32": True} if name == "packed" else {}
        f.create_dataset(name, data=array, **how)
table("plain.h5", data)

# Keras: the archive, its weights alone, the legacy file; trained for a moment so that the optimizer has its slots
keras.utils.set_random_seed(5)
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="first"), keras.layers.BatchNormalization(name="norm"),
                          keras.layers.Dense(1, name="last")])
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
model.fit(normal(8, 3), normal(8, 1), epochs=1, verbose=0)
variables = {f"{layer.name}/{v.name}": keras.ops.convert_to_numpy(v) for layer in model.layers for v in layer.variables}
moments = {f"optimizer/vars/{i}": keras.ops.convert_to_numpy(v) for i, v in enumerate(model.optimizer.variables)}
model.save("model.keras")
model.save_weights("model.weights.h5")
model.save("legacy.h5")
table("model.keras", {**variables, **moments})
table("model.weights.h5", {**variables, **moments})
table("legacy.h5", variables)

# torch: the zip and the format before it; two names for one storage, a transposed view, an optimizer's state
layer = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 2))
with torch.no_grad():
    for p in layer.parameters():
        p.copy_(torch.from_numpy(normal(*p.shape)))
state = layer.state_dict()
state["tied"] = state["0.weight"]
state["turned"] = state["0.weight"].t()
torch.save(state, "model.pt")
torch.save(state, "legacy.pt", _use_new_zipfile_serialization=False)
table("model.pt", {n: t.double().numpy() for n, t in state.items()})
table("legacy.pt", {n: t.double().numpy() for n, t in state.items()})
optimizer = torch.optim.AdamW(layer.parameters(), lr=1e-3)
layer(torch.from_numpy(normal(5, 3))).square().mean().backward()
optimizer.step()
torch.save(optimizer.state_dict(), "optimizer.pt")
