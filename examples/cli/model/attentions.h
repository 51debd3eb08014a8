// The attentions that a configuration can name.
#pragma once

namespace heed {

class Registry;

/// "my_mha": MyMHA with keys heads, d_qk and d_v.
void add_my_mha(Registry& registry);
void add_multi_head_attention(Registry& registry);
/// "my_multi_head_attention", "d2l_multi_head_attention", "self_attention", "cross_attention" and
/// "labml_multi_head_attention": the classes of these names.
void add_attentions_of_documents(Registry& registry);
/// "none": zeros instead of attention. A task that is learned with it does not need attention.
void add_no_attention(Registry& registry);

}  // namespace heed
