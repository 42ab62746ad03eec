"""TensorBoard event files from TensorFlow and Keras 3: directories of splits, tensors, and summaries merged as TensorFlow 1 did. Real."""
# requires: tensorboard==2.21.0
# requires: tensorflow-cpu==2.21.0 keras==3.15.1
import sys

from fixture import Case
import event_files

import keras
import numpy
import tensorflow as tf

FILE = f"events.out.tfevents.{event_files.BEGIN_S}.host.1.0"


def fit(out):
    """keras.callbacks.TensorBoard: train/ and validation/, with histograms of the weights and the loss of each batch."""
    with Case(out, "keras", *event_files.RULES, "The directory of a split stands before the tag.") as c:
        keras.utils.set_random_seed(4)
        x = numpy.random.default_rng(4).normal(size=(64, 4)).astype("float32")
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)])
        model.compile(keras.optimizers.SGD(0.05), "mse", metrics=["mae"])
        board = keras.callbacks.TensorBoard(".", histogram_freq=2, write_graph=False, update_freq=1)
        model.fit(x, x.sum(axis=1), epochs=5, batch_size=16, validation_split=0.25, verbose=0, callbacks=[board])
        for split in ("train", "validation"):
            event_files.rename(split)
            event_files.points(c, f"{split}/{FILE}.v2", lambda tag: f"{split}/{tag}")
        c.keep(f"train/{FILE}.v2", f"validation/{FILE}.v2")


def types(out):
    """tf.summary of number types, and a text."""
    with Case(out, "types", *event_files.RULES) as c:
        with tf.summary.create_file_writer(".").as_default():
            for step in range(4):
                for kind in ("float16", "bfloat16", "float32", "float64"):
                    tf.summary.scalar(kind, tf.cast(0.1 * (step + 1), kind), step)
                tf.summary.scalar("integer", step + 2 ** 20, step)
                tf.summary.histogram("weights", tf.linspace(-1.0, 2.0, 90), step, buckets=10)
            tf.summary.text("commit", "5ea3c0de", 0)
            tf.summary.image("picture", tf.zeros((1, 4, 4, 3)), 0)
        tf.summary.flush(None)
        event_files.rename(".")
        event_files.points(c, FILE + ".v2")
        c.fact(FILE + ".v2", "commit", "5ea3c0de")


def merged(out):
    """TensorFlow 1: a picture of 270 kB, a histogram and two scalars in one record; then another without the picture."""
    with Case(out, "merged", *event_files.RULES) as c:
        with tf.Graph().as_default(), tf.compat.v1.Session() as s:
            loss = tf.compat.v1.placeholder(tf.float32)
            noise = numpy.random.default_rng(6).integers(0, 255, (1, 300, 300, 3), numpy.uint8)
            tf.compat.v1.summary.scalar("loss", loss)
            tf.compat.v1.summary.image("picture", tf.constant(noise))
            tf.compat.v1.summary.histogram("weights", tf.constant([-2.0, 0.0, 0.0, 1e-3, 5.0]))
            tf.compat.v1.summary.scalar("twice", loss * 2)
            parts = tf.compat.v1.get_collection(tf.compat.v1.GraphKeys.SUMMARIES)
            small = tf.compat.v1.summary.merge([p for p in parts if "picture" not in p.name])
            w = tf.compat.v1.summary.FileWriter(".")
            for step, wanted in enumerate((tf.compat.v1.summary.merge_all(), small)):
                w.add_summary(s.run(wanted, {loss: 1.5 - step}), step * 100)
            w.close()
        event_files.rename(".")
        event_files.points(c, FILE)


if __name__ == "__main__":
    for case in (fit, types, merged):
        case(sys.argv[1])
