#include "openvino/stored_model.h"

#include <sstream>

namespace fovea::openvino {

namespace {

constexpr size_t count_max = 1000;  // tensors, sides

void write(std::ostream& out, const std::vector<infer::TensorInfo>& tensors) {
  out << tensors.size() << '\n';
  for (const auto& tensor : tensors) {
    out << tensor.name.size() << ' ' << tensor.name << ' ' << tensor.type << ' '
        << tensor.shape.size();
    for (const int64_t side : tensor.shape) out << ' ' << side;
    out << '\n';
  }
}

bool read(std::istream& in, std::vector<infer::TensorInfo>& tensors) {
  size_t count = 0;
  if (!(in >> count) || count > count_max) return false;
  tensors.resize(count);
  for (auto& tensor : tensors) {
    size_t length = 0;
    size_t sides = 0;
    if (!(in >> length) || length > count_max * 10) return false;
    in.get();
    tensor.name.resize(length);
    in.read(tensor.name.data(), std::streamsize(length));
    if (!(in >> tensor.type >> sides) || sides > count_max) return false;
    tensor.shape.resize(sides);
    for (int64_t& side : tensor.shape) in >> side;
  }
  return bool(in);
}

}  // namespace

std::string pack(const StoredModel& stored) {
  std::ostringstream head;
  write(head, stored.shape.inputs);
  write(head, stored.shape.outputs);
  const std::string text = head.str();
  return std::to_string(text.size()) + '\n' + text + stored.blob;
}

core::Result<StoredModel> unpack(const std::string& payload) {
  StoredModel stored;
  const size_t line = payload.find('\n');
  std::istringstream first(payload.substr(0, line == std::string::npos ? 0 : line));
  size_t length = 0;
  if (first >> length && length <= payload.size() - line - 1) {
    std::istringstream head(payload.substr(line + 1, length));
    if (read(head, stored.shape.inputs) && read(head, stored.shape.outputs)) {
      stored.blob = payload.substr(line + 1 + length);
      return stored;
    }
  }
  return core::Error{core::Code::bad_input, "it is not in the form of this version"};
}

}  // namespace fovea::openvino
