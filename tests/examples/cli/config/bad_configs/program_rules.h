// Bad configurations of the program itself: what only the model or the task knows.
#pragma once

#include "heed/tests/examples/cli/config/bad_configs/bad_config.h"

namespace heed::testing {

inline const std::vector<BadConfigClass> bad_by_rules{
    {"attention that cannot be as it is told",
     {
         {"shared keys that do not divide the heads",
          "{\"task\": {\"type\": \"reverse\"},\n"
          R"( "model": {"attention": {"type": "multi_head_attention", "heads": 4, "n_kv_hea)"
          R"(ds": 3}}})",
          {},
          {"bad.json:2:84: error: model.attention.n_kv_heads: 3 does not divide heads 4"}},
         {"rotations of an odd width",
          "{\"task\": {\"type\": \"reverse\"},\n"
          R"( "model": {"attention": {"type": "multi_head_attention", "d_qk": 5, "positions)"
          R"(": "rope"}}})",
          {},
          {"bad.json:2:82: error: model.attention.positions: rope turns pairs, so d_qk must "
           "be even: 5"}},
         {"a base without rotations",
          "{\"task\": {\"type\": \"reverse\"},\n"
          R"( "model": {"attention": {"type": "multi_head_attention", "rope_base": 100}}})",
          {},
          {R"(bad.json:2:71: error: model.attention.rope_base: means nothing with positions )"
           R"("none"; leave it out)"}},
         {"a distance without learned positions",
          "{\"task\": {\"type\": \"reverse\"},\n"
          R"( "model": {"attention": {"type": "multi_head_attention", "positions": "alibi",)"
          R"( "max_distance": 4}}})",
          {},
          {R"(bad.json:2:96: error: model.attention.max_distance: means nothing with positio)"
           R"(ns "alibi"; leave it out)"}},
         {"heads that do not divide the shared width",
          "{\"task\": {\"type\": \"reverse\"},\n"
          R"( "model": {"d_model": 32, "attention": {"type": "my_multi_head_attention", "he)"
          R"(ads": 5}}})",
          {},
          {"bad.json:2:85: error: model.attention.heads: 5 does not divide d_model 32, which"
           " the heads share"}},
         {"heads that do not divide a width of their own",
          "{\"task\": {\"type\": \"reverse\"},\n"
          R"( "model": {"attention": {"type": "self_attention", "heads": 4, "hidden_size": )"
          R"(30}}})",
          {},
          {"bad.json:2:61: error: model.attention.heads: 4 does not divide hidden_size 30, w"
           "hich the heads share"}},
         {"by an override",
          "{\"task\": {\"type\": \"reverse\"},\n"
          R"( "model": {"attention": {"type": "multi_head_attention", "heads": 4}}})",
          {"model.attention.n_kv_heads=3"},
          {"--set model.attention.n_kv_heads=3: error: model.attention.n_kv_heads: 3 does no"
           "t divide heads 4"}},
     }},
    {"attention that does not suit the task",
     {
         {"one sequence for two",
          "{\"task\": {\"type\": \"cross_reverse\"},\n"
          R"( "model": {"attention": {"type": "self_attention"}}})",
          {},
          {"bad.json:2:34: error: model.attention.type: this attention supports self-attentio"
           "n only, but the task needs cross-attention; `heed tasks` lists those that support it"}},
         {"one sequence for an encoder and a decoder",
          "{\"task\": {\"type\": \"seq2seq_reverse\"},\n"
          R"( "model": {"attention": {"type": "my_multi_head_attention"}}})",
          {},
          {"bad.json:2:34: error: model.attention.type: this attention does not support masks, "
           "but the decoder may not see later symbols; `heed tasks` lists those that do"}},
         {"no masks for text",
          "{\"task\": {\"type\": \"noise\"},\n"
          R"( "model": {"attention": {"type": "my_mha"}}})",
          {},
          {"bad.json:2:34: error: model.attention.type: this attention does not support masks, "
           "but the task may not see later symbols; `heed tasks` lists those that do"}},
         {"no masks for pairs",
          "{\"task\": {\"type\": \"induction\"},\n"
          R"( "model": {"attention": {"type": "my_mha"}}})",
          {},
          {"bad.json:2:34: error: model.attention.type: this attention does not support masks, "
           "but the task may not see later symbols; `heed tasks` lists those that do"}},
         {"one width for two",
          "{\"task\": {\"type\": \"cross_reverse\"},\n"
          R"( "model": {"d_model": 8, "d_source": 4, "attention": {"type": "cross_attention)"
          R"("}}})",
          {},
          {"bad.json:2:38: error: model.d_source: this attention takes one width for both se"
           "quences, d_model 8: 4; leave it out"}},
         {"one width for two, length first",
          "{\"task\": {\"type\": \"cross_reverse\"},\n"
          R"( "model": {"d_model": 8, "d_source": 4, "attention": {"type": "labml_multi_hea)"
          R"(d_attention"}}})",
          {},
          {"bad.json:2:38: error: model.d_source: this attention takes one width for both se"
           "quences, d_model 8: 4; leave it out"}},
     }},
    {"model that does not suit the task",
     {
         {"a tied output of queries",
          "{\"task\": {\"type\": \"cross_reverse\"},\n"
          R"( "model": {"tied": true}})",
          {},
          {"bad.json:2:20: error: model.tied: needs a model whose outputs are the "
           "symbols it reads; leave it out"}},
         {"a tied output of a decoder",
          "{\"task\": {\"type\": \"seq2seq_reverse\"},\n"
          R"( "model": {"tied": true}})",
          {},
          {"bad.json:2:20: error: model.tied: needs a model whose outputs are the "
           "symbols it reads; leave it out"}},
         {"a tied output of other symbols",
          "{\"task\": {\"type\": \"modular_addition\"},\n"
          R"( "model": {"tied": true, "attention": {"type": "multi_head_attention"}}})",
          {},
          {"bad.json:2:20: error: model.tied: needs as many input symbols as classes: 60 sym"
           "bols, 59 classes"}},
         {"a source width for one sequence",
          "{\"task\": {\"type\": \"sort\"},\n"
          R"( "model": {"d_source": 8}})",
          {},
          {"bad.json:2:24: error: model.d_source: only a task with cross-attention attends a"
           "nother sequence: 8; leave it out"}},
         {"a source width for a decoder",
          "{\"task\": {\"type\": \"seq2seq_reverse\"},\n"
          R"( "model": {"d_source": 8, "attention": {"type": "multi_head_attention"}}})",
          {},
          {"bad.json:2:24: error: model.d_source: only a task with cross-attention attends a"
           "nother sequence: 8; leave it out"}},
     }},
    {"task that contradicts itself",
     {
         {"segments longer than the sequence",
          R"({"task": {"type": "induction", "length": 8, "segment": 5}})",
          {},
          {"bad.json:1:56: error: task.segment: two segments of 5 do not fit in the length 8"}},
         {"too few symbols for a segment",
          R"({"task": {"type": "induction", "symbols": 4, "length": 8, "segment": 2}})",
          {},
          {"bad.json:1:43: error: task.symbols: all but the second segment are different: 4 "
           "symbols, 6 are needed"}},
         {"more pairs than keys",
          R"({"task": {"type": "recall", "pairs": 8, "keys": 4}})",
          {},
          {"bad.json:1:38: error: task.pairs: each pair has another key: 8 pairs, 4 keys"}},
         {"more queries than pairs",
          R"({"task": {"type": "recall", "pairs": 2, "queries": 3}})",
          {},
          {"bad.json:1:52: error: task.queries: a key is asked for once: 3 queries, 2 pairs"}},
         {"nothing left to train on",
          R"({"task": {"type": "modular_addition", "modulus": 2, "train_fraction": 0.1}})",
          {},
          {"bad.json:1:71: error: task.train_fraction: leaves 0 of 3 pairs to train on; at l"
           "east one on either side is needed"}},
         {"nothing left to hold out",
          R"({"task": {"type": "modular_addition", "train_fraction": 1}})",
          {},
          {"bad.json:1:57: error: task.train_fraction: leaves 1770 of 1770 pairs to train on"
           "; at least one on either side is needed"}},
         {"too few sequences",
          R"({"task": {"type": "copy", "symbols": 2, "length": 1}})",
          {},
          {"bad.json:1:51: error: task.length: too few different sequences to hold some out:"
           " symbols 2, length 1; make it larger"}},
     }},
    {"text that teaches nothing",
     {
         {"no file",
          R"({"task": {"type": "text", "path": "no.txt"}})",
          {},
          {"bad.json:1:35: error: task.path: no.txt: cannot read it: No such file or directo"
           "ry; a path starts at the current directory"}},
         {"a directory",
          R"({"task": {"type": "text", "path": "."}})",
          {},
          {"bad.json:1:35: error: task.path: .: cannot read it: it is a directory"}},
         {"an empty file",
          R"({"task": {"type": "text", "path": "it.txt"}})",
          {},
          {"bad.json:1:35: error: task.path: it.txt: it is empty; name a file with text in i"
           "t"},
          {{"it.txt", ""}}},
         {"a file that is not UTF-8",
          R"({"task": {"type": "text", "path": "it.txt"}})",
          {},
          {"bad.json:1:35: error: task.path: it.txt: it is not UTF-8: byte 3 (line 1); conve"
           "rt it, for example with iconv"},
          {{"it.txt", "abc\377"}}},
         {"a file that is too short",
          R"({"task": {"type": "text", "path": "it.txt"}})",
          {},
          {"bad.json:1:35: error: task.path: it.txt: too short: 8 characters, of which 1 are"
           " held out, and a sequence takes 65 of either part; take a longer text, or change"
           " task.length"},
          {{"it.txt", "abcdefgh"}}},
         {"by an override",
          R"({"task": {"type": "text", "path": "it.txt"}})",
          {"task.path=other.txt"},
          {"--set task.path=other.txt: error: task.path: other.txt: cannot read it: No such "
           "file or directory; a path starts at the current directory"},
          {{"it.txt", "abc"}}},
     }},
    {"pairs that teach nothing",
     {
         {"no file",
          R"({"task": {"type": "pairs", "path": "no.tsv"}})",
          {},
          {"bad.json:1:36: error: task.path: no.tsv: cannot read it: No such file or directo"
           "ry; a path starts at the current directory"}},
         {"an empty file",
          R"({"task": {"type": "pairs", "path": "it.tsv"}})",
          {},
          {"bad.json:1:36: error: task.path: it.tsv: it is empty; name a file with text in i"
           "t"},
          {{"it.tsv", ""}}},
         {"a line without a tab",
          R"({"task": {"type": "pairs", "path": "it.tsv"}})",
          {},
          {R"(bad.json:1:36: error: task.path: it.tsv:2: no tab in the line, but one must st)"
           R"(and between source and target: "c d")"},
          {{"it.tsv",
            "a\tb\n"
            "c d\n"}}},
         {"a line with two tabs",
          R"({"task": {"type": "pairs", "path": "it.tsv"}})",
          {},
          {R"(bad.json:1:36: error: task.path: it.tsv:1: 2 tabs in the line, but one must st)"
           R"(and between source and target: "a?b?c")"},
          {{"it.tsv", "a\tb\tc\n"}}},
         {"an empty side",
          R"({"task": {"type": "pairs", "path": "it.tsv"}})",
          {},
          {R"(bad.json:1:36: error: task.path: it.tsv:2: the source is empty: "?c")"},
          {{"it.tsv",
            "a\tb\n"
            "\tc\n"}}},
         {"one source only",
          R"({"task": {"type": "pairs", "path": "it.tsv"}})",
          {},
          {"bad.json:1:36: error: task.path: it.tsv: only one different source; at least two"
           " are needed, to hold one out"},
          {{"it.tsv",
            "a\tb\n"
            "a\tb\n"}}},
         {"a side that is too long",
          R"({"task": {"type": "pairs", "path": "it.tsv", "longest": 1}})",
          {},
          {"bad.json:1:36: error: task.path: it.tsv:2: the target has 2 words, more than 1; "
           "raise task.longest or shorten it"},
          {{"it.tsv",
            "a\tb\n"
            "c\td e\n"}}},
     }},
};

}  // namespace heed::testing
