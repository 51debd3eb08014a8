"""Cases of framework/ops/einsum.h."""

import torch

from golden_case import case, pytorch

pytorch("einsum", lambda *operands, equation: torch.einsum(equation, *operands))

for equation, shapes in (
        ("bhqd,bhkd->bhqk", ((2, 2, 3, 2), (2, 2, 2, 2))), ("ij,jk", ((2, 3), (3, 2))),
        ("ba", ((2, 3),)), ("ii", ((3, 3),)), ("ii->i", ((3, 3),)), ("iij->ji", ((2, 2, 3),)),
        ("ij->", ((2, 3),)), ("ij->j", ((2, 3),)), ("i,j->ij", ((2,), (3,))),
        ("i,i->", ((3,), (3,))), ("i,i->i", ((3,), (3,))), ("Aa,aB->BA", ((2, 3), (3, 2))),
        ("Ab,aB", ((2, 3), (2, 3))),
        ("ij,jk,kl->il", ((2, 3), (3, 2), (2, 2))), ("bn,anm,bm->ba", ((2, 2), (3, 2, 2), (2, 2))),
        ("...ij,...jk->...ik", ((2, 1, 2, 3), (2, 3, 2))),
        ("...ij,...jk", ((2, 1, 2, 3), (2, 3, 2))),
        ("i...,j...->ij...", ((2, 3), (2, 3))), ("...i->...", ((2, 2, 3),)),
        ("i...->...i", ((2, 3, 2),)), ("ijk,k->ij", ((2, 2, 3), (1,))),
        ("b...,b...->b", ((2, 3),) * 2)):
    case("einsum", equation, {"equation": equation}, *shapes)
