#include "video/folder_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <vector>

#include "codec/jpeg.h"
#include "codec/png.h"
#include "core/file.h"
#include "core/ids.h"
#include "core/limits.h"
#include "video/pacer.h"

namespace fovea::video {

namespace {

namespace fs = std::filesystem;
using core::Code;
using core::Error;

constexpr double fps_default = 15;
constexpr size_t pictures_max = 1'000'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool has_picture_name(const fs::path& path) {
  const std::string extension = core::lower_extension(path);
  return extension == ".jpg" || extension == ".jpeg" || extension == ".png";
}

// A device or a pipe may never end.
bool is_picture(const fs::path& path) {
  std::error_code failed;
  return has_picture_name(path) && fs::is_regular_file(path, failed) && !is_class_map(path);
}

core::Result<std::vector<fs::path>> list_pictures(const fs::path& folder) {
  std::error_code failed;
  fs::directory_iterator entries(folder, failed);
  if (failed) {
    return Error{Code::not_found,
                 fmt::format("cannot open the folder {}: {}", folder.string(), failed.message())};
  }
  std::vector<fs::path> pictures;
  for (; entries != fs::directory_iterator(); entries.increment(failed)) {
    if (!is_picture(entries->path())) continue;
    if (pictures.size() == pictures_max) {
      return Error{Code::bad_input, fmt::format("the folder {} holds more than {} pictures",
                                                folder.string(), pictures_max)};
    }
    pictures.push_back(entries->path());
  }
  if (failed) return Error{Code::io, "reading " + folder.string() + ": " + failed.message()};
  if (pictures.empty()) {
    return Error{Code::bad_input, fmt::format("the folder {} holds no pictures (*.jpg, *.jpeg, "
                                              "*.png)",
                                              folder.string())};
  }
  std::sort(pictures.begin(), pictures.end(), [](const fs::path& left, const fs::path& right) {
    return name_less(left.filename().string(), right.filename().string());
  });
  return pictures;
}

// A whole check: a JPEG that is passed through must not be broken for everybody behind us.
core::Result<Picture::Content> load_picture(const fs::path& path, codec::JpegDecoder& decoder,
                                            bool check_whole) {
  auto data = core::read_file(path, core::limits::frame_bytes_max);
  if (!data) return data.error();
  if (core::lower_extension(path) == ".png") {
    auto image = codec::decode_png_rgb(data->span());
    if (!image) return image.error();
    return Picture::Content(std::move(*image));
  }
  auto info = codec::read_jpeg_info(data->span());
  if (!info) return info.error();
  if (check_whole) {
    auto image = decoder.decode_covering(data->span(), {1, 1}, core::PixelFormat::gray8);
    if (!image) return image.error();
  }
  core::EncodedPicture picture;
  picture.size = info->size;
  picture.data = std::move(*data);
  return Picture::Content(std::move(picture));
}

class FolderSource final : public Source {
 public:
  FolderSource(fs::path folder, std::vector<fs::path> pictures, const SourceOptions& options,
               const core::Context& context)
      : folder_(std::move(folder)),
        pictures_(std::move(pictures)),
        options_(options),
        context_(context),
        pacer_(fps(), context.clock),
        broken_count_(context.metrics.counter("fovea_source_pictures_broken_total",
                                              "Pictures that could not be read, skipped.")) {}

  core::Result<Picture> next(std::stop_token stop) override {
    size_t failed_count = 0;
    while (!stop.stop_requested()) {
      if (position_ == pictures_.size()) {
        if (!options_.loop) return Error{Code::closed, "the folder's last picture was shown"};
        if (auto again = start_again(); !again) return again.error();
      }
      const fs::path& path = pictures_[position_++];
      auto content = load_picture(path, decoder_, checked_.insert(path.string()).second);
      if (content) {
        if (options_.paced && !pacer_.wait(stop)) break;
        return Picture(context_.clock.now(), *std::move(content));
      }
      skip(path, content.error());
      if (++failed_count >= pictures_.size()) {
        return Error{Code::bad_input,
                     fmt::format("none of the {} pictures in {} can be read; the last one, {}: {}",
                                 pictures_.size(), folder_.string(), path.filename().string(),
                                 content.error().message)};
      }
    }
    return Error{Code::closed, "stopped"};
  }

