#include "learn/training_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/file.h"
#include "core/html.h"
#include "core/plot.h"
#include "evaluate/report_parts.h"

namespace fovea::learn {

namespace {

namespace fs = std::filesystem;
using core::html_escape;
using Kind = TrainerEvent::Kind;

constexpr size_t events_bytes_max = 256u << 20;
constexpr size_t preview_bytes_max = 64u << 20;
constexpr const char* style =
    "img{width:100%}.plots{display:grid;grid-template-columns:"
    "repeat(auto-fit,minmax(420px,1fr));gap:1em}.note{color:#666;font-size:13px}";

core::Plot plot_of(const char* title, const char* label, const std::vector<TrainerEvent>& events,
                   Kind kind, double TrainerEvent::*value) {
  core::Plot plot{title, "minutes", label, {{title, {}}}};
  for (const auto& event : events) {
    if (event.kind == kind) plot.series[0].points.emplace_back(event.seconds / 60, event.*value);
  }
  return plot;
}

// A run that was killed is gone on with at its last state: what it told after that did not happen.
void add(TrainerEvent event, std::vector<TrainerEvent>& events) {
  if (event.kind == Kind::started) {
    std::erase_if(events, [&](const TrainerEvent& earlier) {
      return earlier.kind != Kind::started && earlier.step > event.step;
    });
  }
  events.push_back(std::move(event));
}

std::string class_table(const core::ClassList& classes, const TrainerEvent& best) {
  std::string html = "<h2>IoU of each class</h2><table><tr><th>class<th class=n>IoU";
  for (size_t i = 0; i < std::min(classes.size(), best.iou.size()); ++i) {
    html += fmt::format("<tr><td>{}<td class=n>{}", evaluate::class_label(classes[i]),
                        evaluate::percent(best.iou[i]));
  }
  return html + "</table>";
}

std::string facts(const TrainJob& job, const std::vector<TrainerEvent>& events) {
  std::string html = "<table>";
  const auto row = [&](const char* name, const std::string& value) {
    html += fmt::format("<tr><td>{}<td>{}", name, html_escape(value));
  };
  row("data", job.data);
  row("validation", job.validation.empty() ? "every eighth picture of it" : job.validation);
  for (const auto& event : events) {
    if (event.kind != Kind::started) continue;
    row("pictures", fmt::format("{} to learn from, {} to check with", event.pictures,
                                event.validation_pictures));
    row("network", fmt::format("{:.3f} million parameters", double(event.parameters) / 1e6));
    break;
  }
  const std::string& start = job.parent.empty() ? job.start : job.parent;
  row("started from", start.empty() ? "nothing" : start);
  row("batch, seed", fmt::format("{}, {}", job.batch, job.seed));
  row("length", job.steps > 0 ? fmt::format("{} steps", job.steps)
                              : fmt::format("{:g} minutes", job.minutes));
  return html + "</table>";
}

}  // namespace

std::string to_html(const TrainJob& job, const core::ClassList& classes,
                    const std::vector<TrainerEvent>& events, std::string_view preview_jpeg) {
  const TrainerEvent* best = nullptr;
  for (const auto& event : events) {
    if (event.kind == Kind::validated && (!best || event.miou > best->miou)) best = &event;
  }
  std::string html = evaluate::page_head("fovea train", style) + "<h1>fovea train</h1>";
  if (best) {
    html += fmt::format(
        "<p>Best mIoU on the validation pictures: <b>{:.2f} %</b>, after {:.1f} minutes and {} "
        "steps.</p>",
        100 * best->miou, best->seconds / 60, best->step);
  }
  html += facts(job, events) + "<div class=plots>";
  html += core::to_svg(
      plot_of("mIoU on validation", "mIoU", events, Kind::validated, &TrainerEvent::miou));
  html += core::to_svg(
      plot_of("loss of training", "loss", events, Kind::progress, &TrainerEvent::loss));
  html += core::to_svg(
      plot_of("learning rate", "rate", events, Kind::progress, &TrainerEvent::learning_rate));
  html += "</div>";
  if (best) html += class_table(classes, *best);
  if (!preview_jpeg.empty()) {
    html +=
        "<h2>Pictures</h2><p class=note>As they are, as they should be seen, and as the last "
        "check saw them.</p>" +
        evaluate::jpeg_image(preview_jpeg, "");
  }
  return html + "</html>\n";
}

core::Result<std::vector<TrainerEvent>> read_events(const std::string& folder) {
  const auto file = core::read_file((fs::path(folder) / events_file).string(), events_bytes_max);
  if (!file) return file.error();
  std::vector<TrainerEvent> events;
  std::string_view text = file->text();
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (auto event = parse_trainer_event(text.substr(0, end))) add(*std::move(event), events);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return events;
}

core::Status write_report(const TrainJob& job, const core::ClassList& classes) {
  const auto events = read_events(job.output);
  if (!events) return events.error();
  const fs::path folder = job.output;
  const auto preview = core::read_file((folder / preview_file).string(), preview_bytes_max);
  return core::replace_file(
      (folder / report_file).string(),
      to_html(job, classes, *events, preview ? preview->text() : std::string_view()));
}

}  // namespace fovea::learn
