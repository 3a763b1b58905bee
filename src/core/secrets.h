#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace fovea::core {

// What ${NAME} of configurations and options put in: passwords, mostly. Whoever lets text out of
// the process that may repeat it (the log, a camera's state, --diagnose) passes it through
// masked(). A command makes one and shares it with all that need it. It grows with the names that
// are used, never with what happens. A value of one or two characters cannot be told from the text
// around it and is not masked; where its place is known (a source's SPEC, a URL) the text is shown
// as it was written. Threads: any.
class Secrets {
 public:
  void add(const std::string& name, const std::string& value);

  // `text` with "${NAME}" in place of each value, as it is or as it stands in a URL or in JSON, and
  // "***" for base64 of anything with a value in it.
  std::string masked(std::string text) const;

 private:
  struct Form {
    std::string text;
    std::string shown;
  };

  void add_form(const std::string& text, const std::string& shown);  // mutex_ is held
  std::string without_encoded(std::string text) const;

  mutable std::mutex mutex_;  // guards forms_
  std::vector<Form> forms_;   // the longest first, so that none hides a part of another
};

}  // namespace fovea::core