  std::string description() const override {
    return fmt::format("folder {} ({} pictures, {:g} fps)", folder_.string(), pictures_.size(),
                       fps());
  }

 private:
  double fps() const { return options_.fps > 0 ? options_.fps : fps_default; }

  core::Status start_again() {
    auto pictures = list_pictures(folder_);
    if (!pictures) return pictures.error();
    pictures_ = std::move(*pictures);
    position_ = 0;
    forget_removed(checked_);
    forget_removed(named_);
    return {};
  }

  // A folder that others fill and clear has new names for ever.
  void forget_removed(std::set<std::string>& names) const {
    std::set<std::string> left;
    for (const auto& picture : pictures_) {
      if (auto known = names.extract(picture.string())) left.insert(std::move(known));
    }
    names = std::move(left);
  }

  void skip(const fs::path& path, const Error& error) {
    broken_count_.add();
    checked_.erase(path.string());  // it may be written anew; then it is looked at again
    if (named_.insert(path.string()).second) {
      context_.log.warning("skipping {}: {}", core::printable(path.string(), 300), error.message);
    }
  }

  const fs::path folder_;
  std::vector<fs::path> pictures_;
  const SourceOptions options_;
  const core::Context context_;
  Pacer pacer_;
  core::Counter& broken_count_;
  codec::JpegDecoder decoder_;
  size_t position_ = 0;
  std::set<std::string> checked_;  // decoded once as a test
  std::set<std::string> named_;    // in the log
};

}  // namespace

bool is_class_map(const fs::path& path) {
  constexpr std::string_view end = ".mask.png";
  const std::string name = path.filename().string();
  if (!name.ends_with(end)) return false;
  const std::string stem = name.substr(0, name.size() - end.size());
  std::error_code failed;
  for (const char* kind : {".jpg", ".jpeg", ".png", ".JPG", ".JPEG", ".PNG"}) {
    if (fs::exists(path.parent_path() / (stem + kind), failed)) return true;
  }
  return false;
}

bool name_less(const std::string& left, const std::string& right) {
  size_t i = 0;
  size_t j = 0;
  while (i < left.size() && j < right.size()) {
    if (!is_digit(left[i]) || !is_digit(right[j])) {
      if (left[i] != right[j]) return left[i] < right[j];
      ++i;
      ++j;
      continue;
    }
    while (i < left.size() && left[i] == '0') ++i;
    while (j < right.size() && right[j] == '0') ++j;
    size_t i_end = i;
    size_t j_end = j;
    while (i_end < left.size() && is_digit(left[i_end])) ++i_end;
    while (j_end < right.size() && is_digit(right[j_end])) ++j_end;
    if (i_end - i != j_end - j) return i_end - i < j_end - j;  // more digits: a larger number
    const int order = left.compare(i, i_end - i, right, j, j_end - j);
    if (order != 0) return order < 0;
    i = i_end;
    j = j_end;
  }
  if (i < left.size() || j < right.size()) return j < right.size();
  return left < right;  // "01" and "1": any fixed order
}

core::Result<std::unique_ptr<Source>> open_folder_source(const std::string& spec,
                                                         const SourceOptions& options,
                                                         const core::Context& context) {
  const fs::path folder = spec.substr(spec.find(':') + 1);
  auto pictures = list_pictures(folder);
  if (!pictures) return pictures.error();
  return std::unique_ptr<Source>(
      std::make_unique<FolderSource>(folder, std::move(*pictures), options, context));
}

}  // namespace fovea::video
