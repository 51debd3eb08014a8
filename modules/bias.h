// Bias: whether a projection or a norm has one.
#pragma once

namespace heed {

enum class Bias { none, learned };

}  // namespace heed
