#include "bench/picture_folder.h"

#include <algorithm>
#include <vector>

namespace fovea::bench {

namespace fs = std::filesystem;

core::Result<std::unique_ptr<PictureFolder>> PictureFolder::make(const std::string& source,
                                                                 size_t count) {
  std::vector<fs::path> pictures;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(source, failed)) {
    const auto kind = entry.path().extension();
    if (kind == ".jpg" || kind == ".jpeg") pictures.push_back(fs::absolute(entry.path(), failed));
  }
  if (pictures.empty()) {
    return core::Error{core::Code::bad_input, "there are no JPEG pictures in '" + source + "'"};
  }
  std::sort(pictures.begin(), pictures.end());
  auto made = core::TemporaryDirectory::make("fovea-bench");
  if (!made) return made.error();
  count = std::min(count, pictures.size());
  std::unique_ptr<PictureFolder> folder(new PictureFolder(*std::move(made), count));
  for (size_t i = 0; i < count; ++i) {
    const auto& picture = pictures[i * pictures.size() / count];
    fs::create_symlink(picture, folder->folder_.path() / picture.filename(), failed);
    if (failed) return core::Error{core::Code::io, "linking pictures: " + failed.message()};
  }
  return folder;
}

}  // namespace fovea::bench
