#include "train/trainer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "learn/network_file.h"
#include "train/batches.h"
#include "train/checkpoint.h"
#include "train/loss.h"
#include "train/memory.h"
#include "train/optimizer.h"
#include "train/schedule.h"
#include "train/start.h"
#include "train/stores.h"
#include "train/validation.h"

namespace fovea::train {

namespace {

namespace fs = std::filesystem;
using core::Code;
using core::Error;
using learn::TrainerEvent;
using learn::TrainJob;
using Kind = TrainerEvent::Kind;

constexpr auto told_every = std::chrono::seconds(1);
constexpr size_t store_bytes_max = size_t(1) << 30;  // of pictures, for learning and for checks
constexpr size_t previews = 4;
constexpr size_t batches_waiting = 3;  // two, and one that is made (BatchMaker)
constexpr size_t bytes_of_pixel = 3 * sizeof(float) + 1;
constexpr int input_side_max = 1280;

// As the pictures are, but no larger than a site could use live.
core::Size input_for(core::Size picture) {
  const int longest = std::max(picture.width, picture.height);
  if (longest <= input_side_max) return picture;
  const double scale = double(input_side_max) / longest;
  return {int(std::lround(picture.width * scale)), int(std::lround(picture.height * scale))};
}

learn::NetworkConfig config_of(const TrainJob& job, const Stores& stores) {
  learn::NetworkConfig config;
  config.classes = stores.training.classes();
  config.width = job.width;
  config.input = job.input;
  if (config.input == core::Size{}) config.input = input_for(stores.validation.first_size());
  return config;
}

class Training {
 public:
  Training(const TrainJob& job, Stores stores, const Tell& tell, const Stops& stops,
           const core::Clock& clock)
      : job_(job),
        stores_(std::move(stores)),
        tell_(tell),
        stops_(stops),
        clock_(clock),
        network_(config_of(job, stores_)),
        average_(network_.config()),
        optimizer_(network_, average_, job.weight_decay) {
    loss_.class_weights = weights_of_classes(stores_.training.labels().of_classes());
    loss_.hard_share = job.hard_share;
    average_.take(network_.weights(true), "");
  }

  core::Status run() {
    if (auto ready = prepare_start(); !ready) return ready;
    tell_started();
    if (auto fits = check_memory(); !fits) return fits;
    begun_ = clock_.steady();
    auto learned = learn();
    if (!learned && learned.error().code != Code::closed) return learned;
    if (progress_.step == 0) return learned;
    if (auto saved = save(); !saved) return saved;
    return tell_done();
  }

 private:
  std::string path(const char* name) const { return (fs::path(job_.output) / name).string(); }

  core::Status prepare_start() {
    if (auto good = learn::check_config(network_.config()); !good) return good;
    if (!job_.teacher.empty()) {
      auto teacher = open_teacher(job_.teacher, network_.config().classes);
      if (!teacher) return teacher.error();
      teacher_ = *std::move(teacher);
    }
    if (job_.resume) return go_on();
    if (job_.start.empty()) return {};
    if (auto started = start_from(job_.start, network_); !started) return started;
    average_.take(network_.weights(true), "");
    return {};
  }

  core::Status go_on() {
    auto progress = read_state(path(learn::last_file), network_, average_, optimizer_);
    if (!progress) return progress.error();
    progress_ = *std::move(progress);
    seconds_before_ = progress_.seconds;
    // It may have been killed between the one file and the other.
    read_best(path(learn::best_file), progress_);
    // It may have been given more time: then it is at an earlier share of it.
    progress_.checks = std::min(progress_.checks, int(share() * job_.checks));
    return {};
  }

  void tell_started() {
    TrainerEvent started = event(Kind::started);
    started.process = ::getpid();
    started.parameters = network_.parameters();
    started.pictures = int64_t(stores_.training.size());
    started.validation_pictures = int64_t(stores_.validation.size());
    started.miou = progress_.best_miou;
    tell_(started);
    for (auto& words : notes_of(stores_)) tell_note(std::move(words));
    const core::Size picture = stores_.validation.first_size();
    const core::Size input = network_.config().input;
    if (job_.input != core::Size{} || input == picture) return;
    tell_note(
        fmt::format("the pictures are {}x{}; the network sees them as {}x{} (--input names "
                    "another size)",
                    picture.width, picture.height, input.width, input.height));
  }

