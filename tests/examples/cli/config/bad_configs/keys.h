// Bad configurations: keys.
#pragma once

#include "heed/tests/examples/cli/config/bad_configs/bad_config.h"

namespace heed::testing {

inline const std::vector<BadConfigClass> bad_keys{
    {"misspelled keys",
     {
         {"a doubled letter",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"lrr\": 0.1}}",
          {},
          {R"(bad.json:2:12: error: unknown key "train.lrr"; did you mean "train.lr"?)"}},
         {"two letters swapped",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"model\": {\"d_modle\": 8}}",
          {},
          {R"(bad.json:2:12: error: unknown key "model.d_modle"; did you mean "model.d_model"?)"}},
         {"a lost letter",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"weight_decy\": 0.1}}",
          {},
          {"bad.json:2:12: error: unknown key \"train.weight_decy\"; did you mean \"train."
           "weight_decay\"?"}},
         {"capitals",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"Seed\": 1}}",
          {},
          {R"(bad.json:2:12: error: unknown key "train.Seed"; did you mean "train.seed"?)"}},
         {"a misspelled section",
          R"({"task": {"type": "copy", "length": 5}, "trian": {"lr": 1}})",
          {},
          {R"(bad.json:1:41: error: unknown key "trian"; did you mean "train"?)"}},
         {"only the first word",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"batch\": 8}}",
          {},
          {R"(bad.json:2:12: error: unknown key "train.batch"; did you mean "train.batch_size"?)"}},
         {"only the last word",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"decay\": 0.1}}",
          {},
          {"bad.json:2:12: error: unknown key \"train.decay\"; did you mean \"train.weight"
           "_decay\"?"}},
         {"a key of a mounted section",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"model\": {\"attention\": {\"haeds\": 4}}}",
          {},
          {"bad.json:2:26: error: unknown key \"model.attention.haeds\"; did you mean \"mo"
           "del.attention.heads\"?"}},
         {"a misspelled type key",
          R"({"task": {"typ": "copy"}})",
          {},
          {"bad.json:1:10: error: missing key \"task.type\"; it has no default: give one o"
           "f \"copy\", \"reverse\", \"addition\"",
           R"(bad.json:1:11: error: unknown key "task.typ"; did you mean "task.type"?)"}},
     }},
    {"keys in the wrong place",
     {
         {"at the top",
          R"({"task": {"type": "copy", "length": 5}, "lr": 0.1})",
          {},
          {R"(bad.json:1:41: error: unknown key "lr"; did you mean "train.lr"?)"}},
         {"in another section",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"model\": {\"lr\": 0.1}}",
          {},
          {R"(bad.json:2:12: error: unknown key "model.lr"; did you mean "train.lr"?)"}},
         {"one level too high",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"model\": {\"heads\": 4}}",
          {},
          {"bad.json:2:12: error: unknown key \"model.heads\"; did you mean \"model.attent"
           "ion.heads\"?"}},
         {"one level too deep",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"model\": {\"attention\": {\"layers\": 4}}}",
          {},
          {"bad.json:2:26: error: unknown key \"model.attention.layers\"; did you mean \"m"
           "odel.layers\"?"}},
         {"a schema below the top",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"$schema\": \"x\"}}",
          {},
          {"bad.json:2:12: error: unknown key \"train.$schema\"; known in \"train\": \"nam"
           "e\", \"seed\", \"steps\", \"batch_size\", \"lr\", \"optimizer\", \"weight_deca"
           "y\", \"schedule\", \"warmup_steps\", \"clip_norm\", \"eval_every\", \"stop_at"
           "\", \"shuffle\""}},
         {"a section in another section",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"attention\": {\"heads\": 4}}}",
          {},
          {"bad.json:2:12: error: unknown key \"train.attention\"; did you mean \"model.at"
           "tention\"?"}},
         {"a dotted name",
          R"({"task": {"type": "copy", "length": 5}, "train.lr": 0.1})",
          {},
          {"bad.json:1:41: error: unknown key \"train.lr\"; a dotted path is for --set, a "
           "file has an object in an object"}},
         {"a dotted name inside a section",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"model\": {\"attention.heads\": 4}}",
          {},
          {"bad.json:2:12: error: unknown key \"model.attention.heads\"; a dotted path is "
           "for --set, a file has an object in an object"}},
     }},
    {"keys that mean nothing",
     {
         {"at the top",
          R"({"task": {"type": "copy", "length": 5}, "zzzzzz": 1})",
          {},
          {"bad.json:1:41: error: unknown key \"zzzzzz\"; known at the top: \"task\", \"mo"
           "del\", \"train\""}},
         {"in a section",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"model\": {\"attention\": {\"zzzzzz\": 1}}}",
          {},
          {"bad.json:2:26: error: unknown key \"model.attention.zzzzzz\"; known in \"model"
           ".attention\": \"type\", \"heads\", \"dropout\""}},
         {"an empty name",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"\": 1}}",
          {},
          {"bad.json:2:12: error: unknown key \"train.\"; known in \"train\": \"name\", \""
           "seed\", \"steps\", \"batch_size\", \"lr\", \"optimizer\", \"weight_decay\", \""
           "schedule\", \"warmup_steps\", \"clip_norm\", \"eval_every\", \"stop_at\", \"sh"
           "uffle\""}},
         {"a name with control characters",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"\\u001b[31mred\\n\": 1}}",
          {},
          {"bad.json:2:12: error: unknown key \"train.?[31mred?\"; known in \"train\": \"n"
           "ame\", \"seed\", \"steps\", \"batch_size\", \"lr\", \"optimizer\", \"weight_de"
           "cay\", \"schedule\", \"warmup_steps\", \"clip_norm\", \"eval_every\", \"stop_a"
           "t\", \"shuffle\""}},
         {"a very long name",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"longlonglonglonglonglonglonglonglonglonglonglonglonglonglonglon"
          "glonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglongl"
          "onglonglonglonglong\": 1}}",
          {},
          {"bad.json:2:12: error: unknown key \"train.longlonglonglonglonglonglonglonglong"
           "longlonglonglonglo…\"; known in \"train\": \"name\", \"seed\", \"steps\", \"ba"
           "tch_size\", \"lr\", \"optimizer\", \"weight_decay\", \"schedule\", \"warmup_st"
           "eps\", \"clip_norm\", \"eval_every\", \"stop_at\", \"shuffle\""}},
         {"a whole section",
          R"({"task": {"type": "copy", "length": 5}, "optimizers": {"a": [1, {"b": 2}]}})",
          {},
          {"bad.json:1:41: error: unknown key \"optimizers\"; known at the top: \"task\", "
           "\"model\", \"train\""}},
         {"two at once",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"foo\": 1, \"bar\": 2}}",
          {},
          {"bad.json:2:12: error: unknown key \"train.foo\"; known in \"train\": \"name\","
           " \"seed\", \"steps\", \"batch_size\", \"lr\", \"optimizer\", \"weight_decay\","
           " \"schedule\", \"warmup_steps\", \"clip_norm\", \"eval_every\", \"stop_at\", "
           "\"shuffle\"",
           "bad.json:2:22: error: unknown key \"train.bar\"; known in \"train\": \"name\","
           " \"seed\", \"steps\", \"batch_size\", \"lr\", \"optimizer\", \"weight_decay\","
           " \"schedule\", \"warmup_steps\", \"clip_norm\", \"eval_every\", \"stop_at\", "
           "\"shuffle\""}},
     }},
    {"keys of another type",
     {
         {"of the one other type",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"model\": {\"attention\": {\"type\": \"my_mha\", \"dropout\": 0.1}}}",
          {},
          {"bad.json:2:44: error: \"model.attention.dropout\" belongs to model.attention.t"
           "ype \"full\", not \"my_mha\""}},
         {"when the type is the default",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"model\": {\"attention\": {\"width\": 4}}}",
          {},
          {"bad.json:2:26: error: \"model.attention.width\" belongs to model.attention.typ"
           "e \"window\", not \"full\""}},
         {"when the type comes last",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"model\": {\"attention\": {\"dropout\": 0.1, \"type\": \"window\", \"width\""
          ": 4}}}",
          {},
          {"bad.json:2:26: error: \"model.attention.dropout\" belongs to model.attention.t"
           "ype \"full\", not \"window\""}},
         {"of two other types",
          R"({"task": {"type": "addition", "symbols": 4}})",
          {},
          {"bad.json:1:31: error: \"task.symbols\" belongs to task.type \"copy\" or \"reve"
           "rse\", not \"addition\""}},
         {"when --set chose the type",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"model\": {\"attention\": {\"type\": \"full\", \"dropout\": 0.1}}}",
          {"model.attention.type=my_mha"},
          {"bad.json:2:42: error: \"model.attention.dropout\" belongs to model.attention.t"
           "ype \"full\", not \"my_mha\" (--set model.attention.type=my_mha)"}},
         {"by --set",
          R"({"task": {"type": "copy", "length": 5}})",
          {"model.attention.d_qk=8"},
          {"--set model.attention.d_qk=8: error: \"model.attention.d_qk\" belongs to model"
           ".attention.type \"my_mha\", not \"full\""}},
     }},
    {"duplicate keys",
     {
         {"on one line",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"lr\": 0.1, \"lr\": 0.1}}",
          {},
          {R"(bad.json:2:23: error: duplicate key "train.lr"; first given on line 2)"}},
         {"far apart",
          "{\n"
          "\"train\": {\"lr\": 0.1},\n"
          "\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          "\"train\": {\"seed\": 1}}",
          {},
          {R"(bad.json:4:1: error: duplicate key "train"; first given on line 2)"}},
         {"three times",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"lr\": 1,\n"
          "\"lr\": 1,\n"
          "\"lr\": 1}}",
          {},
          {R"(bad.json:3:1: error: duplicate key "train.lr"; first given on line 2)",
           R"(bad.json:4:1: error: duplicate key "train.lr"; first given on line 2)"}},
         {"spelled with an escape",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"lr\": 0.1, \"l\\u0072\": 0.2}}",
          {},
          {R"(bad.json:2:23: error: duplicate key "train.lr"; first given on line 2)"}},
         {"of about",
          R"({"about": "a", "about": "b", "task": {"type": "copy", "length": 5}})",
          {},
          {R"(bad.json:1:16: error: duplicate key "about"; first given on line 1)"}},
         {"of an unknown key",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"zzz\": 1, \"zzz\": 2}}",
          {},
          {"bad.json:2:12: error: unknown key \"train.zzz\"; known in \"train\": \"name\","
           " \"seed\", \"steps\", \"batch_size\", \"lr\", \"optimizer\", \"weight_decay\","
           " \"schedule\", \"warmup_steps\", \"clip_norm\", \"eval_every\", \"stop_at\", "
           "\"shuffle\"",
           R"(bad.json:2:22: error: duplicate key "train.zzz"; first given on line 2)"}},
         {"of a faulty value",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"lr\": \"a\", \"lr\": 0.2}}",
          {},
          {"bad.json:2:18: error: train.lr: must be a number, from 0 to 1: found the strin"
           "g \"a\"",
           R"(bad.json:2:23: error: duplicate key "train.lr"; first given on line 2)"}},
     }},
    {"missing keys",
     {
         {"everything",
          "{}",
          {},
          {"bad.json:1:1: error: missing key \"task.type\"; it has no default: give one of"
           " \"copy\", \"reverse\", \"addition\""}},
         {"the type of a section",
          R"({"task": {"length": 5}})",
          {},
          {"bad.json:1:10: error: missing key \"task.type\"; it has no default: give one o"
           "f \"copy\", \"reverse\", \"addition\""}},
         {"a key of the chosen type",
          R"({"task": {"type": "copy"}})",
          {},
          {"bad.json:1:10: error: missing key \"task.length\"; task.type \"copy\" needs it"
           ": an integer, at least 1"}},
         {"a key of a nested section",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"model\": {\"attention\": {\"type\": \"window\"}}}",
          {},
          {"bad.json:2:25: error: missing key \"model.attention.width\"; model.attention.t"
           "ype \"window\" needs it: an integer, at least 1"}},
         {"a key of a type chosen by --set",
          R"({"task": {"type": "copy", "length": 5}})",
          {"model.attention.type=window"},
          {"bad.json:1:1: error: missing key \"model.attention.width\"; model.attention.ty"
           "pe \"window\" needs it: an integer, at least 1"}},
         {"two at once",
          "{\"task\": {\"type\": \"copy\"},\n"
          " \"model\": {\"attention\": {\"type\": \"window\"}}}",
          {},
          {"bad.json:1:10: error: missing key \"task.length\"; task.type \"copy\" needs it"
           ": an integer, at least 1",
           "bad.json:2:25: error: missing key \"model.attention.width\"; model.attention.t"
           "ype \"window\" needs it: an integer, at least 1"}},
     }},
};

}  // namespace heed::testing
