#include "train/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "evaluate/class_mapping.h"
#include "learn/network_file.h"
#include "train/batches.h"
#include "train/checkpoint.h"
#include "train/loss.h"
#include "train/memory.h"
#include "train/optimizer.h"
#include "train/validation.h"

namespace fovea::train {

namespace {

namespace fs = std::filesystem;
using core::Code;
using core::Error;
using learn::TrainerEvent;
using learn::TrainJob;
using Kind = TrainerEvent::Kind;

constexpr int validation_every = 8;  // of the pictures, where no others are named
constexpr auto told_every = std::chrono::seconds(1);
constexpr double warm_up = 0.03;    // share of the training in which the learning rate rises
constexpr double last_rate = 0.01;  // of the learning rate, at the end
constexpr size_t store_bytes_max = size_t(1) << 30;
constexpr size_t previews = 4;

// Every n-th sample, or all but these.
class Part final : public evaluate::DataSet {
 public:
  Part(std::unique_ptr<evaluate::DataSet> data, size_t every, bool keeps) : data_(std::move(data)) {
    for (size_t i = 0; i < data_->size(); ++i) {
      if ((i % every == every - 1) == keeps) indices_.push_back(i);
    }
  }
  const core::ClassList& classes() const override { return data_->classes(); }
  size_t size() const override { return indices_.size(); }
  std::string name(size_t index) const override { return data_->name(indices_[index]); }
  core::Result<evaluate::Sample> read(size_t index) override {
    return data_->read(indices_[index]);
  }

 private:
  const std::unique_ptr<evaluate::DataSet> data_;
  std::vector<size_t> indices_;
};

core::Result<std::unique_ptr<evaluate::DataSet>> open_mapped(const std::string& spec,
                                                             const std::string& classes) {
  auto data = evaluate::open_data_set(spec);
  if (!data || classes.empty()) return data;
  const auto mapping = evaluate::read_class_mapping(classes);
  if (!mapping) return mapping.error();
  return evaluate::map_classes(*std::move(data), *mapping);
}

struct Stores {
  SampleStore training;
  SampleStore validation;
};

// Tells how far it is, now and then.
class Reading {
 public:
  Reading(const Tell& tell, const Stops& stops, const core::Clock& clock)
      : tell_(tell), stops_(stops), clock_(clock) {}

  bool operator()(size_t done, size_t total) {
    if (const auto now = clock_.steady(); now - told_ > told_every) {
      told_ = now;
      TrainerEvent event;
      event.kind = Kind::reading;
      event.step = int64_t(done);
      event.pictures = int64_t(total);
      tell_(event);
    }
    return !stops_();
  }

