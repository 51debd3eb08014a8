"""Whether heed and PyTorch computed the same numbers: no time is worth anything otherwise."""
import torch

# Largest ‖a − b‖ / ‖b‖, and largest |aᵢ − bᵢ| / max |b|, of outputs and gradients in f32.
NORM_TOLERANCE, ELEMENT_TOLERANCE = 1e-4, 1e-3
# ‖a − b‖ / ‖b‖ of what AdamW added to a parameter. Its first step is nearly the gradient's sign, so
# elements whose gradient is next to nothing may differ.
UPDATE_TOLERANCE = 1e-2
DROPOUT_P = 0.1

DTYPES = {"f32": torch.float32, "f64": torch.float64, "i64": torch.int64}


def load(tensors):
    """What heed_bench wrote, as tensors by name."""
    loaded = {}
    for name, entry in tensors.items():
        with open(entry["file"], "rb") as file:
            flat = torch.frombuffer(bytearray(file.read()), dtype=DTYPES[entry["dtype"]])
        loaded[name] = flat.reshape(entry["shape"])
    return loaded


def fault_of(name, ours, theirs, before=None):
    """What is wrong with one result, or None. `before`: it is a parameter, which was this."""
    if theirs is None:
        return f"{name}: PyTorch has none"
    if ours.shape != theirs.shape:
        return f"{name}: shape {list(ours.shape)}, PyTorch's is {list(theirs.shape)}"
    ours, theirs = ours.detach().double(), theirs.detach().double()
    if before is not None:
        ours, theirs = ours - before.double(), theirs - before.double()
    if not torch.isfinite(ours).all():
        return f"{name}: not finite"
    apart, scale = (ours - theirs).norm(), theirs.norm()
    tolerance = NORM_TOLERANCE if before is None else UPDATE_TOLERANCE
    if not apart <= tolerance * scale:
        what = "" if before is None else " (its change)"
        return f"{name}{what}: {apart / scale:.1e} apart, allowed {tolerance:.0e}"
    furthest, largest = (ours - theirs).abs().max(), theirs.abs().max()
    if before is None and not furthest <= ELEMENT_TOLERANCE * largest:
        return f"{name}: an element {furthest / largest:.1e} apart, allowed {ELEMENT_TOLERANCE:.0e}"
    return None


def compare(inputs, ours, theirs):
    """All faults of heed's results beside PyTorch's."""
    faults = [fault_of(name, value, theirs.get(name), inputs.get(name))
              for name, value in ours.items()]
    faults += [f"{name}: heed has none" for name in theirs if name not in ours]
    return [fault for fault in faults if fault]


def blind_spots(inputs, ours, theirs):
    """Results of which one row (or number) may have the wrong sign without a fault: the proof that
    `compare` looks. Empty unless it is broken."""
    missed = []
    for name, value in ours.items():
        wrong = value.detach().clone()
        before = inputs.get(name)
        change = wrong if before is None else wrong - before
        if change.dim() == 0:
            wrong.neg_()
        else:
            row = int(change.flatten(1).norm(dim=1).argmax() if change.dim() > 1
                      else change.abs().argmax())
            wrong[row] -= 2 * change[row]
        if fault_of(name, wrong, theirs.get(name), before) is None:
            missed.append(f"{name}: a wrong sign is not noticed")
    return missed


def dropout_faults(inputs, results):
    """Zeros are drawn by each side's own generator, so each is held against the definition."""
    x, y = inputs["x"], results["y"]
    scale = 1 / (1 - DROPOUT_P)
    kept = y != 0
    faults = []
    if not torch.allclose(y[kept], x[kept] * scale, rtol=1e-5):
        faults.append("y: not x / (1 − p) where it is kept")
    if not torch.allclose(results["x.grad"], inputs["cotangent"] * kept * scale, rtol=1e-5):
        faults.append("x.grad: other zeros or another factor than y")
    share = kept.double().mean().item()
    deviation = (DROPOUT_P * (1 - DROPOUT_P) / y.numel()) ** 0.5
    if abs(share - (1 - DROPOUT_P)) > 5 * deviation:
        faults.append(f"y: {share:.4f} kept, not {1 - DROPOUT_P}")
    return faults
