#include "infer/predictor.h"

#include <fmt/format.h>

#include "infer/head.h"
#include "infer/inspect.h"
#include "infer/runtimes.h"

namespace fovea::infer {

using core::Code;
using core::Error;

namespace {

// A session of the engine and the head that reads its outputs.
class HeadPredictor final : public Predictor {
 public:
  HeadPredictor(std::unique_ptr<Session> session, std::shared_ptr<const Manifest> manifest,
                double score_min, core::Clock& clock)
      : session_(std::move(session)),
        manifest_(std::move(manifest)),
        decoder_(head_decoder(manifest_->head)),
        score_min_(score_min),
        clock_(clock) {}

  core::Result<Prediction> predict(const core::Image& picture, core::Size frame) override {
    if (frame.width < 1 || frame.height < 1) {
      return Error{Code::bad_input, "the frame has no pixels"};
    }
    const auto begin = clock_.steady();
    auto outputs = session_->run(picture);
    const auto end = clock_.steady();
    if (!outputs) return outputs.error();
    auto prediction = decoder_.decode({*outputs, *manifest_, picture.size, frame, score_min_});
    if (prediction) prediction->infer_ms = core::milliseconds(end - begin);
    return prediction;
  }

 private:
  std::unique_ptr<Session> session_;
  std::shared_ptr<const Manifest> manifest_;
  const HeadDecoder& decoder_;
  const double score_min_;
  core::Clock& clock_;
};

class CompiledModel final : public LoadedModel {
 public:
  CompiledModel(std::shared_ptr<const Model> model, Manifest manifest, double score_min,
                core::Clock& clock)
      : model_(std::move(model)),
        manifest_(std::make_shared<const Manifest>(std::move(manifest))),
        score_min_(score_min),
        clock_(clock) {}

  const Manifest& manifest() const override { return *manifest_; }
  std::string engine() const override { return model_->engine(); }
  core::Size input_size() const override { return manifest_->input.size; }

  core::Result<std::unique_ptr<Predictor>> open() const override {
    auto session = model_->open();
    if (!session) return session.error();
    return std::unique_ptr<Predictor>(
        std::make_unique<HeadPredictor>(std::move(*session), manifest_, score_min_, clock_));
  }

 private:
  std::shared_ptr<const Model> model_;
  std::shared_ptr<const Manifest> manifest_;
  const double score_min_;
  core::Clock& clock_;
};

core::Status check_options(const LoadOptions& options) {
  if (options.threads < 0 || options.threads > 1024) {
    return Error{Code::bad_input, "the number of threads must be from 0 (all cores) to 1024"};
  }
  if (!(options.score_min >= 0 && options.score_min <= 1)) {
    return Error{Code::bad_input, "the score must be from 0 to 1"};
  }
  return {};
}

}  // namespace

core::Result<std::shared_ptr<const LoadedModel>> load_model(const ModelReference& found,
                                                            const LoadOptions& options,
                                                            const core::Context& context) {
  if (auto checked = check_options(options); !checked) return checked.error();
  const Manifest& manifest = found.manifest;
  if (manifest.task == Task::classification) {
    return Error{Code::unsupported,
                 fmt::format("'{}' is a classification model and says nothing about places in a "
                             "picture; segmentation and detection models can be run",
                             manifest.name)};
  }
  auto runtime = runtime_for(found.path, context);
  if (!runtime) return runtime.error();
  const HeadDecoder& decoder = head_decoder(manifest.head);
  const EngineOptions engine{
      options.device, options.threads, options.precision,
      options.cache_dir.empty() ? default_compile_cache_dir() : options.cache_dir};
  auto model =
      (*runtime)->compile(found.path, found.digest, {manifest.input, decoder.tail()}, engine);
  if (!model) return model.error().context(found.path);
  auto checked = check_input(manifest.input, (*model)->shape());
  if (checked) checked = decoder.check(manifest, (*model)->shape());
  if (!checked) return checked.error().context(found.path);
  context.log.info("model {} {} on {}", manifest.name, manifest.version, (*model)->engine());
  return std::shared_ptr<const LoadedModel>(std::make_shared<CompiledModel>(
      std::move(*model), manifest, options.score_min, context.clock));
}

core::Result<std::shared_ptr<const LoadedModel>> load_model(const std::string& reference,
                                                            const LoadOptions& options,
                                                            const core::Context& context) {
  auto found = resolve_model(reference, default_places(options.mirror), context);
  if (!found) return found.error();
  if (found->origin == ManifestOrigin::proposed) {
    context.log.info("{} has no manifest; using a proposal: {} by head {} with {} classes",
                     found->path, to_string(found->manifest.task), to_string(found->manifest.head),
                     found->manifest.classes.size());
  }
  return load_model(*found, options, context);
}

}  // namespace fovea::infer
