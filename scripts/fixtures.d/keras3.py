"""Keras 3 on TensorFlow: CSVLogger's log.csv, and stdout of fit(verbose=1) and fit(verbose=2). Real."""
# requires: tensorflow-cpu==2.21.0 keras==3.15.1
import sys

import keras_cases
import keras

if __name__ == "__main__":
    keras_cases.run(sys.argv[1], "healthy", keras)
    keras_cases.run(sys.argv[1], "nan", keras, broken=True)
