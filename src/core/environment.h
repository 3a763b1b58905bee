#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/secrets.h"

namespace fovea::core {

// `text` with each ${NAME} replaced by the environment's value; "$$" stands for "$" before "{".
// A value that stands in the user or password of a URL is percent-encoded, so that it works
// whatever signs it has; one that is encoded already (there is a %XX in it, and nothing that would
// have to be one) stays as it is. In a command for the shell ("exec:...") other values are left to
// the shell, which takes none of them for a command; between single quotes, and in a URL, they are
// put in as the shell reads them there. Each value is added to `secrets`, where given.
// Errors: bad_input (NAME is not set, or the braces do not close).
Result<std::string> expand_environment(std::string_view text, Secrets* secrets = nullptr);

// What a program that we start finds in its environment, as NAME=VALUE: what programs need to run
// at all (PATH, HOME, LANG, TZ, ...), libraries' own settings, and Fovea's folders; not the rest of
// ours, in which passwords may stand.
std::vector<std::string> child_environment();

// The variables of ours beyond those that a command for the shell names itself, as $NAME or
// ${NAME}.
std::vector<std::string> variables_named_in(std::string_view command);

}  // namespace fovea::core
