"""Writes golden values of the optimizers: the parameters after each of 5 or 20 steps, in f64.

    python optim.py optim.json
"""

import sys

import torch

from tensor_json import generator_for, random_tensor, tensor_to_object, to_text, version

OPTIMIZERS = {
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "rmsprop": torch.optim.RMSprop,
    "adagrad": torch.optim.Adagrad,
    "muon": torch.optim.Muon,
}

# Every option alone and the ones that meet; numbers far from the defaults, so that each shows.
CASES = {
    "sgd, defaults": ("sgd", {}),
    "sgd, lr": ("sgd", {"lr": 0.3}),
    "sgd, weight decay": ("sgd", {"lr": 0.3, "weight_decay": 0.2}),
    "sgd, momentum": ("sgd", {"lr": 0.3, "momentum": 0.7}),
    "sgd, momentum, dampening": ("sgd", {"lr": 0.3, "momentum": 0.7, "dampening": 0.4}),
    "sgd, dampening without momentum": ("sgd", {"lr": 0.3, "dampening": 0.4}),
    "sgd, nesterov": ("sgd", {"lr": 0.3, "momentum": 0.7, "nesterov": True}),
    "sgd, everything": (
        "sgd",
        {"lr": 0.3, "momentum": 0.7, "nesterov": True, "weight_decay": 0.2},
    ),
    "adam, defaults": ("adam", {}),
    "adam, betas": ("adam", {"lr": 0.1, "betas": [0.6, 0.7]}),
    "adam, betas of zero": ("adam", {"lr": 0.1, "betas": [0.0, 0.0]}),
    "adam, eps": ("adam", {"lr": 0.1, "eps": 0.5}),
    "adam, weight decay": ("adam", {"lr": 0.1, "weight_decay": 0.2}),
    "adamw, defaults": ("adamw", {}),
    "adamw, everything": (
        "adamw",
        {"lr": 0.1, "betas": [0.6, 0.7], "eps": 0.5, "weight_decay": 0.2},
    ),
    "adamw, no weight decay": ("adamw", {"lr": 0.1, "weight_decay": 0.0}),
}

# Twenty steps.
LONG_CASES = {
    "rmsprop, defaults": ("rmsprop", {}),
    "rmsprop, alpha, eps": ("rmsprop", {"lr": 0.1, "alpha": 0.6, "eps": 0.5}),
    "rmsprop, weight decay": ("rmsprop", {"lr": 0.1, "weight_decay": 0.2}),
    "rmsprop, momentum": ("rmsprop", {"lr": 0.1, "momentum": 0.7}),
    "rmsprop, centered": ("rmsprop", {"lr": 0.1, "centered": True}),
    "rmsprop, everything": (
        "rmsprop",
        {"lr": 0.1, "alpha": 0.6, "eps": 0.5, "weight_decay": 0.2, "momentum": 0.7,
         "centered": True},
    ),
    "adagrad, defaults": ("adagrad", {}),
    "adagrad, lr decay": ("adagrad", {"lr": 0.1, "lr_decay": 0.3}),
    "adagrad, everything": (
        "adagrad",
        {"lr": 0.1, "lr_decay": 0.3, "weight_decay": 0.2, "initial_accumulator_value": 0.7,
         "eps": 0.5},
    ),
    "adam, amsgrad": ("adam", {"lr": 0.1, "betas": [0.6, 0.7], "amsgrad": True}),
    "adam, amsgrad, everything": (
        "adam",
        {"lr": 0.1, "betas": [0.6, 0.7], "eps": 0.5, "weight_decay": 0.2, "amsgrad": True},
    ),
    "adamw, amsgrad": ("adamw", {"lr": 0.1, "amsgrad": True}),
    "adamw, amsgrad, everything": (
        "adamw",
        {"lr": 0.1, "betas": [0.6, 0.7], "eps": 0.5, "weight_decay": 0.2, "amsgrad": True},
    ),
    "sgd, dampening": ("sgd", {"lr": 0.3, "momentum": 0.7, "dampening": 0.4, "weight_decay": 0.2}),
    "muon, defaults": ("muon", {}),
    "muon, lr, no weight decay": ("muon", {"lr": 0.1, "weight_decay": 0.0}),
    "muon, no nesterov": ("muon", {"lr": 0.1, "momentum": 0.7, "nesterov": False}),
    "muon, scale of AdamW": ("muon", {"lr": 0.1, "adjust_lr_fn": "match_rms_adamw"}),
    "muon, everything": (
        "muon",
        {"lr": 0.1, "weight_decay": 0.2, "momentum": 0.7, "ns_coefficients": [2.0, -1.5, 0.5],
         "eps": 0.5, "ns_steps": 3, "adjust_lr_fn": "original"},
    ),
}

SHAPES = [(2, 3), (4,), ()]
MATRICES = [(2, 3), (4, 2), (3, 3)]  # wide, tall (which starts late) and square


def has_gradient(parameter, step):
    """The second parameter starts late and misses a step: it counts steps of its own."""
    return parameter != 1 or step not in (0, 3)


def run(name, optimizer_name, config, count):
    generator = generator_for("optim " + name)
    shapes = MATRICES if optimizer_name == "muon" else SHAPES
    parameters = [random_tensor(generator, shape).requires_grad_() for shape in shapes]
    start = [tensor_to_object(parameter) for parameter in parameters]
    options = {key: tuple(value) if isinstance(value, list) else value
               for key, value in config.items()}
    optimizer = OPTIMIZERS[optimizer_name](parameters, **options)
    steps = []
    for step in range(count):
        for index, parameter in enumerate(parameters):
            gradient = random_tensor(generator, tuple(parameter.shape))
            parameter.grad = gradient if has_gradient(index, step) else None
        optimizer.step()
        steps.append(
            {
                "grads": [tensor_to_object(parameter.grad) for parameter in parameters],
                "params": [tensor_to_object(parameter) for parameter in parameters],
            }
        )
    return {"name": name, "optim": optimizer_name, "config": config, "params": start,
            "steps": steps}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    torch.set_num_threads(1)
    torch.bfloat16 = torch.float64  # to which Muon rounds its matrices
    cases = ",\n".join(to_text(run(name, *case, count))
                       for table, count in [(CASES, 5), (LONG_CASES, 20)]
                       for name, case in table.items())
    with open(sys.argv[1], "w", encoding="ascii") as file:
        file.write('{"pytorch":"%s","cases":[\n%s\n]}\n' % (version(), cases))


if __name__ == "__main__":
    main()
