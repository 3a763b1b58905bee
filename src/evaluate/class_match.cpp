#include "evaluate/class_match.h"

#include <fmt/format.h>

#include <algorithm>

namespace fovea::evaluate {

core::Result<ClassMatch> match_classes(const core::ClassList& model, const core::ClassList& data) {
  ClassMatch match{std::vector<int>(model.size(), ClassMatch::none), {}};
  for (size_t j = 0; j < data.size(); ++j) {
    bool known = false;
    for (size_t i = 0; i < model.size(); ++i) {
      if (model[i].name != data[j].name) continue;
      match.data_class[i] = static_cast<int>(j);
      known = true;
    }
    if (!known) match.unknown.push_back(data[j].name);
  }
  if (match.unknown.size() < data.size()) return match;
  return core::Error{
      core::Code::bad_input,
      fmt::format("no class of the model ({}, ...) is called as one of the data ({}, ...); "
                  "they are matched by name",
                  model.empty() ? "it has none" : model.front().name,
                  data.empty() ? "it has none" : data.front().name)};
}

}  // namespace fovea::evaluate
