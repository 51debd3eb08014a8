// The attentions that a configuration can name.
#pragma once

namespace heed {

class Registry;

/// "my_mha": MyMHA with keys heads, d_qk and d_v.
void add_my_mha(Registry& registry);
/// "none": zeros instead of attention. A task that is learned with it does not need attention.
void add_no_attention(Registry& registry);

}  // namespace heed
