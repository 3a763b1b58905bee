#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace fovea::core {

// User and password of URLs: RFC 3986 wants '@', ':', '/', '?' and '#' in them encoded; people do
// not, so what is shown and what is read follow rules of their own. Pure; threads: any.

// The last '@' of a URL whose authority begins at `authority`, right after "://": whatever stands
// before it may be a password, however the URL is to be read. npos: there is none.
size_t end_of_credentials(std::string_view url, size_t authority);

// Whether the host stands before that '@' (of a path, or of a password that is read as one), so
// that it is not shown either.
bool hides_host(std::string_view url);

// `url` with "***" for what stands between "://" and its last '@'; without "://" up to the '@'.
std::string masked_url(std::string_view url);

// The same for each URL in a text such as a command; a blank or a quote ends a URL.
std::string masked_urls(std::string_view text);

// A user or password as it stands in a URL: all but letters, digits and "-._~" as %XX.
std::string encode_credentials(std::string_view text);

// Whether what stands before the '@' is read as user and password. Errors: bad_input, which says
// what is to be written instead of the '/', '?' or '#' that is in the way.
Status check_credentials(std::string_view url);

}  // namespace fovea::core
