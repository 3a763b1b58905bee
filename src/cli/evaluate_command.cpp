#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/log_options.h"
#include "cli/model_options.h"
#include "cli/progress_bar.h"
#include "core/file.h"
#include "core/json.h"
#include "core/metrics.h"
#include "core/temporary_directory.h"
#include "evaluate/class_mapping.h"
#include "evaluate/detection.h"
#include "evaluate/report.h"
#include "evaluate/segmentation.h"
#include "learn/export.h"
#include "learn/network_file.h"

namespace fovea::cli {
namespace {

using core::Json;

struct EvaluateOptions {
  std::vector<std::string> models;
  std::string data;
  std::string classes;
  std::string html;
  bool json = false;
  ModelOptions load;
  LogOptions log;
};

// Names of files may be no UTF-8.
void print(const Json& document) { std::cout << document.dump(2) << "\n"; }

Json number(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

constexpr size_t cases_shown = 4;  // of the best and of the worst

Json to_json(const evaluate::Evaluation& result, const std::string& model, const std::string& spec,
             const evaluate::DataSet& data) {
  Json classes = Json::array();
  const auto iou = result.confusion.iou();
  for (size_t i = 0; i < iou.size(); ++i) {
    classes.push_back({{"name", result.classes[i].name}, {"iou", number(iou[i])}});
  }
  Json confusion = Json::array();  // a row per true class; the last column is "no class"
  for (size_t truth = 0; truth < iou.size(); ++truth) {
    Json row = Json::array();
    for (size_t shown = 0; shown <= iou.size(); ++shown) {
      row.push_back(result.confusion.count(truth, shown));
    }
    confusion.push_back(std::move(row));
  }
  Json pictures = Json::array();
  for (const auto& picture : result.pictures) {
    pictures.push_back({{"name", data.name(picture.index)}, {"miou", number(picture.miou)}});
  }
  return {{"miou", number(result.confusion.miou())},
          {"classes", std::move(classes)},
          {"unknown", result.unknown},  // classes that the model does not have
          {"notes", result.notes},
          {"pixel_accuracy", number(result.confusion.pixel_accuracy())},
          {"model", model},
          {"data", spec},
          {"infer_ms", result.infer_ms},
          {"confusion", std::move(confusion)},
          {"pictures", std::move(pictures)}};
}

std::string percent(const std::optional<double>& value) {
  return value ? fmt::format("{:6.2f} %", 100 * *value) : "     -  ";
}

void print_unknown(const std::vector<std::string>& names) {
  if (names.empty()) return;
  fmt::print("classes that the model does not have, and never finds: {}\n", fmt::join(names, ", "));
}

void print_table(const evaluate::Evaluation& result, const evaluate::DataSet& data) {
  const auto iou = result.confusion.iou();
  for (size_t i = 0; i < iou.size(); ++i) {
    fmt::print("  {:<20}{}\n", result.classes[i].name, percent(iou[i]));
  }
  fmt::print("mIoU                  {}\npixel accuracy        {}\n",
             percent(result.confusion.miou()), percent(result.confusion.pixel_accuracy()));
  fmt::print("{} pictures, {:.1f} ms of inference each\n", result.pictures.size(), result.infer_ms);
  const auto score = [](const auto& picture) { return picture.miou.value_or(2); };  // none: last
  const auto worst =
      std::min_element(result.pictures.begin(), result.pictures.end(),
                       [&](const auto& a, const auto& b) { return score(a) < score(b); });
  if (worst != result.pictures.end() && worst->miou) {
    fmt::print("worst picture: {} ({})\n", data.name(worst->index), percent(worst->miou));
  }
  print_unknown(result.unknown);
}

void print_notes(const evaluate::Evaluation& result) {
  for (const auto& note : result.notes) fmt::print(stderr, "note: {}\n", note);
}

int fail(const core::Error& error) {
  fmt::print(stderr, "fovea evaluate: {}\n", error.message);
  return exit_status(error);
}

struct Measured {
  std::shared_ptr<const infer::LoadedModel> model;
  evaluate::Evaluation evaluation;
};

// A checkpoint of `fovea train` as the engine takes it, in all its bits.
core::Result<std::shared_ptr<const infer::LoadedModel>> load_checkpoint(
    const std::string& file, const EvaluateOptions& options, const core::Context& context) {
  auto place = core::TemporaryDirectory::make("fovea-evaluate");
  if (!place) return place.error();
  learn::ExportOptions how;
  how.half = false;
  const auto manifest = learn::export_network(file, (place->path() / "model").string(), how);
  if (!manifest) return manifest.error();
  return infer::load_model(*manifest, options.load.load_options(), context);
}

core::Result<Measured> measure(const std::string& name, const EvaluateOptions& options,
                               evaluate::DataSet& data, const core::Context& context) {
  auto model = learn::is_network_file(name)
                   ? load_checkpoint(name, options, context)
                   : infer::load_model(name, options.load.load_options(), context);
  if (!model) return model.error();
  ProgressBar bar(name);
  auto evaluation = evaluate::evaluate_segmentation(
      **model, data, [&](size_t done, size_t total) { bar.show(done, total); });
  if (!evaluation) return evaluation.error().context(name);
  return Measured{*std::move(model), *std::move(evaluation)};
}

// Before minutes are spent on what it would hold.
core::Status check_writable(const std::string& file) {
  if (file.empty()) return {};
  if (std::filesystem::is_directory(file)) {
    return core::Error{core::Code::io, file + " could not be written: it is a folder"};
  }
  const auto folder = std::filesystem::absolute(file).parent_path();
  if (::access(folder.c_str(), W_OK) == 0) return {};
  return core::Error{core::Code::io,
                     fmt::format("{} could not be written: {}", file, std::strerror(errno))};
}

core::Status write_html(const EvaluateOptions& options, evaluate::DataSet& data,
                        const std::vector<Measured>& all) {
  std::vector<evaluate::ModelReport> reports;
  for (size_t i = 0; i < all.size(); ++i) {
    auto report = evaluate::make_report(options.models[i], *all[i].model, all[i].evaluation, data,
                                        cases_shown);
    if (!report) return report.error();
    reports.push_back(*std::move(report));
  }
  return core::replace_file(options.html, evaluate::to_html(options.data, reports));
}

Json to_json(const evaluate::BoxEvaluation& result, const evaluate::BoxData& data,
             const std::string& model, const std::string& spec) {
  Json classes = Json::array();
  const auto all = result.precision.of_categories();
  for (size_t i = 0; i < all.size(); ++i) {
    classes.push_back({{"name", data.classes()[i].name},
                       {"ap", number(all[i].ap)},
                       {"ap_50", number(all[i].ap_50)}});
  }
  const auto mean = result.precision.mean();
  return {{"map", number(mean.ap)},
          {"map_50", number(mean.ap_50)},
          {"classes", std::move(classes)},
          {"unknown", result.unknown},
          {"model", model},
          {"data", spec},
          {"infer_ms", result.infer_ms}};
}

// Precision is measured down to boxes of hardly any score, as COCO does.
constexpr double score_min = 0.001;

int run_boxes(const EvaluateOptions& options, const core::Context& context) {
  const auto data = evaluate::BoxData::open(options.data);
  if (!data) return fail(data.error());
  if (!options.html.empty() || !options.classes.empty()) {
    return fail({core::Code::unsupported,
                 "--html and --classes are for class maps; leave them out with coco:"});
  }
  infer::LoadOptions load = options.load.load_options();
  load.score_min = score_min;
  Json documents = Json::array();
  for (const auto& name : options.models) {
    const auto model = infer::load_model(name, load, context);
    if (!model) return fail(model.error());
    core::Result<evaluate::BoxEvaluation> result = core::Error{};
    {
      ProgressBar bar(name);
      result = evaluate::evaluate_detection(
          **model, *data, [&](size_t done, size_t total) { bar.show(done, total); });
    }
    if (!result) return fail(result.error().context(name));
    documents.push_back(to_json(*result, *data, name, options.data));
    const auto mean = result->precision.mean();
    if (!options.json) {
      fmt::print(
          "{}\nmAP                   {}\nmAP at IoU 0.5        {}\n{} pictures, {:.1f} ms of "
          "inference each\n",
          name, percent(mean.ap), percent(mean.ap_50), data->size(), result->infer_ms);
      print_unknown(result->unknown);
    }
  }
  if (options.json) {
    const Json document = documents.size() == 1 ? documents[0] : Json{{"models", documents}};
    print(document);
  }
  return exit_done;
}

int run(const EvaluateOptions& options, const core::Context& context) {
  if (options.data.starts_with("coco:")) return run_boxes(options, context);
  auto data = evaluate::open_mapped_data_set(options.data, options.classes);
  if (!data) return fail(data.error());
  if (auto good = check_writable(options.html); !good) return fail(good.error());
  std::vector<Measured> all;
  Json documents = Json::array();
  for (const auto& name : options.models) {
    auto measured = measure(name, options, **data, context);
    if (!measured) return fail(measured.error());
    documents.push_back(to_json(measured->evaluation, name, options.data, **data));
    if (all.empty()) print_notes(measured->evaluation);
    if (!options.json) {
      fmt::print("{}\n", name);
      print_table(measured->evaluation, **data);
    }
    all.push_back(*std::move(measured));
  }
  if (options.json) {
    const Json document = all.size() == 1 ? documents[0] : Json{{"models", documents}};
    print(document);
  }
  if (options.html.empty()) return exit_done;
  if (auto written = write_html(options, **data, all); !written) return fail(written.error());
  return exit_done;
}

constexpr const char* footer =
    "\nData:\n"
    "  camvid:DIR/SPLIT       DIR/SPLIT/*.jpg with class maps of the same names in "
    "DIR/SPLITannot/*.png\n"
    "  folder:DIR             DIR/x.jpg with the class map DIR/x.mask.png, and DIR/classes.yaml\n"
    "  synthetic:FIRST-LAST   the hall, a frame per seed; also synthetic:100-149?shift=night,fog\n"
    "  coco:PICTURES:FILE     for detectors: pictures and annotations in COCO's format\n"
    "Classes of model and data are matched by their names. A class that is neither true nor found\n"
    "anywhere has no IoU and does not count in the mean.\n\n"
    "Examples:\n"
    "  fovea evaluate --model my/net.onnx --data camvid:camvid/val\n"
    "  fovea evaluate --model my/model --data synthetic:1000-1049 --json\n"
    "  fovea evaluate --model yolox-nano --data coco:val2017:instances_val2017.json\n"
    "  fovea evaluate --model old.onnx --model new.onnx --data camvid:camvid/val --html "
    "report.html\n";

}  // namespace

std::function<int()> declare_evaluate(App app) {
  auto options = std::make_shared<EvaluateOptions>();
  app.add_option("-m,--model", options->models,
                 "model file, folder or manifest, a checkpoint of 'fovea train', or a name of "
                 "'fovea model list'; several are compared")
      .required();
  app.add_option("-d,--data", options->data, "pictures with class maps, see below").required();
  app.add_option("--classes", options->classes,
                 "YAML file that merges, renames and drops classes, as of 'fovea train'");
  app.add_flag("--json", options->json, "print one JSON document on stdout");
  app.add_option("--html", options->html,
                 "write a report with the best and the worst pictures to this file (class maps "
                 "only, not coco:)");
  options->load.declare(app);
  options->log.declare(app);
  app.footer(footer);
  return [options] {
    core::SystemClock clock;
    const auto metrics = core::make_metrics();
    const core::Context context{options->log.make_log("evaluate"), clock, *metrics};
    return run(*options, context);
  };
}

}  // namespace fovea::cli
