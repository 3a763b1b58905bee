#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "video/source.h"

namespace fovea::video {

// Opens `folder:PATH`: the JPEG and PNG pictures of a folder in the order of their names (image2
// before image10; class maps beside them, x.mask.png, are none), paced at the options' rate (15),
// again from the start at the end where the options say so. JPEG is passed through untouched. A
// picture that cannot be read is skipped, counted (fovea_source_pictures_broken_total) and named in
// the log once. The list is read at opening and whenever the source starts again at the first
// picture. Errors: not_found (no such folder), bad_input (it holds no pictures, or none that can be
// read).
core::Result<std::unique_ptr<Source>> open_folder_source(const std::string& spec,
                                                         const SourceOptions& options,
                                                         const core::Context& context);

// Whether a file is called x.mask.png and there is a picture x beside it: a mask that somebody
// drew, or that `fovea infer` made.
bool is_class_map(const std::filesystem::path& path);

// Orders names as people do: runs of digits by their value, the rest by bytes.
bool name_less(const std::string& left, const std::string& right);

}  // namespace fovea::video
