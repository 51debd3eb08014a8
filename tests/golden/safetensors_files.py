"""Files that the Python package safetensors writes, and the values that heed must read from them.

    python safetensors_files.py safetensors

writes the folder's *.safetensors and expected.json; it takes `safetensors`, `torch` and `numpy`.
Elements stand in the JSON as the bits of what heed holds, in hexadecimal: f32 for F16 and BF16.
"""

import json
import pathlib
import sys

import safetensors
import torch
from safetensors.torch import save_file

HELD = {torch.float64: ("f64", 8), torch.float32: ("f32", 4), torch.float16: ("f32", 4),
        torch.bfloat16: ("f32", 4), torch.int64: ("i64", 8), torch.bool: ("bool", 1)}
INTEGERS = {8: torch.int64, 4: torch.int32, 1: torch.uint8}


def expected(tensor):
    """dtype, shape and bits of a tensor as heed holds it."""
    name, size = HELD[tensor.dtype]
    held = tensor.float() if name == "f32" else tensor
    if tensor.dtype == torch.float16:  # PyTorch's own conversion changes the bits of a NaN
        held = torch.from_numpy(tensor.numpy().astype("float32"))
    bits = held.contiguous().reshape(-1).view(INTEGERS[size]).tolist()
    return {"dtype": name, "shape": list(tensor.shape),
            "bits": ["%0*x" % (2 * size, value % (1 << 8 * size)) for value in bits]}


def floats(dtype):
    """Zeros of both signs, ordinary, largest, smallest and subnormal numbers, infinities, NaN."""
    limits = torch.finfo(dtype)
    values = [0.0, -0.0, 1.0, -2.5, 1 / 3, limits.max, limits.min, limits.tiny, -limits.tiny / 2,
              limits.smallest_normal / 4, float("inf"), float("-inf"), float("nan")]
    return torch.tensor(values, dtype=torch.float64).to(dtype)


def files():
    kinds = {str(dtype).split(".")[1]: floats(dtype)
             for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16)}
    kinds["int64"] = torch.tensor([0, 1, -1, 2**63 - 1, -2**63])
    kinds["bool"] = torch.tensor([[True, False, True], [False, False, True]])
    yield "dtypes", kinds, None
    yield "shapes", {
        "scalar": torch.tensor(1.5), "scalar bool": torch.tensor(True),
        "none": torch.zeros(0), "none inside": torch.zeros(3, 0, 2, dtype=torch.float64),
        "eight": torch.arange(24).reshape(1, 2, 1, 3, 1, 4, 1, 1).double(),
        "odd": torch.tensor([True] * 3), "after odd": torch.arange(5, dtype=torch.float16)}, None
    yield "metadata", {"model.layers.0.weight": torch.arange(6.0).reshape(2, 3), "ä \"😀\"\n\\":
                       torch.ones(1)}, {"format": "pt", "ä": "\"quoted\"\\\n\t\x01 😀", "": ""}
    yield "nothing", {}, None


def main(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(exist_ok=True)
    golden = {"safetensors": safetensors.__version__, "torch": torch.__version__, "files": {}}
    for name, tensors, metadata in files():
        save_file(tensors, folder / f"{name}.safetensors", metadata)
        golden["files"][name] = {"metadata": metadata or {},
                                 "tensors": {key: expected(t) for key, t in tensors.items()}}
    text = json.dumps(golden, indent=1, ensure_ascii=False)
    (folder / "expected.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
