// Bad configurations: values.
#pragma once

#include "heed/tests/examples/cli/config/bad_configs/bad_config.h"

namespace heed::testing {

inline const std::vector<BadConfigClass> bad_values{
    {"values of the wrong type",
     {
         {"a string for an integer",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"steps\": \"400\"}}",
          {},
          {"bad.json:2:21: error: train.steps: must be an integer, at least 1: found the s"
           "tring \"400\"; write 400 without quotes"}},
         {"a word for an integer",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"steps\": \"many\"}}",
          {},
          {"bad.json:2:21: error: train.steps: must be an integer, at least 1: found the s"
           "tring \"many\""}},
         {"a string for a number",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"lr\": \"1e-3\"}}",
          {},
          {"bad.json:2:18: error: train.lr: must be a number, from 0 to 1: found the strin"
           "g \"1e-3\"; write 1e-3 without quotes"}},
         {"a string for a boolean",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"shuffle\": \"false\"}}",
          {},
          {"bad.json:2:23: error: train.shuffle: must be true or false: found the string "
           "\"false\"; write false without quotes"}},
         {"a number for a boolean",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"shuffle\": 1}}",
          {},
          {"bad.json:2:23: error: train.shuffle: must be true or false: found 1"}},
         {"a boolean for an integer",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"steps\": true}}",
          {},
          {"bad.json:2:21: error: train.steps: must be an integer, at least 1: found true"}},
         {"a boolean for a number",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"lr\": false}}",
          {},
          {"bad.json:2:18: error: train.lr: must be a number, from 0 to 1: found false"}},
         {"a number for a string",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"name\": 7}}",
          {},
          {R"(bad.json:2:20: error: train.name: must be a string: found 7; write "7")"}},
         {"a boolean for a choice",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"model\": {\"positions\": false}}",
          {},
          {"bad.json:2:25: error: model.positions: must be one of \"learned\", \"sinusoida"
           "l\", \"none\": found false"}},
         {"a string out of range for an integer",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"steps\": \"0\"}}",
          {},
          {"bad.json:2:21: error: train.steps: must be an integer, at least 1: found the s"
           "tring \"0\""}},
     }},
    {"values of the wrong shape",
     {
         {"an object for an integer",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"steps\": {\"value\": 4}}}",
          {},
          {"bad.json:2:21: error: train.steps: must be an integer, at least 1: found an ob"
           "ject"}},
         {"an array for a number",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"lr\": [0.1, 0.2]}}",
          {},
          {"bad.json:2:18: error: train.lr: must be a number, from 0 to 1: found an array"}},
         {"an array for a string",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"name\": [\"a\"]}}",
          {},
          {"bad.json:2:20: error: train.name: must be a string: found an array"}},
         {"a number for a section",
          R"({"task": {"type": "copy", "length": 5}, "train": 3})",
          {},
          {"bad.json:1:50: error: train: must be an object: found 3"}},
         {"a string for a typed section",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"model\": {\"attention\": \"full\"}}",
          {},
          {"bad.json:2:25: error: model.attention: must be an object: found the string \"f"
           "ull\"; write {\"type\": \"full\"}"}},
         {"a string for a section with required keys",
          R"({"task": "copy"})",
          {},
          {"bad.json:1:10: error: task: must be an object: found the string \"copy\"; writ"
           "e {\"type\": \"copy\"}"}},
         {"an array for the whole",
          "[]",
          {},
          {"bad.json:1:1: error: the text must be an object: found an array"}},
         {"a string for the whole",
          R"("copy")",
          {},
          {R"(bad.json:1:1: error: the text must be an object: found the string "copy")"}},
     }},
    {"null",
     {
         {"for a key with a default",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"lr\": null}}",
          {},
          {"bad.json:2:18: error: train.lr: must be a number, from 0 to 1: found null; lea"
           "ve the key out for 0.001"}},
         {"for a string with a default",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"name\": null}}",
          {},
          {"bad.json:2:20: error: train.name: must be a string: found null; leave the key "
           "out for \"run\""}},
         {"for a key without a default",
          R"({"task": {"type": "copy", "length": null}})",
          {},
          {"bad.json:1:37: error: task.length: must be an integer, at least 1: found null;"
           " the key has no default"}},
         {"for an optional key",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"clip_norm\": null}}",
          {},
          {"bad.json:2:25: error: train.clip_norm: must be a number, at least 0: found nul"
           "l; leave the key out for no clipping"}},
         {"for a section",
          R"({"task": {"type": "copy", "length": 5}, "train": null})",
          {},
          {"bad.json:1:50: error: train: must be an object: found null"}},
         {"for the whole",
          "null",
          {},
          {"bad.json:1:1: error: the text must be an object: found null"}},
     }},
    {"integers that are none",
     {
         {"a fraction",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"steps\": 3.7}}",
          {},
          {"bad.json:2:21: error: train.steps: must be an integer, without fraction or exp"
           "onent: found 3.7"}},
         {"a whole number with a point",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"steps\": 3.0}}",
          {},
          {"bad.json:2:21: error: train.steps: must be an integer, without fraction or exp"
           "onent: found 3.0; write 3"}},
         {"an exponent",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"steps\": 4e2}}",
          {},
          {"bad.json:2:21: error: train.steps: must be an integer, without fraction or exp"
           "onent: found 4e2; write 400"}},
         {"a huge exponent",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"steps\": 1e30}}",
          {},
          {"bad.json:2:21: error: train.steps: must be an integer, without fraction or exp"
           "onent: found 1e30"}},
         {"a negative exponent",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"steps\": 1E-2}}",
          {},
          {"bad.json:2:21: error: train.steps: must be an integer, without fraction or exp"
           "onent: found 1E-2"}},
     }},
    {"numbers out of range",
     {
         {"below the minimum",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"steps\": 0}}",
          {},
          {"bad.json:2:21: error: train.steps: must be at least 1: found 0"}},
         {"negative",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"seed\": -1}}",
          {},
          {"bad.json:2:20: error: train.seed: must be at least 0: found -1"}},
         {"above the maximum",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"batch_size\": 65537}}",
          {},
          {"bad.json:2:26: error: train.batch_size: must be from 1 to 65536: found 65537"}},
         {"one more than 64 bits",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"seed\": 9223372036854775808}}",
          {},
          {"bad.json:2:20: error: train.seed: must be from 0 to 9223372036854775807: found"
           " 9223372036854775808"}},
         {"one less than 64 bits",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"model\": {\"attention\": {\"type\": \"my_mha\", \"d_qk\": -9223372036854775"
          "809}}}",
          {},
          {"bad.json:2:52: error: model.attention.d_qk: must be from -9223372036854775808 "
           "to 9223372036854775807: found -9223372036854775809"}},
         {"too many digits",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"batch_size\": 1000000000000000000000000000000000000000000000000"
          "00000000000000000000000000000000}}",
          {},
          {"bad.json:2:26: error: train.batch_size: must be from 1 to 65536: found 1000000"
           "00000000000000000000000000000000000000000000000000000…"}},
         {"a number above its range",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"lr\": 1.0000001}}",
          {},
          {"bad.json:2:18: error: train.lr: must be from 0 to 1: found 1.0000001"}},
         {"a number below its range",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"lr\": -1e-300}}",
          {},
          {"bad.json:2:18: error: train.lr: must be from 0 to 1: found -1e-300"}},
         {"a number with one bound",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"clip_norm\": -1}}",
          {},
          {"bad.json:2:25: error: train.clip_norm: must be at least 0: found -1"}},
         {"a number that overflows",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"weight_decay\": 1e999}}",
          {},
          {"bad.json:2:28: error: train.weight_decay: must be a number that a 64-bit float"
           " can hold: found 1e999"}},
         {"two numbers that overflow",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"weight_decay\": -1e999, \"lr\": 1e999, \"steps\": 0}}",
          {},
          {"bad.json:2:28: error: train.weight_decay: must be a number that a 64-bit float"
           " can hold: found -1e999",
           "bad.json:2:42: error: train.lr: must be a number that a 64-bit float can hold: "
           "found 1e999",
           "bad.json:2:58: error: train.steps: must be at least 1: found 0"}},
         {"a number that underflows",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"weight_decay\": 1e-999}}",
          {},
          {"bad.json:2:28: error: train.weight_decay: must be a number that a 64-bit float"
           " can hold: found 1e-999"}},
     }},
    {"unknown choices",
     {
         {"misspelled",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"optimizer\": \"adam\"}}",
          {},
          {"bad.json:2:25: error: train.optimizer: must be one of \"sgd\", \"adamw\": foun"
           "d \"adam\"; did you mean \"adamw\"?"}},
         {"in capitals",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"optimizer\": \"SGD\"}}",
          {},
          {"bad.json:2:25: error: train.optimizer: must be one of \"sgd\", \"adamw\": foun"
           "d \"SGD\"; did you mean \"sgd\"?"}},
         {"far from all",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"optimizer\": \"lbfgs\"}}",
          {},
          {"bad.json:2:25: error: train.optimizer: must be one of \"sgd\", \"adamw\": foun"
           "d \"lbfgs\""}},
         {"the empty string",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"optimizer\": \"\"}}",
          {},
          {R"(bad.json:2:25: error: train.optimizer: must be one of "sgd", "adamw": found "")"}},
         {"a type",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"model\": {\"attention\": {\"type\": \"ful\"}}}",
          {},
          {"bad.json:2:34: error: model.attention.type: must be one of \"full\", \"my_mha"
           "\", \"window\": found \"ful\"; did you mean \"full\"?"}},
         {"a type, whose keys are then not judged",
          R"({"task": {"type": "cpoy", "digits": 3}})",
          {},
          {"bad.json:1:19: error: task.type: must be one of \"copy\", \"reverse\", \"addit"
           "ion\": found \"cpoy\"; did you mean \"copy\"?"}},
         {"a type, but a key of no type",
          R"({"task": {"type": "cpoy", "digitz": 3}})",
          {},
          {"bad.json:1:19: error: task.type: must be one of \"copy\", \"reverse\", \"addit"
           "ion\": found \"cpoy\"; did you mean \"copy\"?",
           R"(bad.json:1:27: error: unknown key "task.digitz"; did you mean "task.digits"?)"}},
     }},
    {"bad notes",
     {
         {"a number",
          R"({"about": 3, "task": {"type": "copy", "length": 5}})",
          {},
          {"bad.json:1:11: error: about: must be a string or an array of strings: found 3"}},
         {"an object",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"about\": {\"why\": \"because\"}}}",
          {},
          {"bad.json:2:21: error: train.about: must be a string or an array of strings: fo"
           "und an object"}},
         {"a number in an array",
          R"({"about": ["one", 2], "task": {"type": "copy", "length": 5}})",
          {},
          {"bad.json:1:19: error: about: must be a string or an array of strings: found 2"}},
         {"an array in an array",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"model\": {\"attention\": {\"about\": [\"one\", [\"two\"]]}}}",
          {},
          {"bad.json:2:43: error: model.attention.about: must be a string or an array of s"
           "trings: found an array"}},
         {"a schema that is no string",
          R"({"$schema": 1, "task": {"type": "copy", "length": 5}})",
          {},
          {"bad.json:1:13: error: $schema: must be a string: found 1"}},
     }},
    {"many faults at once",
     {
         {"in the order of the text",
          "{\n"
          "  \"task\": {\"type\": \"copy\"},\n"
          "  \"train\": {\n"
          "    \"lr\": 2,\n"
          "    \"steps\": 3.7,\n"
          "    \"steps\": 4,\n"
          "    \"lrr\": 1\n"
          "  },\n"
          "  \"model\": {\"norm\": \"per\"}\n"
          "}",
          {},
          {"bad.json:2:11: error: missing key \"task.length\"; task.type \"copy\" needs it"
           ": an integer, at least 1",
           "bad.json:4:11: error: train.lr: must be from 0 to 1: found 2",
           "bad.json:5:14: error: train.steps: must be an integer, without fraction or exp"
           "onent: found 3.7",
           R"(bad.json:6:5: error: duplicate key "train.steps"; first given on line 5)",
           R"(bad.json:7:5: error: unknown key "train.lrr"; did you mean "train.lr"?)",
           "bad.json:9:21: error: model.norm: must be one of \"pre\", \"post\": found \"pe"
           "r\"; did you mean \"pre\"?"}},
         {"after wide characters",
          R"({"about": "äöü 漢字 😀", "lr": 1, "task": {"type": "copy", "length": 5}})",
          {},
          {R"(bad.json:1:23: error: unknown key "lr"; did you mean "train.lr"?)"}},
         {"after tabs",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          "\t\"lr\": 1}",
          {},
          {R"(bad.json:2:2: error: unknown key "lr"; did you mean "train.lr"?)"}},
         {"after line ends of Windows",
          "{\r\n"
          "  \"lr\": 1,\r\n"
          "  \"seed\": 1,\r\n"
          "\"task\": {\"type\": \"copy\", \"length\": 5}}",
          {},
          {R"(bad.json:2:3: error: unknown key "lr"; did you mean "train.lr"?)",
           R"(bad.json:3:3: error: unknown key "seed"; did you mean "train.seed"?)"}},
         {"in the file and in --set",
          "{\"task\": {\"type\": \"copy\", \"length\": 5},\n"
          " \"train\": {\"lr\": \"a\"}}",
          {"train.seed=-1"},
          {"bad.json:2:18: error: train.lr: must be a number, from 0 to 1: found the strin"
           "g \"a\"",
           "--set train.seed=-1: error: train.seed: must be at least 0: found -1"}},
     }},
};

}  // namespace heed::testing
