#include "heed/examples/cli/report/live_section.h"

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/figures/svg.h"
#include "heed/examples/cli/report/heads_place.h"
#include "heed/examples/cli/report/html.h"
#include "heed/examples/cli/runs/run_files.h"
#include "heed/framework/io/read_file.h"

namespace heed {
namespace {

constexpr size_t most_model_bytes = size_t{32} << 20;

}  // namespace

std::string live_section(const RunReport& report) {
  if (!report.model) refuse("--live", report.summary.path + " has no checkpoint to be asked");
  const std::string path = model_file(report.model->checkpoint);
  const std::string file = read_file(path, most_model_bytes, Links::refuse);
  std::string example;
  if (const auto& answers = report.model->answers; answers && !answers->shown.empty()) {
    example = report.model->form.tokenizer.typed_text(answers->shown.front().input);
  }
  std::string html =
      "<section id=\"ask\" aria-labelledby=\"ask-title\"><h2 id=\"ask-title\">Ask it</h2>\n"
      "<p class=\"about\">heed and the model are in this page: type an input, and see the answer "
      "and "
      "what each head reads for it. A head can be switched off.</p>\n"
      "<noscript><p class=\"note\">This needs scripts.</p></noscript>\n"
      "<form id=\"ask-form\"><label class=\"control\" for=\"input\">input</label>"
      "<input type=\"text\" id=\"input\" autocomplete=\"off\" spellcheck=\"false\" value=\"" +
      xml_text(example) +
      "\"><button type=\"submit\">Answer</button></form>\n"
      "<output id=\"answer\" for=\"input\"></output>\n";
  html += R"(<p class="note" id="asked-none"></p>
<div id="asked-shown" hidden>
)";
  html += heads_place("asked") + "</div>\n</section>\n";
  return html + "<script type=\"application/json\" id=\"heed-model\">\"" + base64(file) +
         "\"</script>\n";
}

}  // namespace heed
