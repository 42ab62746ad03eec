"""What stands between two layers, by name."""

from torch import nn

ACTIVATIONS = dict(relu=nn.ReLU, tanh=nn.Tanh, gelu=nn.GELU, sigmoid=nn.Sigmoid)
