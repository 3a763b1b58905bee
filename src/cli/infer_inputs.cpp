#include "cli/infer_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <span>

#include "codec/jpeg.h"
#include "codec/png.h"
#include "core/file.h"
#include "core/limits.h"
#include "video/folder_source.h"

namespace fovea::cli {

namespace fs = std::filesystem;
using core::Code;
using core::Error;

namespace {

constexpr size_t file_bytes_max = 256u << 20;  // of one picture

const std::vector<std::string> picture_kinds{".jpeg", ".jpg", ".png"};
const std::vector<std::string> video_kinds{".avi", ".h264", ".m4v", ".mkv", ".mov",
                                           ".mp4", ".mpg",  ".ts",  ".webm"};

bool is_kind(const fs::path& path, const std::vector<std::string>& kinds) {
  return std::find(kinds.begin(), kinds.end(), core::lower_extension(path)) != kinds.end();
}

core::Status add_folder(const fs::path& folder, std::vector<InferInput>& inputs) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (auto it = fs::directory_iterator(folder, failed); !failed && it != fs::directory_iterator();
       it.increment(failed)) {
    const bool plain = it->is_regular_file(failed);  // a pipe may never end
    if (plain && is_kind(it->path(), picture_kinds) && !video::is_class_map(it->path())) {
      files.push_back(it->path());
    }
    failed.clear();
  }
  if (failed) return Error{Code::io, "reading " + folder.string() + ": " + failed.message()};
  if (files.empty()) {
    return Error{Code::bad_input, "there is no picture (JPEG or PNG) in " + folder.string()};
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) inputs.push_back({file.string(), file.stem().string(), false});
  return {};
}

core::Status check_stems(const std::vector<InferInput>& inputs) {
  std::map<std::string, std::string> files;
  for (const auto& input : inputs) {
    const auto [entry, fresh] = files.emplace(input.stem, input.file);
    if (fresh) continue;
    return Error{Code::bad_input,
                 fmt::format("{} and {} would write the same files ({}.*); give them in two runs "
                             "with two output folders",
                             entry->second, input.file, input.stem)};
  }
  return {};
}

}  // namespace

core::Result<std::vector<InferInput>> expand_inputs(const std::vector<std::string>& arguments) {
  std::vector<InferInput> inputs;
  for (const auto& argument : arguments) {
    const fs::path path(argument);
    std::error_code failed;
    if (!fs::exists(path, failed)) return Error{Code::not_found, "there is no input " + argument};
    if (fs::is_directory(path, failed)) {
      if (auto added = add_folder(path, inputs); !added) return added.error();
      continue;
    }
    const bool video = is_kind(path, video_kinds);
    if (!video && is_kind(path, picture_kinds) && !fs::is_regular_file(path, failed)) {
      return Error{Code::bad_input, argument + " is not a plain file"};
    }
    if (!video && !is_kind(path, picture_kinds)) {
      return Error{Code::bad_input,
                   fmt::format("{} is neither a picture ({}) nor a video ({})", argument,
                               fmt::join(picture_kinds, ", "), fmt::join(video_kinds, ", "))};
    }
    inputs.push_back({argument, path.stem().string(), video});
  }
  if (auto checked = check_stems(inputs); !checked) return checked.error();
  return inputs;
}

core::Result<InferPicture> PictureReader::read(const std::string& file) {
  const auto data = core::read_file(file, file_bytes_max);
  if (!data) return data.error();
  return decode(data->span());
}

core::Result<InferPicture> PictureReader::decode(std::span<const uint8_t> data) {
  const bool png = data.size() > 4 && data[0] == 0x89 && data[1] == 'P' && data[2] == 'N';
  if (png) {
    const auto image = codec::decode_png_rgb(data);
    if (!image) return image.error();
    return InferPicture{*image, *image};
  }
  codec::JpegDecoder decoder;
  auto frame = decoder.decode(data);
  if (!frame) return frame.error();
  if (!cover_) return InferPicture{*frame, *frame};
  auto network = decoder.decode_covering(data, cover_(frame->size));
  if (!network) return network.error();
  return InferPicture{*frame, *network};
}

}  // namespace fovea::cli
