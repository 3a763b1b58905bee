#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/image.h"

namespace fovea::evaluate {

// What pages about models have in common (`fovea evaluate`, `fovea train`): HTML without any other
// file. Pure; threads: any.

// The beginning of a page, up to its style; `title` is text, `style` more CSS.
std::string page_head(const std::string& title, const std::string& style);

// A class by its colour and name, as the content of a table's cell.
std::string class_label(const core::ClassInfo& info);

// "65.3 %", or a dash.
std::string percent(const std::optional<double>& share);

// A picture inside the page.
std::string jpeg_image(std::string_view jpeg, const std::string& words);

}  // namespace fovea::evaluate
