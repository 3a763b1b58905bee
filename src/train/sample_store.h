#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "evaluate/data_set.h"
#include "evaluate/label_count.h"

namespace fovea::train {

// A data set whose samples stay in memory, up to a limit. Threads: one at a time after open().
class SampleStore {
 public:
  // Reads everything once, so that what is wrong is known before training begins. `progress` is
  // told before each sample. Errors: bad_input, io: the first ten samples that cannot be used, a
  // line each, and how many more; closed (`progress` said false).
  static core::Result<SampleStore> open(
      std::unique_ptr<evaluate::DataSet> data, size_t bytes_max,
      const std::function<bool(size_t done, size_t total)>& progress);

  const core::ClassList& classes() const { return data_->classes(); }
  size_t size() const { return data_->size(); }
  std::string name(size_t index) const { return data_->name(index); }
  core::Size first_size() const { return first_size_; }
  // Over all samples.
  const evaluate::LabelCount& labels() const { return labels_; }
  std::vector<std::string> notes() const { return data_->notes(); }

  core::Result<evaluate::Sample> read(size_t index);

 private:
  explicit SampleStore(std::unique_ptr<evaluate::DataSet> data)
      : data_(std::move(data)), labels_(data_->classes()) {}

  std::unique_ptr<evaluate::DataSet> data_;
  std::vector<std::optional<evaluate::Sample>> kept_;
  evaluate::LabelCount labels_;
  core::Size first_size_;
};

}  // namespace fovea::train
