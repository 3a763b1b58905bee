#include "infer/onnx_external.h"

#include <cstdint>
#include <istream>
#include <set>

namespace fovea::infer {

namespace {

// The messages of onnx.proto3 on the way from a model to its tensors.
enum class Message { none, model, graph, node, attribute, tensor, sparse, function, training };

constexpr uint64_t of_tensor_external_data = 13;
constexpr uint64_t of_tensor_data_location = 14;
constexpr uint64_t external = 1;
constexpr uint64_t of_entry_key = 1;
constexpr uint64_t of_entry_value = 2;
constexpr uint64_t text_bytes_max = 4096;  // of a key or a path
constexpr int depth_max = 100;             // graphs lie in attributes of nodes of graphs

Message inside(Message message, uint64_t field) {
  switch (message) {
    case Message::model:
      return field == 7    ? Message::graph
             : field == 20 ? Message::training
             : field == 25 ? Message::function
                           : Message::none;
    case Message::graph:
      return field == 1    ? Message::node
             : field == 5  ? Message::tensor
             : field == 15 ? Message::sparse
                           : Message::none;
    case Message::node: return field == 5 ? Message::attribute : Message::none;
    case Message::attribute:
      if (field == 5 || field == 10) return Message::tensor;
      if (field == 6 || field == 11) return Message::graph;
      return field == 22 || field == 23 ? Message::sparse : Message::none;
    case Message::sparse: return field == 1 || field == 2 ? Message::tensor : Message::none;
    case Message::function:
      return field == 7 ? Message::node : field == 11 ? Message::attribute : Message::none;
    case Message::training: return field == 1 || field == 2 ? Message::graph : Message::none;
    case Message::tensor:
    case Message::none: break;
  }
  return Message::none;
}

// Protocol Buffers on the wire: a field's number and kind, then a number or so many bytes.
enum class Kind { number = 0, eight = 1, bytes = 2, begin_group = 3, end_group = 4, four = 5 };

class Reader {
 public:
  explicit Reader(std::istream& in) : in_(in) {
    in_.seekg(0, std::ios::end);
    size_ = in_ ? uint64_t(in_.tellg()) : 0;
    in_.seekg(0);
  }

  void read() { walk(Message::model, size_, 0); }

  std::vector<std::string> files() const { return {files_.begin(), files_.end()}; }

 private:
  struct Tensor {
    std::set<std::string> locations;
    bool is_external = false;
  };

  bool number(uint64_t& value) {
    value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      const int byte = in_.get();
      if (byte == std::istream::traits_type::eof()) return false;
      ++at_;
      if (shift < 64) value |= uint64_t(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return true;
    }
    return false;
  }

  bool skip(uint64_t count) {
    if (count > size_ - at_) return false;
    at_ += count;
    in_.seekg(std::streamoff(at_));
    return bool(in_);
  }

  bool text(uint64_t count, std::string& value) {
    if (count > text_bytes_max) return skip(count);
    value.resize(count);
    in_.read(value.data(), std::streamsize(count));
    at_ += count;
    return bool(in_);
  }

  // False: what follows cannot be read.
  bool walk(Message message, uint64_t end, int depth) {
    Tensor tensor;
    bool good = depth < depth_max;
    while (good && at_ < end) {
      uint64_t tag = 0;
      good = number(tag) && field(message, tag >> 3, Kind(tag & 7), end, depth, tensor);
    }
    if (tensor.is_external) files_.insert(tensor.locations.begin(), tensor.locations.end());
    return good && at_ == end;
  }

  bool field(Message message, uint64_t name, Kind kind, uint64_t end, int depth, Tensor& tensor) {
    uint64_t value = 0;
    switch (kind) {
      case Kind::number:
        if (!number(value)) return false;
        if (message == Message::tensor && name == of_tensor_data_location) {
          tensor.is_external = value == external;
        }
        return true;
      case Kind::eight: return skip(8);
      case Kind::four: return skip(4);
      case Kind::begin_group:  // old, and nothing that ONNX has: what is in it means nothing
      case Kind::end_group: return true;
      case Kind::bytes: break;
      default: return false;
    }
    if (!number(value) || at_ > end || value > end - at_) return false;
    if (message == Message::tensor && name == of_tensor_external_data) {
      return entry(at_ + value, tensor);
    }
    const Message next = inside(message, name);
    return next == Message::none ? skip(value) : walk(next, at_ + value, depth + 1);
  }

  bool entry(uint64_t end, Tensor& tensor) {
    std::string key;
    std::string location;
    while (at_ < end) {
      uint64_t tag = 0;
      uint64_t count = 0;
      if (!number(tag) || Kind(tag & 7) != Kind::bytes || !number(count)) return false;
      if (at_ > end || count > end - at_) return false;
      const uint64_t name = tag >> 3;
      const bool known = name == of_entry_key || name == of_entry_value;
      if (!(known ? text(count, name == of_entry_key ? key : location) : skip(count))) return false;
    }
    if (key == "location") tensor.locations.insert(location);
    return at_ == end;
  }

  std::istream& in_;
  uint64_t size_ = 0;
  uint64_t at_ = 0;
  std::set<std::string> files_;
};

}  // namespace

std::vector<std::string> read_external_data(std::istream& model) {
  Reader reader(model);
  reader.read();
  return reader.files();
}

}  // namespace fovea::infer
