#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/infer_inputs.h"
#include "cli/infer_outputs.h"
#include "cli/log_options.h"
#include "cli/model_options.h"
#include "cli/progress_bar.h"
#include "codec/jpeg.h"
#include "core/metrics.h"
#include "infer/geometry.h"
#include "video/source.h"

namespace fovea::cli {
namespace {

struct InferOptions {
  std::string model;
  std::string output;
  std::vector<std::string> inputs;
  bool dct_scaling = true;
  int frames_max = 0;
  bool json = false;
  ModelOptions load;
  LogOptions log;
};

// One run: the model, its predictor, what it writes and what went wrong.
class InferRun {
 public:
  InferRun(const InferOptions& options, const core::Context& context)
      : options_(options), context_(context), bar_("infer") {}

  int run() {
    auto inputs = expand_inputs(options_.inputs);
    if (!inputs) return fail(inputs.error());
    if (auto ready = load(); !ready) return fail(ready.error());
    if (auto made = outputs_->make_folder(); !made) return fail(made.error());
    for (const auto& input : *inputs) {
      if (input.video) continue;  // its frames have names of their own
      if (auto free = outputs_->check_free(input.stem); !free) return fail(free.error());
    }
    for (size_t index = 0; index < inputs->size(); ++index) {
      const InferInput& input = (*inputs)[index];
      bar_.show(index, inputs->size(), input.stem);
      const auto done = input.video ? infer_video(input) : infer_picture(input);
      if (!done) note_error(input, done.error());
    }
    bar_.show(inputs->size(), inputs->size());
    if (auto written = outputs_->finish(); !written) return fail(written.error());
    if (options_.json) std::cout << outputs_->summary().dump(2) << "\n";
    return status_;
  }

 private:
  core::Status load() {
    const auto& wanted = options_.load.load_options();
    auto found = infer::resolve_model(options_.model, infer::default_places(wanted.mirror),
                                      context_, [this](size_t received, size_t total) {
                                        bar_.show(received >> 10, total >> 10, "KiB of the model");
                                      });
    bar_.clear();
    if (!found) return found.error();
    if (found->origin == infer::ManifestOrigin::proposed) {
      fmt::print(stderr, "{} has no manifest; this proposal is used:\n{}", found->path,
                 infer::to_json(found->manifest));
    }
    auto model = infer::load_model(*found, wanted, context_);
    if (!model) return model.error();
    auto predictor = (*model)->open();
    if (!predictor) return predictor.error();
    predictor_ = std::move(*predictor);
    model_ = *model;
    outputs_ = std::make_unique<InferOutputs>(options_.output, model_->manifest());
    return {};
  }

  std::function<core::Size(core::Size)> cover() const {
    if (!options_.dct_scaling) return {};
    return [manifest = model_->manifest()](core::Size frame) {
      return infer::decode_cover(manifest, frame);
    };
  }

  core::Status infer_picture(const InferInput& input) {
    const int image_id = ++images_;
    auto picture = PictureReader(cover()).read(input.file);
    if (!picture) return picture.error();
    return infer(input, image_id, input.stem, *picture);
  }

  core::Status infer(const InferInput& input, int image_id, const std::string& stem,
                     const InferPicture& picture) {
    auto prediction = predictor_->predict(picture.network, picture.frame.size);
    if (!prediction) return prediction.error();
    return outputs_->add(input, image_id, stem, picture.frame, *prediction);
  }

  // Every frame is a picture of its own: <stem>-000001 and so on.
  core::Status infer_video(const InferInput& input) {
    video::SourceOptions how;
    how.loop = false;
    how.paced = false;  // every frame, as fast as they are inferred
    auto source = video::open_source("file:" + input.file, how, context_);
    if (!source) return source.error();
    for (int frame = 1; options_.frames_max == 0 || frame <= options_.frames_max; ++frame) {
      auto shot = (*source)->next({});
      if (!shot && shot.error().code == core::Code::closed) break;
      if (!shot) return shot.error();
      ++images_;
      auto picture = frame_of(*shot);
      if (!picture) {
        note_error(input, picture.error().context(fmt::format("frame {}", frame)));
        continue;
      }
      const std::string stem = fmt::format("{}-{:06}", input.stem, frame);
      bar_.show(size_t(frame), 0, input.stem);
      auto done = infer(input, images_, stem, *picture);
      if (!done) return done;
    }
    return {};
  }

