#include "infer/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/limits.h"
#include "infer/class_lists.h"
#include "infer/json_reader.h"

namespace fovea::infer {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

// In the order of the enums.
const std::vector<std::string> task_words{"segmentation", "detection", "classification"};
const std::vector<std::string> head_words{"class_map", "logits_nchw", "logits_nhwc", "yolox",
                                          "scores"};
const std::vector<std::string> resize_words{"stretch", "letterbox_top_left", "letterbox_centre"};
const std::vector<std::string> layout_words{"nhwc", "nchw"};
const std::vector<std::string> colour_words{"rgb", "bgr"};

constexpr size_t metrics_max = 64;
constexpr size_t text_length_max = 4096;
constexpr size_t classifier_classes_max = 10000;
constexpr double value_max = 1e6;  // of mean and scale

Task task_of(Head head) {
  switch (head) {
    case Head::class_map:
    case Head::logits_nchw:
    case Head::logits_nhwc: return Task::segmentation;
    case Head::yolox: return Task::detection;
    case Head::scores: break;
  }
  return Task::classification;
}

bool is_hex(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char letter) {
    return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
  });
}

bool is_model_name(const std::string& text) {
  return !text.empty() && text.front() != '.' &&
         std::all_of(text.begin(), text.end(), [](unsigned char letter) {
           return (std::isalnum(letter) && letter < 128) || letter == '.' || letter == '_' ||
                  letter == '-';
         });
}

bool is_plain_file_name(const std::string& text) {
  return text != "." && text != ".." && text.find('/') == std::string::npos &&
         text.find('\\') == std::string::npos && text.find('\0') == std::string::npos;
}

core::Colour read_colour(JsonReader& reader) {
  const std::string text = reader.text("colour", 7, true);
  const auto colour = parse_colour(text);
  if (!colour || !is_hex(text.substr(1))) {
    reader.fail("colour", "must be like \"#1f77b4\", in lower case");
    return {};
  }
  return *colour;
}

void read_triple(JsonReader& reader, const char* key, std::array<double, 3>& values) {
  const json* list = reader.array(key, false);
  if (!list) return;
  if (list->size() != 3) return reader.fail(key, "must be three numbers, one per channel");
  for (size_t channel = 0; channel < 3; ++channel) {
    const json& value = (*list)[channel];
    if (!value.is_number() || std::abs(value.get<double>()) > value_max) {
      return reader.fail(key, "must be three numbers, one per channel");
    }
    values[channel] = value.get<double>();
  }
}

core::Result<InputSpec> read_input(const json& object) {
  JsonReader reader(object, "input.");
  InputSpec input;
  const int side_max = 8192;
  input.size.width = reader.integer("width", 1, side_max, {});
  input.size.height = reader.integer("height", 1, side_max, {});
  input.nchw = reader.choice("layout", layout_words, {}) == 1;
  input.bgr = reader.choice("colour", colour_words, 0) == 1;
  input.resize = Resize(std::max(0, reader.choice("resize", resize_words, 0)));
  input.padding = reader.integer("padding", 0, 255, 114);
  read_triple(reader, "mean", input.mean);
  read_triple(reader, "scale", input.scale);
  for (const double scale : input.scale) {
    if (std::abs(scale) < 1e-9) reader.fail("scale", "must not be zero");
  }
  if (auto done = reader.finish(); !done) return done.error();
  return input;
}

core::Result<core::ClassList> read_classes(const json& list, size_t count_max) {
  if (list.size() > count_max) {
    return core::Error{
        core::Code::bad_input,
        fmt::format("classes: {} are more than the limit of {}", list.size(), count_max)};
  }
  core::ClassList classes;
  for (const json& item : list) {
    JsonReader reader(item, fmt::format("classes[{}].", classes.size()));
    core::ClassInfo info;
    info.name = reader.text("name", 100, true);
    info.colour = read_colour(reader);
    info.category_id = reader.integer("category_id", -1, 1000000, -1);
    if (auto done = reader.finish(); !done) return done.error();
    classes.push_back(std::move(info));
  }
  return classes;
}

void read_metrics(JsonReader& reader, std::map<std::string, double>& metrics) {
  const json* object = reader.object("metrics", false);
  if (!object) return;
  if (object->size() > metrics_max) return reader.fail("metrics", "are too many");
  for (const auto& [name, value] : object->items()) {
    if (!value.is_number()) return reader.fail("metrics", "must be numbers");
    metrics[name] = value.get<double>();
  }
}

