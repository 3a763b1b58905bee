#pragma once

#include <string_view>

namespace fovea::core {

// The '@' that ends the user and the password of a URL whose authority begins at `authority`, right
// after "://"; npos: it has none. A blank or a quote ends the URL: more text may follow, as in a
// command. RFC 3986 wants '@', '/', '?' and '#' in a password encoded; people do not, so here a
// password may have them, unless what stands before the first of them could be a port.
size_t end_of_credentials(std::string_view text, size_t authority);

}  // namespace fovea::core