  void tell_note(std::string words) {
    TrainerEvent note = event(Kind::note);
    note.words = std::move(words);
    tell_(note);
  }

  TrainerEvent event(Kind kind) const {
    TrainerEvent told;
    told.kind = kind;
    told.step = progress_.step;
    told.seconds = progress_.seconds;
    told.share = share();
    return told;
  }

  double share() const {
    const double done = job_.steps > 0 ? double(progress_.step) / double(job_.steps)
                                       : progress_.seconds / (job_.minutes * 60);
    return std::clamp(done, 0.0, 1.0);
  }

  torch::Tensor loss_of(Batch& batch) {
    const int64_t height = batch.crop.height;
    const int64_t width = batch.crop.width;
    const auto count = int64_t(batch.labels.size()) / (height * width);
    const auto pixels =
        torch::from_blob(batch.pixels.data(), {count, height, width, 3}).permute({0, 3, 1, 2});
    const auto labels =
        torch::from_blob(batch.labels.data(), {count, height, width}, torch::kUInt8);
    const auto scores = network_.forward_training(pixels);
    auto loss = training_loss(scores, labels, progress_.step, loss_);
    if (teacher_) {
      const auto taught = teacher_->forward(pixels);
      loss = loss + loss_.teacher_weight * distillation_loss(scores.classes, taught, loss_);
    }
    return loss;
  }

  // One pass forth and back, which leaves everything as it was.
  core::Status trial(BatchOptions options, int batch_size) {
    options.size = batch_size;
    auto batch = make_batch(stores_.training, network_.config(), options, 0);
    if (!batch) return batch.error();
    const auto before = network_.weights(true);
    loss_of(*batch).backward();
    for (auto& tensor : network_.learned()) tensor.mutable_grad().reset();
    network_.take(before, "");
    return {};
  }

  // What checking with a whole picture takes.
  void try_a_check() {
    const core::Size size = network_.config().input;
    (void)network_.forward(torch::zeros({1, size.height, size.width, 3}).permute({0, 3, 1, 2}));
  }

  // From what one and two pieces take, and those that wait. Running into a limit instead ends in
  // crashes of libraries that do not expect it.
  core::Status check_memory() {
    const BatchOptions options = pieces(job_, network_.config().input);
    settle_memory();
    const size_t limit = memory_limit(job_.memory_mb);
    try_a_check();
    if (auto tried = trial(options, 1); !tried) return tried;
    const size_t one = peak_memory();
    if (one > limit) return too_large(options, one, limit, 0);
    if (auto tried = trial(options, 2); !tried) return tried;
    const auto area = size_t(options.crop.width) * size_t(options.crop.height);
    const size_t piece = peak_memory() - one + batches_waiting * area * bytes_of_pixel;
    const auto takes = [&](int count) { return one + piece * size_t(count - 1); };
    if (takes(job_.batch) <= limit) return {};
    int fits = job_.batch;
    while (fits > 0 && takes(fits) > limit) --fits;
    return too_large(options, takes(job_.batch), limit, fits);
  }

  static Error too_large(const BatchOptions& options, size_t takes, size_t limit, int fits) {
    const std::string helps =
        fits > 0 ? fmt::format("--batch {} does", fits)
                 : std::string("not even one does; take a smaller --input or --crop");
    return {Code::busy,
            fmt::format("a batch of {} pieces of {}x{} takes {} MB, which does not fit into {} MB; "
                        "{}",
                        options.size, options.crop.width, options.crop.height, takes >> 20,
                        limit >> 20, helps)};
  }

  core::Status tell_done() {
    TrainerEvent done = event(Kind::done);
    done.miou = progress_.best_miou;
    done.iou = progress_.best_iou;
    done.unseen = stores_.validation.labels().missing();
    if (progress_.best_miou >= 0 && !stops_()) {
      const auto best = learn::read_network(path(learn::best_file));
      if (!best) return best.error();
      average_.take(learn::rounded_to_half(best->tensors), "");
      const auto confusion = validate(average_, stores_.validation, [this] { return !stops_(); });
      if (confusion) {
        done.miou_half = confusion->miou().value_or(0);
      } else if (confusion.error().code != Code::closed) {
        return confusion.error();
      }
    }
    tell_(done);
    return {};
  }

