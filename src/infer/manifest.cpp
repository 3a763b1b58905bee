#include "infer/manifest.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/json_reader.h"
#include "core/limits.h"
#include "infer/class_lists.h"

namespace fovea::infer {

using core::Json;
using core::JsonReader;

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
  const std::string text = reader.text("colour", 7);
  const auto colour = parse_colour(text);
  if (!colour || !is_hex(text.substr(1))) {
    reader.fail("colour", "must be like \"#1f77b4\", in lower case");
    return {};
  }
  return *colour;
}

void read_triple(JsonReader& reader, const char* key, std::array<double, 3>& values) {
  const Json* list = reader.optional_list(key);
  if (!list) return;
  if (list->size() != 3) return reader.fail(key, "must be three numbers, one per channel");
  for (size_t channel = 0; channel < 3; ++channel) {
    const Json& value = (*list)[channel];
    if (!value.is_number() || std::abs(value.get<double>()) > value_max) {
      return reader.fail(key, "must be three numbers, one per channel");
    }
    values[channel] = value.get<double>();
  }
}

core::Result<InputSpec> read_input(const Json& object) {
  JsonReader reader(object, "input.");
  InputSpec input;
  const int side_max = 8192;
  input.size.width = int(reader.integer("width", 1, side_max));
  input.size.height = int(reader.integer("height", 1, side_max));
  input.nchw = reader.choice("layout", layout_words) == 1;
  input.bgr = reader.optional_choice("colour", colour_words).value_or(0) == 1;
  input.resize = Resize(reader.optional_choice("resize", resize_words).value_or(0));
  input.padding = int(reader.optional_integer("padding", 0, 255).value_or(114));
  read_triple(reader, "mean", input.mean);
  read_triple(reader, "scale", input.scale);
  for (const double scale : input.scale) {
    if (std::abs(scale) < 1e-9) reader.fail("scale", "must not be zero");
  }
  if (auto done = reader.finish(); !done) return done.error();
  return input;
}

core::Result<core::ClassList> read_classes(const Json& list, size_t count_max) {
  if (list.size() > count_max) {
    return core::Error{
        core::Code::bad_input,
        fmt::format("{} classes are more than the limit of {}", list.size(), count_max)};
  }
  core::ClassList classes;
  for (const Json& item : list) {
    JsonReader reader(item, fmt::format("classes[{}].", classes.size()));
    core::ClassInfo info;
    info.name = reader.filled_text("name", 100);
    info.colour = read_colour(reader);
    info.category_id = int(reader.optional_integer("category_id", -1, 1000000).value_or(-1));
    if (auto done = reader.finish(); !done) return done.error();
    classes.push_back(std::move(info));
  }
  return classes;
}

void read_metrics(JsonReader& reader, std::map<std::string, double>& metrics) {
  const Json* object = reader.optional_object("metrics");
  if (!object) return;
  if (object->size() > metrics_max) return reader.fail("metrics", "are too many");
  for (const auto& [name, value] : object->items()) {
    if (!value.is_number()) return reader.fail("metrics", "must be numbers");
    metrics[name] = value.get<double>();
  }
}

void read_identity(JsonReader& reader, Manifest& manifest) {
  manifest.name = reader.filled_text("name", core::limits::name_length_max);
  if (!is_model_name(manifest.name)) {
    reader.fail("name", "may hold letters, digits, '.', '_' and '-' and starts with no '.'");
  }
  manifest.version = reader.filled_text("version", core::limits::name_length_max);
  manifest.file = reader.filled_text("file", 255);
  if (!is_plain_file_name(manifest.file)) {
    reader.fail("file", "must be the plain name of a file beside the manifest");
  }
  manifest.sha256 = reader.optional_text("sha256", 64).value_or("");
  if (!manifest.sha256.empty() && (manifest.sha256.size() != 64 || !is_hex(manifest.sha256))) {
    reader.fail("sha256", "must be 64 hexadecimal digits in lower case");
  }
  manifest.licence = reader.optional_text("licence", text_length_max).value_or("");
  manifest.training_data = reader.optional_text("training_data", text_length_max).value_or("");
  manifest.source = reader.optional_text("source", text_length_max).value_or("");
  manifest.parent = reader.optional_text("parent", text_length_max).value_or("");
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
  auto parsed = core::parse_json_object(text);
  if (!parsed) return parsed.error();
  JsonReader reader(*parsed);
  Manifest manifest;
  read_identity(reader, manifest);
  manifest.task = Task(reader.choice("task", task_words));
  manifest.head = Head(reader.choice("head", head_words));
  const Json& input = reader.object("input");
  const Json* classes = manifest.task == Task::classification ? reader.optional_list("classes")
                                                              : &reader.list("classes");
  if (auto done = reader.finish(); !done) return done.error();
  if (task_of(manifest.head) != manifest.task) {
    return core::Error{core::Code::bad_input,
                       fmt::format("the head '{}' does not belong to the task '{}' but to '{}'",
                                   to_string(manifest.head), to_string(manifest.task),
                                   to_string(task_of(manifest.head)))};
  }
  auto spec = read_input(input);
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
    return core::Error{core::Code::bad_input, "'classes' must name at least one class"};
  }
  return manifest;
}

std::string to_json(const Manifest& manifest) {
  const InputSpec& input = manifest.input;
  Json object{{"name", manifest.name},
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
  object["classes"] = Json::array();
  for (const auto& info : manifest.classes) {
    Json item{{"name", info.name}, {"colour", hex(info.colour)}};
    if (info.category_id >= 0) item["category_id"] = info.category_id;
    object["classes"].push_back(std::move(item));
  }
  if (!manifest.licence.empty()) object["licence"] = manifest.licence;
  if (!manifest.training_data.empty()) object["training_data"] = manifest.training_data;
  if (!manifest.source.empty()) object["source"] = manifest.source;
  if (!manifest.parent.empty()) object["parent"] = manifest.parent;
  if (!manifest.metrics.empty()) object["metrics"] = manifest.metrics;
  return object.dump(2) + "\n";
}

}  // namespace fovea::infer
