#pragma once

#include <cstddef>
#include <string_view>

namespace fovea::core {

// How many bytes from the begin are well-formed UTF-8: no overlong forms, no surrogates, nothing
// beyond U+10FFFF (RFC 3629). Pure; threads: any.
size_t utf8_length(std::string_view text);

// Whether all are.
bool is_utf8(std::string_view text);

}  // namespace fovea::core