 private:
  const Tell& tell_;
  const Stops& stops_;
  const core::Clock& clock_;
  core::SteadyTime told_ = clock_.steady();
};

core::Result<Stores> open_stores(const TrainJob& job, const Tell& tell, const Stops& stops,
                                 const core::Clock& clock) {
  auto training = open_mapped(job.data, job.classes);
  if (!training) return training.error();
  auto validation = open_mapped(job.validation.empty() ? job.data : job.validation, job.classes);
  if (!validation) return validation.error();
  if (job.validation.empty()) {
    if ((*training)->size() < 2) {
      return Error{Code::bad_input,
                   "one picture is not enough: some are for learning, others to see whether it was "
                   "learned; name others with --validation"};
    }
    const size_t every = std::min<size_t>(validation_every, (*training)->size());
    *training = std::make_unique<Part>(*std::move(training), every, false);
    *validation = std::make_unique<Part>(*std::move(validation), every, true);
  }
  Reading reading(tell, stops, clock);
  const auto goes_on = [&](size_t done, size_t total) { return reading(done, total); };
  auto first = SampleStore::open(*std::move(training), store_bytes_max, goes_on);
  auto second = SampleStore::open(*std::move(validation), store_bytes_max, goes_on);
  if (!first && !second && second.error().code != Code::closed) {
    return Error{first.error().code, first.error().message + "\n" + second.error().message};
  }
  if (!first) return first.error();
  if (!second) return second.error();
  if (first->classes() != second->classes()) {
    return Error{Code::bad_input, "the pictures for validation have other classes"};
  }
  return Stores{*std::move(first), *std::move(second)};
}

int rounded(double side) { return std::max(32, int(std::lround(side / 16)) * 16); }

learn::NetworkConfig config_of(const TrainJob& job, const Stores& stores) {
  learn::NetworkConfig config;
  config.classes = stores.training.classes();
  config.width = job.width;
  config.output_stride = job.output_stride;
  config.input = job.input;
  if (config.input == core::Size{}) config.input = stores.validation.first_size();
  return config;
}

core::Size crop_of(const TrainJob& job, core::Size input) {
  if (job.crop != core::Size{}) return job.crop;
  return {rounded(input.width * 0.75), rounded(input.height * 0.75)};
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
        optimizer_(network_, average_, job.weight_decay),
        crop_(crop_of(job, network_.config().input)) {
    loss_.class_weights = weights_of_classes(stores_.training.pixels());
    loss_.hard_share = job.hard_share;
    for (const auto& [name, tensor] : average_.tensors())
      torch::Tensor(tensor).set_requires_grad(false);
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
    if (!job_.teacher.empty()) {
      auto file = learn::read_network(job_.teacher);
      if (!file) return file.error();
      if (file->config.classes != network_.config().classes) {
        return Error{Code::bad_input, "the teacher " + job_.teacher + " has other classes"};
      }
      teacher_ = std::make_unique<TorchNetwork>(file->config);
      teacher_->take(file->tensors, "");
    }
    if (job_.resume) {
      auto progress = read_state(path(learn::last_file), network_, average_, optimizer_);
      if (!progress) return progress.error();
      progress_ = *progress;
      seconds_before_ = progress_.seconds;
      return {};
    }
    if (job_.start.empty()) return {};
    auto file = learn::read_network(job_.start);
    if (!file) return file.error();
    if (file->config.width != network_.config().width) {
      return Error{Code::bad_input,
                   fmt::format("{} has width {}, the job {}: take --width {}", job_.start,
                               file->config.width, job_.width, file->config.width)};
    }
    take_start(*file);
    return {};
  }

  // What knows the classes is taken by their names; the rest as it is.
  void take_start(learn::NetworkFile& file) {
    auto& tensors = file.tensors;
    const auto& own = network_.config().classes;
    for (const char* name :
         {"classes.weight", "classes.bias", "auxiliary.weight", "auxiliary.bias"}) {
      const auto found = tensors.find(name);
      if (found == tensors.end()) continue;
      learn::Tensor mapped = to_tensor(fresh_tensor(name));
      const size_t row = mapped.values.size() / own.size();
      for (size_t to = 0; to < own.size(); ++to) {
        for (size_t from = 0; from < file.config.classes.size(); ++from) {
          if (file.config.classes[from].name != own[to].name) continue;
          std::copy_n(found->second.values.begin() + std::ptrdiff_t(from * row), row,
                      mapped.values.begin() + std::ptrdiff_t(to * row));
        }
      }
      found->second = std::move(mapped);
    }
    network_.take(tensors, "");
    average_.take(network_.weights(true), "");
  }

  torch::Tensor fresh_tensor(const std::string& name) const {
    for (const auto& [own, tensor] : network_.tensors()) {
      if (own == name) return tensor;
    }
    return {};
  }

  void tell_started() {
    TrainerEvent started = event(Kind::started);
    started.parameters = network_.parameters();
    started.pictures = int64_t(stores_.training.size());
    started.validation_pictures = int64_t(stores_.validation.size());
    tell_(started);
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

  // Rises at first, then falls as a cosine (arXiv:1608.03983).
  double learning_rate() const {
    const double done = share();
    if (done < warm_up) return job_.learning_rate * (0.05 + 0.95 * done / warm_up);
    const double rest = (done - warm_up) / (1 - warm_up);
    return job_.learning_rate * (last_rate + (1 - last_rate) * 0.5 * (1 + std::cos(M_PI * rest)));
  }

  BatchOptions batch_options(int size) const {
    BatchOptions options;
    options.size = size;
    options.crop = crop_;
    options.seed = job_.seed;
    options.augmentation.scale_least = job_.scale_least;
    options.augmentation.scale_most = job_.scale_most;
    options.augmentation.colour = job_.colour_change;
    return options;
  }

  torch::Tensor loss_of(Batch& batch) {
    const int64_t height = crop_.height;
    const int64_t width = crop_.width;
    const auto count = int64_t(batch.labels.size()) / (height * width);
    const auto pixels =
        torch::from_blob(batch.pixels.data(), {count, height, width, 3}).permute({0, 3, 1, 2});
    // At half the size: edges matter less than time.
    const auto labels = torch::from_blob(batch.labels.data(), {count, height, width}, torch::kUInt8)
                            .slice(1, 0, height, 2)
                            .slice(2, 0, width, 2)
                            .to(torch::kInt64);
    const auto scores = network_.forward_training(pixels);
    auto loss = hard_pixel_loss(scores.quarter, labels, loss_);
    loss = loss + loss_.auxiliary_weight * hard_pixel_loss(scores.auxiliary, labels, loss_);
    if (teacher_) {
      const auto taught = teacher_->forward_quarter(pixels).quarter;
      loss = loss + loss_.teacher_weight * distillation_loss(scores.quarter, taught, loss_);
    }
    return loss;
  }

  // One pass forth and back, which leaves everything as it was.
  core::Status trial(int batch_size) {
    auto batch = make_batch(stores_.training, network_.config(), batch_options(batch_size), 0);
    if (!batch) return batch.error();
    const auto before = network_.weights(true);
    loss_of(*batch).backward();
    for (auto& tensor : network_.learned()) tensor.mutable_grad().reset();
    network_.take(before, "");
    return {};
  }

  // From what one and two pieces take. Running into a limit instead ends in crashes of libraries
  // that do not expect it.
  core::Status check_memory() {
    if (auto tried = trial(1); !tried) return tried;
    const size_t one = peak_memory();
    if (auto tried = trial(2); !tried) return tried;
    const size_t piece = peak_memory() - one;
    const size_t limit = memory_limit(job_.memory_mb);
    const auto takes = [&](int pieces) { return one + piece * size_t(pieces - 1); };
    if (takes(job_.batch) <= limit) return {};
    int fits = job_.batch;
    while (fits > 0 && takes(fits) > limit) --fits;
    const std::string helps = fits > 0 ? fmt::format("--batch {} does", fits)
                                       : std::string("not even one does; take a smaller --crop");
    return Error{
        Code::busy,
        fmt::format("a batch of {} pieces of {}x{} takes {} MB, which does not fit into {} MB; {}",
                    job_.batch, crop_.width, crop_.height, takes(job_.batch) >> 20, limit >> 20,
                    helps)};
  }

  core::Status tell_done() {
    TrainerEvent done = event(Kind::done);
    done.miou = progress_.best_miou;
    done.iou = best_iou_;
    if (progress_.best_miou >= 0) {
      const auto best = learn::read_network(path(learn::best_file));
      if (!best) return best.error();
      average_.take(learn::rounded_to_half(best->tensors), "");
      const auto confusion = validate(average_, stores_.validation, [] { return true; });
      if (!confusion) return confusion.error();
      done.miou_half = confusion->miou().value_or(0);
    }
    tell_(done);
    return {};
  }

  void note_time() {
    progress_.seconds =
        seconds_before_ + std::chrono::duration<double>(clock_.steady() - begun_).count();
  }

  core::Status learn() {
    BatchMaker batches(stores_.training, network_.config(), batch_options(job_.batch),
                       progress_.step);
    int checks = int(share() * job_.checks);
    double loss_sum = 0;
    int loss_count = 0;
    auto told_at = clock_.steady();
    while (share() < 1) {
      if (stops_()) return Error{Code::closed, "stopped"};
      auto batch = batches.next();
      if (!batch) return batch.error();
      auto loss = loss_of(*batch);
      loss.backward();
      const double rate = learning_rate();
      const double value = loss.item<double>();
      if (!std::isfinite(value) || !optimizer_.step(rate)) return no_number();
      ++progress_.step;
      note_time();
      loss_sum += value;
      ++loss_count;
      if (clock_.steady() - told_at > told_every) {
        TrainerEvent told = event(Kind::progress);
        told.loss = loss_sum / loss_count;
        told.learning_rate = rate;
        tell_(told);
        loss_sum = loss_count = 0;
        told_at = clock_.steady();
      }
      if (const int due = int(share() * job_.checks); due > checks) {
        checks = due;
        if (auto checked = check(); !checked) return checked;
      }
    }
    return {};
  }

  Error no_number() const {
    return {
        Code::internal,
        fmt::format("the loss of step {} is no number; the best network so far is kept in {}. A "
                    "smaller --learning-rate helps",
                    progress_.step + 1, path(learn::best_file))};
  }

  core::Status check() {
    const auto confusion = validate(average_, stores_.validation, [this] { return !stops_(); });
    if (!confusion) return confusion.error();
    TrainerEvent told = event(Kind::validated);
    told.miou = confusion->miou().value_or(0);
    told.iou = confusion->iou();
    told.best = told.miou > progress_.best_miou;
    if (told.best) {
      progress_.best_miou = told.miou;
      best_iou_ = told.iou;
      if (auto saved = write_best(path(learn::best_file), average_, told.miou); !saved)
        return saved;
    }
    if (auto shown =
            write_preview(path(learn::preview_file), average_, stores_.validation, previews);
        !shown) {
      return shown;
    }
    note_time();
    tell_(told);
    return save();
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
  const core::Size crop_;
  Progress progress_;
  std::vector<std::optional<double>> best_iou_;
  double seconds_before_ = 0;  // of the run that is gone on with
  core::SteadyTime begun_;
};

}  // namespace

core::Status train(const TrainJob& job, const Tell& tell, const Stops& stops,
                   const core::Clock& clock) {
  auto stores = open_stores(job, tell, stops, clock);
  if (!stores) return stores.error();
  torch::manual_seed(job.seed);
  return Training(job, *std::move(stores), tell, stops, clock).run();
}

}  // namespace fovea::train
