"""What the scripts about event files share: clocks that stand still for the writer, and what TensorBoard's own EventAccumulator finds in a file."""
import os
import time

import numpy
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util import tensor_util

BEGIN_S = 1700000000
RULES = ("by TensorBoard's EventAccumulator without limits and without purging: scalars, and tensors of one number whose plugin is \"scalars\".",
         "TAG/min, /max, /mean, /zero_share of histograms: the extremes and sum/num where the file has them; of a table of buckets the outer edges",
         "of the buckets that count something, and the mean with each bucket at its middle; zero_share: of the mass, what lies in the bucket with 0.")


class Clock:
    """time.time() that goes on by half a second a call."""

    def __init__(self):
        self.now = BEGIN_S - 0.5

    def __call__(self):
        self.now += 0.5
        return self.now


def still_clock():
    time.time = Clock()


def rename(folder, first=0):
    """Event files under names that hold no host, process or time, in the order of their names."""
    for i, name in enumerate(sorted(n for n in os.listdir(folder) if ".tfevents." in n)):
        suffix = ".v2" if name.endswith(".v2") else ""
        os.rename(os.path.join(folder, name), os.path.join(folder, f"events.out.tfevents.{BEGIN_S}.host.1.{first + i}{suffix}"))


def old_histogram(h):
    mass = zero = 0.0
    left = h.min
    for i, (right, count) in enumerate(zip(h.bucket_limit, h.bucket)):
        mass += count
        last = i + 1 == len(h.bucket)
        if left <= 0 < right or left == right == 0 or (last and left < 0 == right):
            zero += count
        left = right
    return {"min": h.min, "max": h.max, "mean": h.sum / h.num, "zero_share": zero / mass}


def new_histogram(rows):
    filled = [r for r in rows if r[2] > 0]
    if not filled:
        return {}
    mass = zero = weighted = 0.0
    for i, (left, right, count) in enumerate(rows):
        mass += count
        if count > 0:
            weighted += count * (left + (right - left) / 2)
        if left <= 0 < right or left == right == 0 or (i + 1 == len(rows) and left < 0 == right):
            zero += count
    return {"min": filled[0][0], "max": filled[-1][1], "mean": weighted / mass, "zero_share": zero / mass}


def points(case, file, name=lambda tag: tag):
    """Every number of a file, under the series' name for its tag."""
    all_of = dict.fromkeys(("scalars", "tensors", "histograms", "compressedHistograms", "images", "audio"), 0)
    found = EventAccumulator(file, size_guidance=all_of, purge_orphaned_data=False)
    found.Reload()
    tags = found.Tags()
    for tag in tags["scalars"]:
        for e in found.Scalars(tag):
            case.point(file, name(tag), e.step, e.value)
    for tag in tags["histograms"]:
        for e in found.Histograms(tag):
            for part, value in old_histogram(e.histogram_value).items():
                case.point(file, f"{name(tag)}/{part}", e.step, float(value))
    for tag in tags["tensors"]:
        plugin = found.SummaryMetadata(tag).plugin_data.plugin_name
        for e in found.Tensors(tag):
            if plugin == "scalars":
                case.point(file, name(tag), e.step, float(tensor_util.make_ndarray(e.tensor_proto).reshape(())))
            elif plugin == "histograms":
                rows = tensor_util.make_ndarray(e.tensor_proto).astype(numpy.float64).tolist()
                for part, value in new_histogram(rows).items():
                    case.point(file, f"{name(tag)}/{part}", e.step, value)
