"""Keras 2, which lives on as tf_keras: CSVLogger's log.csv, and stdout of fit(verbose=1) and fit(verbose=2). Real."""
# requires: tensorflow-cpu==2.21.0 keras==3.15.1
# requires: --no-deps tf_keras==2.21.0
import sys

import keras_cases
import tf_keras

if __name__ == "__main__":
    keras_cases.run(sys.argv[1], "healthy", tf_keras)
    keras_cases.run(sys.argv[1], "nan", tf_keras, broken=True)
