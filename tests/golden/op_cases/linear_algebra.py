"""Cases of framework/ops/linear_algebra.h."""

import torch

from golden_case import case, floats, pytorch


def sign_of(columns):
    """For each column the sign of its first component of at least half the largest size."""
    size = columns.detach().abs()
    first = (2 * size >= size.amax(-2, keepdim=True)).to(torch.int64).argmax(-2, keepdim=True)
    return torch.where(columns.detach().gather(-2, first) < 0, -1.0, 1.0).to(columns.dtype)


def svd(x, full_matrices=True):
    u, s, vh = torch.linalg.svd(x, full_matrices=full_matrices)
    signs, k = sign_of(u), s.shape[-1]
    rest = sign_of(vh.mT)[..., k:].mT
    return u * signs, s, vh * torch.cat([signs[..., :k].mT, rest], -2)


def eigh(x, UPLO="L"):
    values, vectors = torch.linalg.eigh(x, UPLO)
    return values, vectors * sign_of(vectors)


pytorch("svd", svd)
pytorch("svdvals", torch.linalg.svdvals)
pytorch("eigh", eigh)
pytorch("qr", lambda x, mode="reduced": tuple(torch.linalg.qr(x, mode)))
pytorch("inv", torch.linalg.inv)

SYMMETRIC = floats([[2, -1, 0.5], [-1, 3, 0.25], [0.5, 0.25, -1]])

case("svd", "square", {}, (3, 3))
case("svd", "tall", {"full_matrices": False}, (4, 2))
case("svd", "wide, batch", {"full_matrices": False}, (2, 2, 4))
case("svdvals", "tall", {}, (4, 3))
case("svdvals", "equal values", {}, torch.eye(3, dtype=torch.float64))
case("eigh", "lower", {}, SYMMETRIC)
case("eigh", "upper", {"UPLO": "U"}, SYMMETRIC)
case("qr", "square", {}, (3, 3))
case("qr", "tall", {"mode": "reduced"}, (2, 4, 3))
case("qr", "wide", {}, (2, 4))
case("qr", "complete and wide", {"mode": "complete"}, (2, 3))
case("inv", "batch", {}, (2, 3, 3))
