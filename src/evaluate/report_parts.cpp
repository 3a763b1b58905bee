#include "evaluate/report_parts.h"

#include <fmt/format.h>

#include "core/base64.h"
#include "core/html.h"

namespace fovea::evaluate {

using core::html_escape;

std::string page_head(const std::string& title, const std::string& style) {
  return "<!doctype html><html lang='en'><meta charset='utf-8'><meta name='viewport' "
         "content='width=device-width,initial-scale=1'><title>" +
         html_escape(title) +
         "</title><style>"
         "body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:2em auto;padding:0 1em;"
         "color:#222;background:#fff}table{border-collapse:collapse}"
         "td,th{padding:.25em .7em;border-bottom:1px solid #ddd;text-align:left}"
         "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}"
         ".swatch{display:inline-block;width:.8em;height:.8em;margin-right:.5em}" +
         style + "</style>";
}

std::string class_label(const core::ClassInfo& info) {
  const auto& [red, green, blue] = info.colour;
  return fmt::format("<span class=swatch style='background:rgb({} {} {})'></span>{}", red, green,
                     blue, html_escape(info.name));
}

std::string percent(const std::optional<double>& share) {
  return share ? fmt::format("{:.1f} %", 100 * *share) : "–";
}

std::string jpeg_image(std::string_view jpeg, const std::string& words) {
  return fmt::format("<img alt='{}' src='data:image/jpeg;base64,{}'>", html_escape(words),
                     core::base64_encode(jpeg));
}

}  // namespace fovea::evaluate
