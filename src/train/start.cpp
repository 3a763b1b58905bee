#include "train/start.h"

#include <fmt/format.h>

#include <algorithm>

#include "learn/network_file.h"
#include "train/stores.h"

namespace fovea::train {

namespace {

using core::Code;
using core::Error;

// The rows of classes of the same name; the others stay as they are in `own`.
learn::Tensor map_rows(const learn::Tensor& from, const core::ClassList& from_classes,
                       learn::Tensor own, const core::ClassList& own_classes) {
  const size_t row = own.values.size() / own_classes.size();
  if (from.values.size() != row * from_classes.size()) return own;
  for (size_t to = 0; to < own_classes.size(); ++to) {
    for (size_t index = 0; index < from_classes.size(); ++index) {
      if (from_classes[index].name != own_classes[to].name) continue;
      std::copy_n(from.values.begin() + std::ptrdiff_t(index * row), row,
                  own.values.begin() + std::ptrdiff_t(to * row));
    }
  }
  return own;
}

core::Result<learn::NetworkFile> read_whole(const std::string& file) {
  auto network = learn::read_network(file);
  if (!network) return network;
  const auto made = learn::make_network(network->config);
  if (auto whole = learn::check_weights(made, network->tensors, "", false); !whole) {
    return whole.error().context(file);
  }
  return network;
}

}  // namespace

core::Status start_from(const std::string& file, TorchNetwork& network) {
  auto start = read_whole(file);
  if (!start) return start.error();
  if (start->config.width != network.config().width) {
    return Error{Code::bad_input,
                 fmt::format("{} has width {}, this network {}: take --width {}", file,
                             start->config.width, network.config().width, start->config.width)};
  }
  const auto own = network.weights(true);
  for (const char* name :
       {"classes.weight", "classes.bias", "auxiliary.weight", "auxiliary.bias"}) {
    const auto found = start->tensors.find(name);
    if (found == start->tensors.end()) continue;
    found->second =
        map_rows(found->second, start->config.classes, own.at(name), network.config().classes);
  }
  network.take(start->tensors, "");
  return {};
}

core::Result<std::unique_ptr<TorchNetwork>> open_teacher(const std::string& file,
                                                         const core::ClassList& classes) {
  const auto teacher = read_whole(file);
  if (!teacher) return teacher.error();
  if (!same_names(teacher->config.classes, classes)) {
    return Error{Code::bad_input, "the teacher " + file + " has other classes"};
  }
  auto network = std::make_unique<TorchNetwork>(teacher->config);
  network->take(teacher->tensors, "");
  return network;
}

}  // namespace fovea::train
