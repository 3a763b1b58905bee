#include "evaluate/data_set.h"

#include <fmt/format.h>

#include <charconv>
#include <random>

#include "core/ids.h"
#include "evaluate/paired_data.h"
#include "video/scene.h"
#include "video/scene_classes.h"

namespace fovea::evaluate {

namespace {

using core::Code;
using core::Error;

constexpr size_t frames_max = 1'000'000;

// Within an hour of the hall: everything that moves comes round in that time.
double time_of(uint32_t seed) {
  std::mt19937 random(seed);
  return 10 + 3590 * (random() / 4294967296.0);
}

class Synthetic final : public DataSet {
 public:
  static core::Result<std::unique_ptr<DataSet>> open(const std::string& text) {
    const Error wrong{Code::bad_input,
                      "synthetic: takes the first and the last seed, such as synthetic:100-149, "
                      "and may go on with ?shift=night; not '" +
                          core::printable(text) + "'"};
    std::unique_ptr<Synthetic> data(new Synthetic);
    const char* end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, data->first_);
    if (first.ec != std::errc() || first.ptr == end || *first.ptr != '-') return wrong;
    const auto last = std::from_chars(first.ptr + 1, end, data->last_);
    if (last.ec != std::errc() || data->last_ < data->first_) return wrong;
    if (last.ptr != end && *last.ptr != '?') return wrong;
    if (data->size() > frames_max) {
      return Error{Code::bad_input, fmt::format("synthetic: has at most {} frames", frames_max)};
    }
    const auto options = video::parse_scene_options("1" + std::string(last.ptr, end));
    if (!options) return options.error();
    data->options_ = *options;
    return std::unique_ptr<DataSet>(std::move(data));
  }

  const core::ClassList& classes() const override { return video::scene_classes(); }
  size_t size() const override { return size_t(last_ - first_) + 1; }
  std::string name(size_t index) const override {
    return fmt::format("seed {}", first_ + uint32_t(index));
  }

  core::Result<Sample> read(size_t index) override {
    video::SceneOptions options = options_;
    options.seed = first_ + uint32_t(index);
    auto frame = video::render(options, time_of(options.seed), video::scene_default_size);
    if (!frame) return frame.error().context(name(index));
    return Sample{std::move(frame->picture), std::move(frame->truth.class_map)};
  }

 private:
  uint32_t first_ = 0;
  uint32_t last_ = 0;
  video::SceneOptions options_;
};

}  // namespace

core::Result<std::unique_ptr<DataSet>> open_data_set(const std::string& spec) {
  const size_t colon = spec.find(':');
  const std::string kind = spec.substr(0, colon);
  const std::string rest = colon == std::string::npos ? "" : spec.substr(colon + 1);
  if (kind == "camvid" && !rest.empty()) return open_camvid(rest);
  if (kind == "folder" && !rest.empty()) return open_folder(rest);
  if (kind == "synthetic" && !rest.empty()) return Synthetic::open(rest);
  return Error{Code::bad_input,
               "data is camvid:DIR/SPLIT, folder:DIR or synthetic:FIRST-LAST (for "
               "detectors coco:PICTURES:ANNOTATIONS.json), not '" +
                   core::printable(spec) + "'"};
}

}  // namespace fovea::evaluate
