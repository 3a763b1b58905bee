#include "infer/inspect.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/limits.h"
#include "infer/head.h"

namespace fovea::infer {

using core::Code;
using core::Error;

namespace {

std::string describe(const std::vector<TensorInfo>& tensors) {
  std::vector<std::string> parts;
  parts.reserve(tensors.size());
  for (const auto& tensor : tensors) parts.push_back(to_string(tensor));
  return parts.empty() ? "none" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string model_name(const std::filesystem::path& path) {
  const auto normal = path.has_filename() ? path : path.parent_path();
  std::string name = normal.stem().string().substr(0, core::limits::name_length_max);
  for (char& letter : name) {
    const bool known = (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
                       (letter >= 'A' && letter <= 'Z') || letter == '-' || letter == '_' ||
                       letter == '.';
    if (!known) letter = '_';
  }
  if (name.empty() || name.front() == '.') name.insert(0, "model");
  return name;
}

}  // namespace

core::Result<InputSpec> propose_input(const ModelShape& shape) {
  if (shape.inputs.size() == 1 && shape.inputs[0].shape.size() == 4) {
    const auto& sides = shape.inputs[0].shape;
    InputSpec input;
    input.nchw = sides[1] == 3 && sides[3] != 3;
    const int64_t height = input.nchw ? sides[2] : sides[1];
    const int64_t width = input.nchw ? sides[3] : sides[2];
    const bool picture = input.nchw || sides[3] == 3;
    if (picture && (width < 1 || height < 1)) {
      return Error{Code::bad_input,
                   fmt::format("the model's input {} leaves the size open; write a manifest that "
                               "gives 'input.width' and 'input.height'",
                               to_string(shape.inputs[0]))};
    }
    if (picture) {
      input.size = {int(width), int(height)};
      const bool whole = shape.inputs[0].type == "u8";
      if (!whole && input.nchw) {
        input.mean = {123.675, 116.28, 103.53};
        input.scale = {58.395, 57.12, 57.375};
      } else if (!whole) {
        input.mean = {127.5, 127.5, 127.5};
        input.scale = {127.5, 127.5, 127.5};
      }
      return input;
    }
  }
  return Error{Code::bad_input,
               fmt::format("a model with one input [1,H,W,3] or [1,3,H,W] is expected, but this "
                           "one takes {}",
                           describe(shape.inputs))};
}

core::Result<Manifest> propose_manifest(const std::string& path, const ModelShape& shape) {
  auto input = propose_input(shape);
  if (!input) return input.error();
  for (const HeadDecoder* decoder : heads()) {
    auto manifest = decoder->propose(shape, *input);
    if (!manifest) continue;
    const std::filesystem::path file(path);
    manifest->name = model_name(file);
    manifest->version = "0";
    manifest->file = (file.has_filename() ? file : file.parent_path()).filename().string();
    return *manifest;
  }
  return Error{Code::bad_input,
               fmt::format("no known head has the outputs {} (input {}); write a manifest",
                           describe(shape.outputs), describe(shape.inputs))};
}

core::Status check_input(const InputSpec& input, const ModelShape& shape) {
  const std::vector<int64_t> wanted =
      input.nchw ? std::vector<int64_t>{1, 3, input.size.height, input.size.width}
                 : std::vector<int64_t>{1, input.size.height, input.size.width, 3};
  const bool fits = shape.inputs.size() == 1 && shape.inputs[0].shape.size() == wanted.size() &&
                    std::equal(wanted.begin(), wanted.end(), shape.inputs[0].shape.begin(),
                               [](int64_t want, int64_t has) { return has < 0 || has == want; });
  if (fits) return {};
  return Error{
      Code::bad_input,
      fmt::format("the manifest's input is {} [{}], but the model takes {}; correct "
                  "'input'",
                  input.nchw ? "nchw" : "nhwc", fmt::join(wanted, ","), describe(shape.inputs))};
}

}  // namespace fovea::infer