  core::Result<InferPicture> frame_of(const video::Picture& shot) const {
    if (const auto* image = std::get_if<core::Image>(&shot.content)) {
      if (image->format == core::PixelFormat::rgb24) return InferPicture{*image, *image};
      // Sources deliver what their decoder makes; a JPEG of best quality is the one conversion
      // that knows every format.
      auto jpeg = codec::JpegEncoder().encode(*image, 100);
      if (!jpeg) return jpeg.error();
      return PictureReader(cover()).decode(jpeg->span());
    }
    const auto& encoded = std::get<core::EncodedPicture>(shot.content);
    if (encoded.codec == core::Codec::jpeg) {
      return PictureReader(cover()).decode(encoded.data.span());
    }
    return core::Error{core::Code::unsupported, "its frames cannot be decoded here"};
  }

  void note_error(const InferInput& input, const core::Error& error) {
    bar_.clear();
    fmt::print(stderr, "fovea: {}: {}\n", input.file, error.message);
    outputs_->add_error(input, images_, error.message);
    // A failing engine outweighs a bad picture.
    status_ = status_ == exit_failed ? exit_failed : exit_status(error);
  }

  int fail(const core::Error& error) {
    bar_.clear();
    fmt::print(stderr, "fovea: {}\n", error.message);
    return exit_status(error);
  }

  const InferOptions& options_;
  const core::Context context_;
  ProgressBar bar_;
  std::shared_ptr<const infer::LoadedModel> model_;
  std::unique_ptr<infer::Predictor> predictor_;
  std::unique_ptr<InferOutputs> outputs_;
  int images_ = 0;
  int status_ = exit_done;
};

constexpr const char* footer =
    "\nFor each picture DIR gets <stem>.mask.png (segmentation: greyscale, pixel = class index),\n"
    "<stem>.overlay.jpg and a line in summary.json; for detectors also detections.json. Frames of\n"
    "a video are pictures named <stem>-000001 and so on. A picture that cannot be used is named "
    "on\n"
    "stderr and in summary.json's \"errors\", the others go on, and the exit status is 2.\n\n"
    "Examples:\n"
    "  fovea infer --model deeplab-dm05 --output out street.jpg photos/\n"
    "  fovea infer --model yolox-nano --score 0.4 --output out --json bus.jpg\n"
    "  fovea infer --model my/net.onnx --output out video.mp4 --frames-max 100\n";

}  // namespace

std::function<int()> declare_infer(App app) {
  auto options = std::make_shared<InferOptions>();
  app.add_option("-m,--model", options->model,
                 "model file, folder or manifest, or a name of 'fovea model list'")
      .required();
  app.add_option("-o,--output", options->output,
                 "folder for the results; made if needed, what an earlier run wrote is replaced")
      .required();
  app.add_option("INPUT", options->inputs, "pictures (JPEG, PNG), folders of pictures, videos")
      .required();
  app.add_option("--score", options->load.load_options().score_min, "boxes from this score up")
      .range(0.0, 1.0)
      .capture_default_str();
  app.add_option_function(
         "--dct-scaling",
         [options](const std::string& word) { options->dct_scaling = word == "on"; },
         "decode JPEG at the smallest scale that covers the network's input: on or off (default "
         "on)")
      .one_of({"on", "off"});
  app.add_option("--frames-max", options->frames_max, "at most this many frames of a video; 0: all")
      .not_negative();
  app.add_flag("--json", options->json, "print summary.json on stdout as well");
  options->load.declare(app);
  options->log.declare(app);
  app.footer(footer);
  return [options] {
    core::SystemClock clock;
    const auto metrics = core::make_metrics();
    const core::Context context{options->log.make_log("infer"), clock, *metrics};
    return InferRun(*options, context).run();
  };
}

}  // namespace fovea::cli
