"""Cases of framework/ops/normalization.h."""

import torch.nn.functional as F

from golden_case import case, floats, pytorch

pytorch("rms_norm", lambda x, weight=None, *, normalized_shape, eps=None:
        F.rms_norm( x, normalized_shape, weight, eps))
pytorch("layer_norm", lambda x, weight=None, bias=None, *, normalized_shape, eps=1e-5:
        F.layer_norm( x, normalized_shape, weight, bias, eps))

case("layer_norm", "plain", {"normalized_shape": [4]}, (2, 2, 4))
case("layer_norm", "affine", {"normalized_shape": [4]}, (2, 2, 4), (4,), (4,))
case("layer_norm", "weight only", {"normalized_shape": [4]}, (2, 4), (4,))
case("layer_norm", "bias only", {"normalized_shape": [4]}, (2, 4), None, (4,))
case("layer_norm", "two dims, eps", {"normalized_shape": [2, 3], "eps": 0.125}, (2, 2, 3), (2, 3),
     (2, 3))
case("layer_norm", "constant row", {"normalized_shape": [3]}, floats([[2, 2, 2], [1, 2, 4]]))
case("rms_norm", "plain", {"normalized_shape": [4]}, (2, 2, 4))
case("rms_norm", "weight, eps", {"normalized_shape": [4], "eps": 0.125}, (2, 4), (4,))
case("rms_norm", "two dims", {"normalized_shape": [2, 3]}, (2, 2, 3), (2, 3))
case("rms_norm", "zeros", {"normalized_shape": [3], "eps": 0.25}, floats([[0, 0, 0], [1, 2, -2]]))
case("cosine_similarity", "default", {}, (2, 3), (2, 3))
case("cosine_similarity", "broadcast", {"dim": -1}, (2, 1, 4), (3, 4))
case("cosine_similarity", "a vector of zeros", {"dim": 0}, floats([0, 0, 0]), floats([1, 2, 3]))
case("cosine_similarity", "0-d", {"dim": 0}, (), ())
