// Bad configurations: --set.
#pragma once

#include "heed/tests/examples/cli/config/bad_configs/bad_config.h"

namespace heed::testing {

inline const std::vector<BadConfigClass> bad_overrides{
    {"malformed overrides",
     {
         {"no equals sign",
          R"({"task": {"type": "copy", "length": 5}})",
          {"train.lr"},
          {R"(--set train.lr: error: an override must have a "="; write --set train.lr=0.001)"}},
         {"no path",
          R"({"task": {"type": "copy", "length": 5}})",
          {"=1"},
          {"--set =1: error: an override must name a key before \"=\"; write --set train.l"
           "r=0.001"}},
         {"no value",
          R"({"task": {"type": "copy", "length": 5}})",
          {"train.lr="},
          {"--set train.lr=: error: an override must have a value after \"=\"; the empty s"
           "tring is '\"\"'"}},
         {"nothing at all",
          R"({"task": {"type": "copy", "length": 5}})",
          {""},
          {R"(--set : error: an override must have a "="; write --set train.lr=0.001)"}},
         {"the same path twice",
          R"({"task": {"type": "copy", "length": 5}})",
          {"train.lr=0.1", "train.lr=0.2"},
          {"--set train.lr=0.2: error: the key is set twice; first by --set train.lr=0.1"}},
         {"bytes that are not UTF-8",
          R"({"task": {"type": "copy", "length": 5}})",
          {"train.name=\377"},
          {"--set train.name=?: error: an override must be UTF-8 and no longer than a file"}},
         {"a broken string",
          R"({"task": {"type": "copy", "length": 5}})",
          {R"(train.name="abc)"},
          {"--set train.name=\"abc: error: the value is no JSON: a string without its clos"
           "ing quote on the same line"}},
         {"a broken array",
          R"({"task": {"type": "copy", "length": 5}})",
          {"train.lr=[1"},
          {"--set train.lr=[1: error: the value is no JSON: the text ends too early: the "
           "\"[\" of line 1 is not closed"}},
     }},
    {"overrides of the wrong key",
     {
         {"misspelled",
          R"({"task": {"type": "copy", "length": 5}})",
          {"train.lrr=1"},
          {R"(--set train.lrr=1: error: unknown key "train.lrr"; did you mean "train.lr"?)"}},
         {"without its section",
          R"({"task": {"type": "copy", "length": 5}})",
          {"lr=1"},
          {R"(--set lr=1: error: unknown key "lr"; did you mean "train.lr"?)"}},
         {"a misspelled section",
          R"({"task": {"type": "copy", "length": 5}})",
          {"tran.lr=1"},
          {R"(--set tran.lr=1: error: unknown key "tran.lr"; did you mean "train.lr"?)"}},
         {"a section",
          R"({"task": {"type": "copy", "length": 5}})",
          {"train=1"},
          {"--set train=1: error: \"train\" is a section; set one of its keys: \"name\", "
           "\"seed\", \"steps\", \"batch_size\", \"lr\", \"optimizer\", \"weight_decay\", "
           "\"schedule\", \"warmup_steps\", \"clip_norm\", \"eval_every\", \"stop_at\", \""
           "shuffle\""}},
         {"a typed section",
          R"({"task": {"type": "copy", "length": 5}})",
          {"model.attention=full"},
          {"--set model.attention=full: error: \"model.attention\" is a section; did you m"
           "ean \"model.attention.type\"?"}},
         {"below a key",
          R"({"task": {"type": "copy", "length": 5}})",
          {"train.lr.x=1"},
          {"--set train.lr.x=1: error: unknown key \"train.lr.x\"; known in \"train\": \"n"
           "ame\", \"seed\", \"steps\", \"batch_size\", \"lr\", \"optimizer\", \"weight_de"
           "cay\", \"schedule\", \"warmup_steps\", \"clip_norm\", \"eval_every\", \"stop_a"
           "t\", \"shuffle\""}},
         {"an empty segment",
          R"({"task": {"type": "copy", "length": 5}})",
          {"train..lr=1"},
          {R"(--set train..lr=1: error: unknown key "train..lr"; did you mean "train.lr"?)"}},
         {"a note",
          R"({"task": {"type": "copy", "length": 5}})",
          {"train.about=hello"},
          {"--set train.about=hello: error: unknown key \"train.about\"; known in \"train"
           "\": \"name\", \"seed\", \"steps\", \"batch_size\", \"lr\", \"optimizer\", \"we"
           "ight_decay\", \"schedule\", \"warmup_steps\", \"clip_norm\", \"eval_every\", "
           "\"stop_at\", \"shuffle\""}},
         {"a space before the equals sign",
          R"({"task": {"type": "copy", "length": 5}})",
          {"train.lr =1"},
          {R"(--set train.lr =1: error: unknown key "train.lr "; did you mean "train.lr"?)"}},
     }},
    {"overrides of the wrong value",
     {
         {"a word for an integer",
          R"({"task": {"type": "copy", "length": 5}})",
          {"train.steps=many"},
          {"--set train.steps=many: error: train.steps: must be an integer, at least 1: fo"
           "und the string \"many\""}},
         {"a fraction",
          R"({"task": {"type": "copy", "length": 5}})",
          {"train.steps=3.7"},
          {"--set train.steps=3.7: error: train.steps: must be an integer, without fractio"
           "n or exponent: found 3.7"}},
         {"an exponent",
          R"({"task": {"type": "copy", "length": 5}})",
          {"train.steps=4e2"},
          {"--set train.steps=4e2: error: train.steps: must be an integer, without fractio"
           "n or exponent: found 4e2; write 400"}},
         {"a leading zero",
          R"({"task": {"type": "copy", "length": 5}})",
          {"train.steps=01"},
          {"--set train.steps=01: error: train.steps: must be an integer, at least 1: foun"
           "d the string \"01\""}},
         {"out of range",
          R"({"task": {"type": "copy", "length": 5}})",
          {"train.lr=2"},
          {"--set train.lr=2: error: train.lr: must be from 0 to 1: found 2"}},
         {"NaN",
          R"({"task": {"type": "copy", "length": 5}})",
          {"train.lr=nan"},
          {"--set train.lr=nan: error: train.lr: must be a number, from 0 to 1: found the "
           "string \"nan\""}},
         {"a quoted number",
          R"({"task": {"type": "copy", "length": 5}})",
          {R"(train.steps="4")"},
          {"--set train.steps=\"4\": error: train.steps: must be an integer, at least 1: f"
           "ound the string \"4\"; write 4 without quotes"}},
         {"True of Python",
          R"({"task": {"type": "copy", "length": 5}})",
          {"train.shuffle=True"},
          {"--set train.shuffle=True: error: train.shuffle: must be true or false: found t"
           "he string \"True\""}},
         {"an unknown choice",
          R"({"task": {"type": "copy", "length": 5}})",
          {"train.optimizer=adam"},
          {"--set train.optimizer=adam: error: train.optimizer: must be one of \"sgd\", \""
           "adamw\": found \"adam\"; did you mean \"adamw\"?"}},
         {"an unknown type",
          R"({"task": {"type": "copy", "length": 5}})",
          {"task.type=cpoy"},
          {"--set task.type=cpoy: error: task.type: must be one of \"copy\", \"reverse\", "
           "\"addition\": found \"cpoy\"; did you mean \"copy\"?"}},
         {"an object for a string",
          R"({"task": {"type": "copy", "length": 5}})",
          {"train.name={}"},
          {"--set train.name={}: error: train.name: must be a string: found an object"}},
         {"null",
          R"({"task": {"type": "copy", "length": 5}})",
          {"train.lr=null"},
          {"--set train.lr=null: error: train.lr: must be a number, from 0 to 1: found nul"
           "l; leave the key out for 0.001"}},
     }},
};

}  // namespace heed::testing
