// Bad configurations of the program itself: what a value may be, and what stands around it.
#pragma once

#include "heed/tests/examples/cli/config/bad_configs/bad_config.h"

namespace heed::testing {

inline const std::vector<BadConfigClass> bad_values_for_program{
    {"null for a value",
     {
         {"an integer",
          "{\"task\": {\"type\": \"reverse\"},\n"
          R"( "model": {"layers": null}})",
          {},
          {"bad.json:2:22: error: model.layers: must be an integer, from 1 to 256: found nul"
           "l; leave the key out for 1"}},
         {"a key without a fixed default",
          "{\"task\": {\"type\": \"reverse\"},\n"
          R"( "model": {"d_ff": null}})",
          {},
          {"bad.json:2:20: error: model.d_ff: must be an integer, from 1 to 65536: found nul"
           "l; leave the key out for 4 * d_model"}},
         {"a switch",
          "{\"task\": {\"type\": \"reverse\"},\n"
          R"( "model": {"tied": null}})",
          {},
          {"bad.json:2:20: error: model.tied: must be true or false: found null; leave the k"
           "ey out for false"}},
         {"a section",
          R"({"task": {"type": "reverse"}, "model": null})",
          {},
          {"bad.json:1:40: error: model: must be an object: found null"}},
         {"a required key",
          R"({"task": {"type": "text", "path": null}})",
          {},
          {"bad.json:1:35: error: task.path: must be a string: found null; the key has no de"
           "fault"}},
     }},
    {"bad note or schema",
     {
         {"a number",
          R"({"about": 3, "task": {"type": "reverse"}})",
          {},
          {"bad.json:1:11: error: about: must be a string or an array of strings: found 3"}},
         {"a number among the lines",
          R"({"about": ["a", 3], "task": {"type": "reverse"}})",
          {},
          {"bad.json:1:17: error: about: must be a string or an array of strings: found 3"}},
         {"an object in a section",
          R"({"task": {"about": {}, "type": "reverse"}})",
          {},
          {"bad.json:1:20: error: task.about: must be a string or an array of strings: found"
           " an object"}},
         {"null",
          "{\"task\": {\"type\": \"reverse\"},\n"
          R"( "model": {"about": null}})",
          {},
          {"bad.json:2:21: error: model.about: must be a string or an array of strings: foun"
           "d null"}},
         {"a schema that is no name",
          R"({"$schema": 7, "task": {"type": "reverse"}})",
          {},
          {"bad.json:1:13: error: $schema: must be a string: found 7"}},
         {"a schema below the top",
          R"({"task": {"$schema": "schema.json", "type": "reverse", "length": 4}})",
          {},
          {R"(bad.json:1:11: error: unknown key "task.$schema"; known in "task": "type", "sy)"
           R"(mbols", "length")"}},
     }},
    {"bad bytes",
     {
         {"a byte that is not UTF-8",
          "{\"task\": {\"type\": \"rev\377erse\"}}",
          {},
          {"bad.json:1:23: error: not UTF-8: found the byte 0xFF"}},
         {"a byte order mark",
          "\357\273\277{\"task\": {\"type\": \"reverse\"}}",
          {},
          {"bad.json:1:1: error: starts with a byte order mark; save it as UTF-8 without one"}},
         {"half a surrogate pair",
          R"({"task": {"type": "\ud83d"}})",
          {},
          {"bad.json:1:26: error: in a string: surrogate U+D800..U+DBFF must be followed by "
           "U+DC00..U+DFFF; write the character itself"}},
         {"a line break in a string",
          "{\"task\": {\"type\": \"rev\n"
          R"(erse"}})",
          {},
          {"bad.json:1:19: error: a string without its closing quote on the same line"}},
         {"an unknown escape",
          R"({"task": {"type": "\q"}})",
          {},
          {R"(bad.json:1:21: error: in a string: forbidden character after backslash; a back)"
           R"(slash itself is written \\)"}},
         {"UTF-16", "\377\376{", {}, {"bad.json:1:1: error: not UTF-8: found the byte 0xFF"}},
     }},
    {"badly spelled number",
     {
         {"a leading zero",
          "{\"task\": {\"type\": \"reverse\"},\n"
          R"( "model": {"layers": 01}})",
          {},
          {R"(bad.json:2:22: error: not a JSON value: found "01"; a number looks like 3, -0.)"
           R"(5 or 1e-3)"}},
         {"a plus sign",
          "{\"task\": {\"type\": \"reverse\"},\n"
          R"( "model": {"layers": +1}})",
          {},
          {R"(bad.json:2:22: error: not a JSON value: found "+1"; a number looks like 3, -0.)"
           R"(5 or 1e-3)"}},
         {"no digit before the point",
          "{\"task\": {\"type\": \"reverse\"},\n"
          R"( "model": {"dropout": .5}})",
          {},
          {R"(bad.json:2:23: error: not a JSON value: found ".5"; a number looks like 3, -0.)"
           R"(5 or 1e-3)"}},
         {"no digit after the point",
          "{\"task\": {\"type\": \"reverse\"},\n"
          R"( "model": {"dropout": 1.}})",
          {},
          {R"(bad.json:2:23: error: not a JSON value: found "1."; a number looks like 3, -0.)"
           R"(5 or 1e-3)"}},
         {"hexadecimal",
          "{\"task\": {\"type\": \"reverse\"},\n"
          R"( "model": {"layers": 0x10}})",
          {},
          {R"(bad.json:2:22: error: not a JSON value: found "0x10"; a number looks like 3, -)"
           R"(0.5 or 1e-3)"}},
         {"NaN",
          "{\"task\": {\"type\": \"reverse\"},\n"
          R"( "model": {"dropout": NaN}})",
          {},
          {R"(bad.json:2:23: error: not a JSON value: found "NaN"; a number must be finite)"}},
         {"infinity",
          "{\"task\": {\"type\": \"reverse\"},\n"
          R"( "model": {"dropout": -Infinity}})",
          {},
          {R"(bad.json:2:23: error: not a JSON value: found "-Infinity"; a number must be fi)"
           R"(nite)"}},
     }},
    {"too deep or too long",
     {
         {"33 arrays in a note",
          R"({"about": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]})",
          {},
          {"bad.json:1:42: error: nested too deep: more than 32 levels"}},
         {"arrays that never end",
          "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
          {},
          {"bad.json:1:33: error: nested too deep: more than 32 levels"}},
         {"33 objects",
          R"({"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a)"
          R"(":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{)"
          R"("a":{"a":1}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}})",
          {},
          {"bad.json:1:161: error: nested too deep: more than 32 levels"}},
         {"more than a megabyte of spaces",
          std::string(1048576, ' ') + R"({"task": {"type": "reverse"}})",
          {},
          {"bad.json:1:1: error: too large: more than 1048576 bytes"}},
         {"an override longer than a file",
          R"({"task": {"type": "reverse"}})",
          {std::string("train.lr=") + std::string(1048576, '1')},
          {"--set train.lr=" + std::string(191, '1') +
           "…: error: an override must be UTF-8 and no longer than a file"}},
     }},
    {"several faults at once",
     {
         {"two keys on two lines",
          "{\"task\": {\"type\": \"reverse\"},\n"
          " \"model\": {\"layer\": 1,\n"
          R"(  "dropuot": 0}})",
          {},
          {R"(bad.json:2:12: error: unknown key "model.layer"; did you mean "model.layers"?)",
           R"(bad.json:3:3: error: unknown key "model.dropuot"; did you mean "model.dropout")"
           R"(?)"}},
         {"a fault in each section",
          "{\"task\": {\"type\": \"reverse\", \"length\": 0},\n"
          " \"model\": {\"layers\": 0},\n"
          R"( "train": {"lr": -1}})",
          {},
          {"bad.json:1:40: error: task.length: must be from 1 to 4096: found 0",
           "bad.json:2:22: error: model.layers: must be from 1 to 256: found 0",
           "bad.json:3:18: error: train.lr: must be at least 0: found -1"}},
         {"a key given twice beside a wrong type",
          "{\"task\": {\"type\": \"reverse\"},\n"
          R"( "model": {"layers": 1, "layers": "2", "tied": 1}})",
          {},
          {R"(bad.json:2:25: error: duplicate key "model.layers"; first given on line 2)",
           "bad.json:2:48: error: model.tied: must be true or false: found 1"}},
         {"in the file and in an override",
          "{\"task\": {\"type\": \"reverse\"},\n"
          R"( "model": {"layers": 0}})",
          {"train.lr=-1"},
          {"bad.json:2:22: error: model.layers: must be from 1 to 256: found 0",
           "--set train.lr=-1: error: train.lr: must be at least 0: found -1"}},
         {"two overrides",
          R"({"task": {"type": "reverse"}})",
          {"train.lr=-1", "model.layer=2"},
          {"--set train.lr=-1: error: train.lr: must be at least 0: found -1",
           R"(--set model.layer=2: error: unknown key "model.layer"; did you mean "model.lay)"
           R"(ers"?)"}},
     }},
};

}  // namespace heed::testing
