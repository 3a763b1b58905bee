#include "cli/infer_outputs.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "codec/jpeg.h"
#include "codec/overlay.h"
#include "codec/png.h"
#include "core/file.h"
#include "core/json.h"

namespace fovea::cli {

namespace fs = std::filesystem;
using core::Code;
using core::Error;
using core::Json;

namespace {

constexpr const char* mask_end = ".mask.png";
constexpr const char* overlay_end = ".overlay.jpg";
constexpr const char* summary_file = "summary.json";
constexpr const char* labels_file = "classes.yaml";
constexpr double mask_opacity = 0.55;
constexpr int overlay_quality = 90;
constexpr size_t summary_bytes_max = 256u << 20;

// None: there is no summary, or another program's.
std::optional<fs::file_time_type> time_of_summary(const fs::path& file) {
  const auto text = core::read_file(file.string(), summary_bytes_max);
  if (!text) return std::nullopt;
  const auto summary = core::parse_json_object(text->text(), {.bytes_max = summary_bytes_max});
  if (!summary || !summary->contains("model") || !summary->contains("inputs")) return std::nullopt;
  std::error_code failed;
  const auto time = fs::last_write_time(file, failed);
  return failed ? std::nullopt : std::optional(time);
}

double rounded(double value, double steps_per_unit) {
  return std::round(value * steps_per_unit) / steps_per_unit;
}

Json shares_of(const core::Image& mask, const core::ClassList& classes) {
  std::array<size_t, 256> counts{};
  for (const uint8_t pixel : mask.pixels.span()) ++counts[pixel];
  Json shares = Json::object();
  for (size_t index = 0; index < classes.size(); ++index) {
    if (counts[index] == 0) continue;
    shares[classes[index].name] = rounded(double(counts[index]) / double(mask.pixels.size()), 1e6);
  }
  return shares;
}

Json detection_json(const core::Detection& detection, const core::ClassList& classes,
                    int image_id) {
  const auto& info = classes.at(size_t(detection.class_index));
  const int category = info.category_id >= 0 ? info.category_id : detection.class_index;
  return {{"image_id", image_id},
          {"category_id", category},
          {"label", info.name},
          {"bbox",
           {rounded(detection.area.x, 100), rounded(detection.area.y, 100),
            rounded(detection.area.width, 100), rounded(detection.area.height, 100)}},
          {"score", rounded(detection.score, 1e5)}};
}

}  // namespace

InferOutputs::InferOutputs(std::string folder, infer::Manifest manifest)
    : folder_(std::move(folder)), manifest_(std::move(manifest)) {
  summary_["model"] = manifest_.name;
  summary_["inputs"] = Json::array();
}

core::Status InferOutputs::make_folder() {
  std::error_code failed;
  fs::create_directories(folder_, failed);
  if (failed) return Error{Code::io, "making the folder " + folder_ + ": " + failed.message()};
  if (fs::exists(fs::path(folder_) / labels_file, failed)) {
    return Error{Code::exists,
                 fmt::format("{} holds labelled pictures ({}): results there would replace their "
                             "masks; name another folder",
                             folder_, labels_file)};
  }
  earlier_run_ = time_of_summary(fs::path(folder_) / summary_file);
  return {};
}

// A file that is younger than the summary was changed by somebody after the run.
core::Status InferOutputs::check_file(const fs::path& file) const {
  std::error_code failed;
  if (!fs::exists(file, failed) || written_.contains(file.filename())) return {};
  const auto changed = fs::last_write_time(file, failed);
  if (!failed && earlier_run_ && changed <= *earlier_run_) return {};
  return Error{Code::exists,
               fmt::format("{} is there already, and not as an earlier run of 'fovea infer' left "
                           "it; name another folder, or remove it",
                           file.string())};
}

core::Status InferOutputs::check_free(const std::string& stem) const {
  for (const char* kind : {mask_end, overlay_end}) {
    if (auto free = check_file(fs::path(folder_) / (stem + kind)); !free) return free;
  }
  return check_file(fs::path(folder_) / summary_file);
}

core::Status InferOutputs::write(const std::string& name, std::string_view bytes) {
  const fs::path file = fs::path(folder_) / name;
  if (auto free = check_file(file); !free) return free;
  written_.insert(name);
  return core::replace_file(file.string(), bytes, {.lasts = false});
}

core::Status InferOutputs::add(const InferInput& input, int image_id, const std::string& stem,
                               const core::Image& frame, const infer::Prediction& prediction) {
  core::Image overlay = frame;
  Json shares = Json::object();
  if (prediction.segmentation) {
    const core::Image mask = codec::scale_class_map(prediction.segmentation->class_map,
                                                    prediction.segmentation->area, frame.size);
    auto png = codec::encode_png(mask);
    if (!png) return png.error();
    if (auto written = write(stem + mask_end, png->text()); !written) return written;
    overlay = codec::blend_class_map(overlay, mask, manifest_.classes, mask_opacity);
    shares = shares_of(mask, manifest_.classes);
  }
  if (!prediction.detections.empty()) {
    overlay = codec::draw_boxes(overlay, prediction.detections, manifest_.classes);
  }
  auto jpeg = codec::JpegEncoder().encode(overlay, overlay_quality);
  if (!jpeg) return jpeg.error();
  if (auto written = write(stem + overlay_end, jpeg->text()); !written) return written;
  for (const auto& detection : prediction.detections) {
    detections_.push_back(detection_json(detection, manifest_.classes, image_id));
  }
  summary_["inputs"].push_back({{"image_id", image_id},
                                {"file", input.file},
                                {"width", frame.size.width},
                                {"height", frame.size.height},
                                {"milliseconds", rounded(prediction.infer_ms, 1000)},
                                {"classes", std::move(shares)}});
  return {};
}

void InferOutputs::add_error(const InferInput& input, int image_id, const std::string& message) {
  summary_["errors"].push_back(
      {{"image_id", image_id}, {"file", input.file}, {"message", message}});
}

core::Status InferOutputs::finish() {
  const auto text = [](const Json& document) { return document.dump(2) + "\n"; };
  if (manifest_.task == infer::Task::detection) {
    if (auto written = write("detections.json", text(detections_)); !written) return written;
  }
  return write(summary_file, text(summary_));
}

}  // namespace fovea::cli
