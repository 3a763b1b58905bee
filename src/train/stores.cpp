#include "train/stores.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "evaluate/class_mapping.h"

namespace fovea::train {

namespace {

using core::Code;
using core::Error;
using learn::TrainerEvent;
using learn::TrainJob;
using Kind = TrainerEvent::Kind;

constexpr int validation_every = 8;  // of the pictures, where no others are named
constexpr auto told_every = std::chrono::seconds(1);

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
  std::vector<std::string> notes() const override { return data_->notes(); }

 private:
  const std::unique_ptr<evaluate::DataSet> data_;
  std::vector<size_t> indices_;
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

// Before anything is learned: what the masks say may be something else than what was meant.
core::Status check_labels(const SampleStore& training, const SampleStore& validation) {
  if (auto good = training.labels().check(); !good) {
    return good.error().context("the pictures to learn from");
  }
  const auto seen = validation.labels().of_classes();
  if (std::any_of(seen.begin(), seen.end(), [](uint64_t count) { return count > 0; })) return {};
  return Error{Code::bad_input, "no pixel of the pictures to check with is of any class"};
}

}  // namespace

bool same_names(const core::ClassList& a, const core::ClassList& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& left, const auto& right) { return left.name == right.name; });
}

core::Result<Stores> open_stores(const TrainJob& job, size_t bytes_max, const Tell& tell,
                                 const Stops& stops, const core::Clock& clock) {
  auto training = evaluate::open_mapped_data_set(job.data, job.classes);
  if (!training) return training.error();
  auto validation = evaluate::open_mapped_data_set(
      job.validation.empty() ? job.data : job.validation, job.classes);
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
  auto first = SampleStore::open(*std::move(training), bytes_max, goes_on);
  auto second = SampleStore::open(*std::move(validation), bytes_max, goes_on);
  if (!first && !second && second.error().code != Code::closed) {
    return Error{first.error().code, first.error().message + "\n" + second.error().message};
  }
  if (!first) return first.error();
  if (!second) return second.error();
  if (!same_names(first->classes(), second->classes())) {
    return Error{Code::bad_input, "the pictures for validation have other classes"};
  }
  if (auto good = check_labels(*first, *second); !good) return good.error();
  return Stores{*std::move(first), *std::move(second)};
}

std::vector<std::string> notes_of(const Stores& stores) {
  std::set<std::string> doubts;  // both may be of one data set
  for (const auto* store : {&stores.training, &stores.validation}) {
    for (const auto& words : store->notes()) doubts.insert("careful: " + words);
  }
  if (const auto words = stores.training.labels().doubt(); !words.empty()) {
    doubts.insert("careful: in the pictures to learn from, " + words);
  }
  std::vector<std::string> notes{"pixels to learn from: " + stores.training.labels().words()};
  notes.insert(notes.end(), doubts.begin(), doubts.end());
  return notes;
}

}  // namespace fovea::train
