"""Reads files that heed wrote with the Python package safetensors, and checks their checksums.

    python check_safetensors.py FILE...

Says of each file how many tensors it has; exits 1 at the first difference. It takes `safetensors`
and `numpy`; where `torch` is installed, its loader must read the same.
"""

import json
import struct
import sys
import zlib

import numpy
from safetensors import safe_open

TYPES = {"F64": "<f8", "F32": "<f4", "I64": "<i8", "BOOL": "?"}


def checksum(data):
    return "%08x" % zlib.crc32(data)


def header_checksum(entries, metadata):
    """As framework/io/safetensors_checksums.h says."""
    def sized(text):
        return b"%d:%s" % (len(text.encode()), text.encode())
    data = b""
    for name in sorted(entries, key=str.encode):
        entry = entries[name]
        data += sized(name) + f" {entry['dtype']} {entry['shape']}\n".encode()
    for key in sorted(metadata, key=str.encode):
        if key != "crc32":
            data += sized(key) + b" " + sized(metadata[key]) + b"\n"
    return checksum(data)


def check(path):
    """The number of tensors. Throws AssertionError."""
    with open(path, "rb") as file:
        whole = file.read()
    size, = struct.unpack("<Q", whole[:8])
    entries = json.loads(whole[8:8 + size])
    metadata = entries.pop("__metadata__")
    assert metadata["heed.checksums"] == "crc32", metadata
    assert metadata["crc32"] == header_checksum(entries, metadata), "the header's checksum"
    assert {key[6:] for key in metadata if key.startswith("crc32:")} == set(entries)
    assert (8 + size) % 8 == 0, "the data is not aligned"
    data = whole[8 + size:]
    with safe_open(path, "numpy") as file:
        assert file.metadata() == metadata, "metadata"
        assert set(file.keys()) == set(entries), "names"
        for name, entry in entries.items():
            begin, end = entry["data_offsets"]
            assert metadata["crc32:" + name] == checksum(data[begin:end]), name
            tensor = file.get_tensor(name)
            assert tensor.dtype == numpy.dtype(TYPES[entry["dtype"]]), name
            assert list(tensor.shape) == entry["shape"], name
            assert tensor.tobytes() == data[begin:end], name
    check_with_torch(path, data, entries)
    return len(entries)


def check_with_torch(path, data, entries):
    try:
        from safetensors.torch import load_file
    except ImportError:
        return
    tensors = load_file(path)
    assert set(tensors) == set(entries), "names"
    for name, tensor in tensors.items():
        begin, end = entries[name]["data_offsets"]
        assert tensor.numpy().tobytes() == data[begin:end], name


if __name__ == "__main__":
    for path in sys.argv[1:]:
        print(f"{path}: {check(path)} tensors")
