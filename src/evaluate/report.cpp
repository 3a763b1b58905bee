#include "evaluate/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "codec/jpeg.h"
#include "codec/overlay.h"
#include "core/html.h"
#include "evaluate/report_parts.h"

namespace fovea::evaluate {

using core::html_escape;

namespace {

constexpr int jpeg_quality = 80;
constexpr double opacity = 0.6;

constexpr const char* style =
    ".scroll{overflow-x:auto}.case{display:grid;grid-template-columns:repeat(3,1fr);gap:6px;"
    "margin:0 0 1em}.case img{width:100%;display:block}.case p{grid-column:1/-1;margin:.6em 0 0}";

core::Result<Case> make_case(infer::Predictor& predictor, DataSet& data, const PictureScore& score,
                             const ClassMatch& matched) {
  auto sample = data.read(score.index);
  if (!sample) return sample.error();
  const auto prediction = predictor.predict(sample->picture, sample->picture.size);
  if (!prediction) return prediction.error().context(data.name(score.index));
  const auto shown = map_of(*prediction->segmentation, sample->picture.size, matched);
  Case made;
  made.name = data.name(score.index);
  made.miou = score.miou.value_or(0);
  codec::JpegEncoder encoder;
  const auto blend = [&](const core::Image& map) {
    return codec::blend_class_map(sample->picture, map, data.classes(), opacity);
  };
  for (const auto& [picture, buffer] :
       {std::pair{sample->picture, &made.picture}, std::pair{blend(sample->class_map), &made.truth},
        std::pair{blend(shown), &made.shown}}) {
    auto jpeg = encoder.encode(picture, jpeg_quality);
    if (!jpeg) return jpeg.error();
    *buffer = *std::move(jpeg);
  }
  return made;
}

std::string overview(const std::vector<ModelReport>& reports) {
  std::string html =
      "<table><tr><th>model<th class=n>mIoU<th class=n>pixel accuracy<th class=n>inference";
  for (const auto& report : reports) {
    const auto& confusion = report.evaluation.confusion;
    html += fmt::format("<tr><td>{}<td class=n>{}<td class=n>{}<td class=n>{:.1f} ms",
                        html_escape(report.name), percent(confusion.miou()),
                        percent(confusion.pixel_accuracy()), report.evaluation.infer_ms);
  }
  return html + "</table>";
}

std::string class_table(const std::vector<ModelReport>& reports) {
  std::string html = "<h2>IoU of each class</h2><div class=scroll><table><tr><th>class";
  for (const auto& report : reports) {
    html += fmt::format("<th class=n>{}", html_escape(report.name));
  }
  const auto& classes = reports.front().evaluation.classes;
  for (size_t i = 0; i < classes.size(); ++i) {
    html += "<tr><td>" + class_label(classes[i]);
    for (const auto& report : reports) {
      html += fmt::format("<td class=n>{}", percent(report.evaluation.confusion.iou()[i]));
    }
  }
  return html + "</table></div>";
}

// Shares of each true class; the darker, the more.
std::string matrix(const Evaluation& evaluation) {
  const auto& classes = evaluation.classes;
  const auto& confusion = evaluation.confusion;
  std::string html = "<div class=scroll><table><tr><th>true \\ found";
  for (const auto& one : classes) html += fmt::format("<th class=n>{}", html_escape(one.name));
  html += "<th class=n>none";
  for (size_t truth = 0; truth < classes.size(); ++truth) {
    uint64_t all = 0;
    for (size_t shown = 0; shown <= classes.size(); ++shown) all += confusion.count(truth, shown);
    if (all == 0) continue;
    html += fmt::format("<tr><th>{}", html_escape(classes[truth].name));
    for (size_t shown = 0; shown <= classes.size(); ++shown) {
      const double share = double(confusion.count(truth, shown)) / double(all);
      html += fmt::format("<td class=n style='background:rgb(47 111 222 / {:.0f}%)'>{:.1f}",
                          60 * share, 100 * share);
    }
  }
  return html + "</table></div>";
}

std::string cases(const char* title, const std::vector<Case>& all) {
  std::string html = fmt::format("<h3>{}</h3>", title);
  for (const auto& one : all) {
    html += fmt::format("<div class=case><p>{}: mIoU {}</p>{}{}{}</div>", html_escape(one.name),
                        percent(one.miou), jpeg_image(one.picture.text(), "the picture"),
                        jpeg_image(one.truth.text(), "as it should be seen"),
                        jpeg_image(one.shown.text(), "as it is"));
  }
  return html;
}

}  // namespace

core::Result<ModelReport> make_report(const std::string& name, const infer::LoadedModel& model,
                                      Evaluation evaluation, DataSet& data, size_t count) {
  const auto matched = match_classes(model.manifest().classes, data.classes());
  if (!matched) return matched.error();
  auto predictor = model.open();
  if (!predictor) return predictor.error();
  ModelReport report{name, std::move(evaluation), {}, {}};
  auto scores = report.evaluation.pictures;
  std::erase_if(scores, [](const auto& score) { return !score.miou; });
  std::stable_sort(scores.begin(), scores.end(),
                   [](const auto& a, const auto& b) { return a.miou < b.miou; });
  count = std::min(count, scores.size());
  for (size_t i = 0; i < count; ++i) {
    auto worst = make_case(**predictor, data, scores[i], *matched);
    if (!worst) return worst.error();
    report.worst.push_back(*std::move(worst));
    auto best = make_case(**predictor, data, scores[scores.size() - 1 - i], *matched);
    if (!best) return best.error();
    report.best.push_back(*std::move(best));
  }
  return report;
}

std::string to_html(const std::string& data, const std::vector<ModelReport>& reports) {
  std::string html = page_head("fovea evaluate", style) +
                     fmt::format("<h1>fovea evaluate</h1><p>On {}, {} pictures.</p>",
                                 html_escape(data), reports.front().evaluation.pictures.size());
  html += overview(reports) + class_table(reports);
  for (const auto& report : reports) {
    html += fmt::format("<h2>{}</h2>", html_escape(report.name)) + matrix(report.evaluation) +
            cases("Worst", report.worst) + cases("Best", report.best);
  }
  return html + "\n";
}

}  // namespace fovea::evaluate