  void note_time() {
    progress_.seconds =
        seconds_before_ + std::chrono::duration<double>(clock_.steady() - begun_).count();
  }

  core::Status learn() {
    BatchMaker batches(stores_.training, network_.config(), pieces(job_, network_.config().input),
                       progress_.step);
    told_at_ = checked_at_ = clock_.steady();
    while (true) {
      if (check_is_due()) {
        if (auto checked = check(); !checked) return checked;
      }
      if (share() >= 1) return {};
      if (stops_()) return Error{Code::closed, "stopped"};
      if (auto learned = learn_from(batches.next()); !learned) return learned;
    }
  }

  core::Status learn_from(core::Result<Batch> batch) {
    if (!batch) return batch.error();
    auto loss = loss_of(*batch);
    loss.backward();
    const double rate = learning_rate(job_, share());
    const double value = loss.item<double>();
    if (!std::isfinite(value) || !optimizer_.step(rate)) return no_number();
    ++progress_.step;
    note_time();
    loss_sum_ += value;
    ++loss_count_;
    if (clock_.steady() - told_at_ < told_every) return {};
    TrainerEvent told = event(Kind::progress);
    told.loss = loss_sum_ / loss_count_;
    told.learning_rate = rate;
    tell_(told);
    loss_sum_ = loss_count_ = 0;
    told_at_ = clock_.steady();
    return {};
  }

  // By the clock, learning gets at least as much time as checking does.
  bool check_is_due() const {
    if (int(share() * job_.checks) <= progress_.checks) return false;
    return job_.steps > 0 || share() >= 1 || clock_.steady() - checked_at_ >= check_took_;
  }

  Error no_number() const {
    return {Code::internal,
            fmt::format("the loss of step {} is no number{}. A smaller --learning-rate helps",
                        progress_.step + 1,
                        progress_.best_miou < 0
                            ? std::string()
                            : "; the best network so far is kept in " + path(learn::best_file))};
  }

  core::Status check() {
    const auto begun = clock_.steady();
    const auto confusion = validate(average_, stores_.validation, [this] { return !stops_(); });
    if (!confusion) return confusion.error();
    TrainerEvent told = event(Kind::validated);
    told.miou = confusion->miou().value_or(0);
    told.iou = confusion->iou();
    told.best = told.miou > progress_.best_miou;
    if (told.best) {
      progress_.best_miou = told.miou;
      progress_.best_iou = told.iou;
      auto saved = write_best(path(learn::best_file), average_, progress_);
      if (!saved) return saved;
    }
    show_preview();
    note_time();
    progress_.checks = int(share() * job_.checks);
    checked_at_ = clock_.steady();
    check_took_ = checked_at_ - begun;
    tell_(told);
    return save();
  }

  // Not worth ending for.
  void show_preview() {
    const auto shown =
        write_preview(path(learn::preview_file), average_, stores_.validation, previews);
    if (!shown) tell_note("no preview: " + shown.error().message);
  }

  core::Status save() {
    return write_state(path(learn::last_file), network_, average_, optimizer_, progress_);
  }

  const TrainJob job_;
  Stores stores_;
  const Tell& tell_;
  const Stops& stops_;
  const core::Clock& clock_;
  TorchNetwork network_;
  TorchNetwork average_;  // follows it slowly; this is what is used
  Optimizer optimizer_;
  std::unique_ptr<TorchNetwork> teacher_;
  LossOptions loss_;
  Progress progress_;
  double seconds_before_ = 0;  // of the run that is gone on with
  double loss_sum_ = 0;        // since it was last told
  int loss_count_ = 0;
  core::SteadyTime told_at_;
  core::SteadyTime checked_at_;
  core::SteadyTime::duration check_took_{};
  core::SteadyTime begun_;
};

}  // namespace

core::Status train(const TrainJob& job, const Tell& tell, const Stops& stops,
                   const core::Clock& clock) {
  const size_t keeps = std::min(store_bytes_max, memory_limit(job.memory_mb) / 4);
  auto stores = open_stores(job, keeps, tell, stops, clock);
  if (!stores) return stores.error();
  torch::manual_seed(job.seed);
  return Training(job, *std::move(stores), tell, stops, clock).run();
}

}  // namespace fovea::train
