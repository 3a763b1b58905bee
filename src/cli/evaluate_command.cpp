#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/log_options.h"
#include "cli/model_options.h"
#include "cli/progress_bar.h"
#include "core/metrics.h"
#include "evaluate/segmentation.h"

namespace fovea::cli {
namespace {

using Json = nlohmann::ordered_json;

struct EvaluateOptions {
  std::string model;
  std::string data;
  bool json = false;
  ModelOptions load;
  LogOptions log;
};

Json number(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json to_json(const evaluate::Evaluation& result, const EvaluateOptions& options,
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
    pictures.push_back({{"name", data.name(picture.index)}, {"miou", picture.miou}});
  }
  return {{"miou", number(result.confusion.miou())},
          {"classes", std::move(classes)},
          {"pixel_accuracy", number(result.confusion.pixel_accuracy())},
          {"model", options.model},
          {"data", options.data},
          {"infer_ms", result.infer_ms},
          {"confusion", std::move(confusion)},
          {"pictures", std::move(pictures)}};
}

std::string percent(const std::optional<double>& value) {
  return value ? fmt::format("{:6.2f} %", 100 * *value) : "     -  ";
}

void print_table(const evaluate::Evaluation& result, const evaluate::DataSet& data) {
  const auto iou = result.confusion.iou();
  for (size_t i = 0; i < iou.size(); ++i) {
    fmt::print("  {:<20}{}\n", result.classes[i].name, percent(iou[i]));
  }
  fmt::print("mIoU                  {}\npixel accuracy        {}\n",
             percent(result.confusion.miou()), percent(result.confusion.pixel_accuracy()));
  fmt::print("{} pictures, {:.1f} ms of inference each\n", result.pictures.size(), result.infer_ms);
  if (result.pictures.empty()) return;
  const auto worst = std::min_element(result.pictures.begin(), result.pictures.end(),
                                      [](const auto& a, const auto& b) { return a.miou < b.miou; });
  fmt::print("worst picture: {} ({:.2f} %)\n", data.name(worst->index), 100 * worst->miou);
  if (result.unknown.empty()) return;
  fmt::print("classes that the model does not have, and never finds: {}\n",
             fmt::join(result.unknown, ", "));
}

int fail(const core::Error& error) {
  fmt::print(stderr, "fovea evaluate: {}\n", error.message);
  return exit_status(error);
}

int run(const EvaluateOptions& options, const core::Context& context) {
  auto data = evaluate::open_data_set(options.data);
  if (!data) return fail(data.error());
  auto model = infer::load_model(options.model, options.load.load_options(), context);
  if (!model) return fail(model.error());
  core::Result<evaluate::Evaluation> result = core::Error{};
  {
    ProgressBar bar("evaluate");
    result = evaluate::evaluate_segmentation(
        **model, **data, [&](size_t done, size_t total) { bar.show(done, total); });
  }
  if (!result) return fail(result.error());
  if (options.json) {
    std::cout << to_json(*result, options, **data).dump(2) << "\n";
  } else {
    print_table(*result, **data);
  }
  return exit_done;
}

constexpr const char* footer =
    "\nData:\n"
    "  camvid:DIR/SPLIT       DIR/SPLIT/*.jpg with class maps of the same names in "
    "DIR/SPLITannot/*.png\n"
    "  synthetic:FIRST-LAST   the hall, a frame per seed; also synthetic:100-149?shift=night,fog\n"
    "Classes of model and data are matched by their names. A class that is neither true nor found\n"
    "anywhere has no IoU and does not count in the mean.\n\n"
    "Examples:\n"
    "  fovea evaluate --model my/net.onnx --data camvid:camvid/val\n"
    "  fovea evaluate --model my/model --data synthetic:1000-1049 --json\n";

}  // namespace

std::function<int()> declare_evaluate(CLI::App& app) {
  auto options = std::make_shared<EvaluateOptions>();
  app.add_option("-m,--model", options->model,
                 "model file, folder or manifest, or a name of 'fovea model list'")
      ->required();
  app.add_option("-d,--data", options->data, "pictures with class maps, see below")->required();
  app.add_flag("--json", options->json, "print one JSON document on stdout");
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
