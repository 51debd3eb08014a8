#include "heed/examples/cli/playground/playground_page.h"

#include <utility>

#include "heed/examples/cli/playground/playground_data.h"
#include "heed/examples/cli/report/heads_place.h"
#include "heed/examples/cli/report/page.h"

namespace heed {
namespace {

constexpr const char* header = R"(<h1>Attention, trained in this page</h1>
<p class="about">heed, a C++ engine for gradients and attention, runs here as WebAssembly: it trains
a small model from nothing while you watch what each head reads. Nothing is sent anywhere; the
address of the page is its state.</p>
<noscript><p class="warnings">This page needs scripts: the model is trained by them.</p></noscript>
)";

constexpr const char* before_heads = R"(<section aria-labelledby="lessons-title">
<h2 id="lessons-title">Lessons</h2>
<div id="lesson-bar"></div>
<div id="lesson" hidden>
<h3 id="lesson-title" tabindex="-1"></h3>
<div id="lesson-text"></div>
<div class="row"><button type="button" id="lesson-previous"></button>
<button type="button" id="lesson-next"></button>
<button type="button" id="lesson-close"></button></div>
</div>
</section>
<section aria-labelledby="setup-title">
<h2 id="setup-title">What learns, and what</h2>
<div class="controls" id="controls"></div>
<div id="pairs-place" hidden>
<label class="control wide">your own pairs: a source, a tab, a target on each line
<textarea id="pairs" rows="5" spellcheck="false"></textarea></label>
<div class="row"><button type="button" id="use-pairs">Train on these pairs</button>
<label class="file control">or a file
<input type="file" id="load-pairs" accept=".txt,.tsv,text/plain"></label>
<button type="button" id="save-pairs">Download the pairs</button></div>
</div>
<details data-group="config"><summary>Every other key of the configuration</summary>
<p class="note" id="more-help">A line PATH=VALUE for each, as heed train --set takes them, such as
model.attention.d_qk=32 or model.init_std=0.18; docs/config.md lists all keys. The field is read
when it is left.</p>
<div id="more-place"></div></details>
</section>
<section aria-labelledby="run-title">
<h2 id="run-title" class="unseen">Training</h2>
<div class="run"><button type="button" id="play" aria-pressed="false">▶ Train</button>
<button type="button" id="step">One step</button>
<button type="button" id="reset">Reset</button>
<span id="speed-place"></span>
<dl class="numbers"><div><dt>step</dt><dd id="number-step">0</dd></div>
<div><dt>loss</dt><dd id="number-loss">–</dd></div>
<div><dt>held-out accuracy</dt><dd id="number-accuracy">–</dd></div>
<div><dt>learning rate</dt><dd id="number-lr">–</dd></div></dl></div>
<p id="status" role="status"></p>
<p class="note" id="facts"></p>
<div id="message" role="alert" hidden></div>
<div class="figures">
<figure><figcaption><h3>Loss</h3></figcaption><div id="chart-loss"></div></figure>
<figure><figcaption><h3>Accuracy and scores of heads</h3></figcaption>
<div id="score-choice"></div><div id="chart-scores"></div></figure></div>
</section>
<section id="heads" aria-labelledby="heads-title">
<h2 id="heads-title">What each head reads</h2>
<p class="about">A row is a position that asks ↓, a column one that it reads from →; each row sums
to 1. All heads have one scale, 0 to 1; masked cells are hatched. Where a head looks is not what it
moves: switch it off and see.</p>
<p class="note" id="gates-readout" aria-live="polite"></p>
<p class="note" id="heads-none"></p>
<div id="heads-shown">
)";

constexpr const char* after_heads = R"(</div>
</section>
<section aria-labelledby="ask-title">
<h2 id="ask-title">Ask it</h2>
<form id="ask-form"><label class="control" for="input">input</label>
<input type="text" id="input" autocomplete="off" spellcheck="false">
<button type="submit" id="ask">Answer</button></form>
<output id="answer" for="input"></output>
<div class="row"><span class="note">The heads above show</span>
<button type="button" id="show-held-out" aria-pressed="true">held-out examples</button>
<button type="button" id="show-own" aria-pressed="false">this input</button></div>
</section>
<section data-group="tools" aria-labelledby="tools-title">
<h2 id="tools-title">Question the model</h2>
<div class="row" id="tool-buttons"></div>
<div id="tool-result" aria-live="polite"></div>
</section>
<section aria-labelledby="share-title">
<h2 id="share-title">Take it along</h2>
<p class="about">The text below is the whole configuration, which can be changed here, too. heed
train playground.json trains the same model on the command line, to the same losses but for the
last digits.</p>
<label class="control wide">configuration
<textarea id="config-text" rows="10" spellcheck="false"></textarea></label>
<div class="row"><button type="button" id="copy-config">Copy as heed config</button>
<button type="button" id="save-config">Download it</button>
<button type="button" id="use-config">Use the text above</button>
<label class="file control">load a config
<input type="file" id="load-config" accept=".json"></label></div>
<div class="row"><button type="button" id="save-model">Download the model (safetensors)</button>
<label class="file control">load a model that heed export wrote
<input type="file" id="load-model" accept=".safetensors"></label>
<button type="button" id="copy-link">Copy a link to this state</button></div>
</section>
)";

}  // namespace

std::string playground_html(const Registry& registry, EngineFiles engine) {
  Page page{.title = "heed: attention, trained in this page",
            .header = header,
            .body = before_heads + heads_place("heads") + after_heads,
            .data = playground_data(registry),
            .made_by = "heed page",
            .style = playground_style(),
            .scripts = {playground_script()},
            .engine = std::move(engine)};
  return page_html(page);
}

}  // namespace heed