void read_identity(JsonReader& reader, Manifest& manifest) {
  manifest.name = reader.text("name", core::limits::name_length_max, true);
  if (!is_model_name(manifest.name)) {
    reader.fail("name", "may hold letters, digits, '.', '_' and '-' and starts with no '.'");
  }
  manifest.version = reader.text("version", core::limits::name_length_max, true);
  manifest.file = reader.text("file", 255, true);
  if (!is_plain_file_name(manifest.file)) {
    reader.fail("file", "must be the plain name of a file beside the manifest");
  }
  manifest.sha256 = reader.text("sha256", 64, false);
  if (!manifest.sha256.empty() && (manifest.sha256.size() != 64 || !is_hex(manifest.sha256))) {
    reader.fail("sha256", "must be 64 hexadecimal digits in lower case");
  }
  manifest.licence = reader.text("licence", text_length_max, false);
  manifest.training_data = reader.text("training_data", text_length_max, false);
  manifest.source = reader.text("source", text_length_max, false);
  manifest.parent = reader.text("parent", text_length_max, false);
  read_metrics(reader, manifest.metrics);
}

std::string hex(core::Colour colour) {
  return fmt::format("#{:02x}{:02x}{:02x}", colour.red, colour.green, colour.blue);
}

}  // namespace

const char* to_string(Task task) { return task_words[size_t(task)].c_str(); }
const char* to_string(Head head) { return head_words[size_t(head)].c_str(); }
const char* to_string(Resize resize) { return resize_words[size_t(resize)].c_str(); }

core::Result<Manifest> parse_manifest(std::string_view text) {
  auto parsed = parse_json(text);
  if (!parsed) return parsed.error();
  JsonReader reader(*parsed, "");
  Manifest manifest;
  read_identity(reader, manifest);
  manifest.task = Task(std::max(0, reader.choice("task", task_words, {})));
  manifest.head = Head(std::max(0, reader.choice("head", head_words, {})));
  const json* input = reader.object("input", true);
  const json* classes = reader.array("classes", manifest.task != Task::classification);
  if (auto done = reader.finish(); !done) return done.error();
  if (task_of(manifest.head) != manifest.task) {
    return core::Error{core::Code::bad_input,
                       fmt::format("head: '{}' does not belong to the task '{}' but to '{}'",
                                   to_string(manifest.head), to_string(manifest.task),
                                   to_string(task_of(manifest.head)))};
  }
  auto spec = read_input(*input);
  if (!spec) return spec.error();
  manifest.input = *spec;
  const bool classifier = manifest.task == Task::classification;
  if (classes) {
    auto list =
        read_classes(*classes, classifier ? classifier_classes_max : core::limits::classes_max);
    if (!list) return list.error();
    manifest.classes = std::move(*list);
  }
  if (manifest.classes.empty() && !classifier) {
    return core::Error{core::Code::bad_input, "classes: at least one class is needed"};
  }
  return manifest;
}

std::string to_json(const Manifest& manifest) {
  const InputSpec& input = manifest.input;
  ordered_json object{{"name", manifest.name},
                      {"version", manifest.version},
                      {"task", to_string(manifest.task)},
                      {"head", to_string(manifest.head)},
                      {"file", manifest.file}};
  if (!manifest.sha256.empty()) object["sha256"] = manifest.sha256;
  object["input"] = {{"width", input.size.width},
                     {"height", input.size.height},
                     {"layout", layout_words[input.nchw]},
                     {"colour", colour_words[input.bgr]},
                     {"resize", to_string(input.resize)},
                     {"padding", input.padding},
                     {"mean", input.mean},
                     {"scale", input.scale}};
  object["classes"] = ordered_json::array();
  for (const auto& info : manifest.classes) {
    ordered_json item{{"name", info.name}, {"colour", hex(info.colour)}};
    if (info.category_id >= 0) item["category_id"] = info.category_id;
    object["classes"].push_back(std::move(item));
  }
  if (!manifest.licence.empty()) object["licence"] = manifest.licence;
  if (!manifest.training_data.empty()) object["training_data"] = manifest.training_data;
  if (!manifest.source.empty()) object["source"] = manifest.source;
  if (!manifest.parent.empty()) object["parent"] = manifest.parent;
  if (!manifest.metrics.empty()) object["metrics"] = manifest.metrics;
  return object.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace fovea::infer
