#include "core/yaml_reader.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <deque>
#include <iterator>
#include <set>
#include <sstream>

#include "core/file.h"
#include "core/ids.h"
#include "core/limits.h"
#include "core/utf8.h"

namespace fovea::core {

namespace {

int line_of(const YAML::Node& node) { return node.Mark().line + 1; }

bool is_set(const YAML::Node& node) { return node.IsDefined() && !node.IsNull(); }

std::string quoted(const YAML::Node& node) {
  if (node.IsScalar()) return "'" + printable(node.Scalar()) + "'";
  return node.IsMap() ? "a map" : "a list";
}

template <typename Number>
std::optional<Number> parse_number(const std::string& text) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [rest, failed] = std::from_chars(text.data(), end, value);
  if (failed != std::errc() || rest != end) return std::nullopt;
  return value;
}

std::optional<bool> parse_flag(const std::string& text) {
  if (text == "true" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "no" || text == "off") return false;
  return std::nullopt;
}

// yaml-cpp would say "yaml-cpp: error at line 3, column 7: ...".
Error syntax_error(const std::string& name, const YAML::Exception& wrong) {
  return {Code::bad_input,
          fmt::format("{}:{}: not valid YAML: {}", name, wrong.mark.line + 1, wrong.msg)};
}

}  // namespace

struct YamlMap::State {
  YAML::Node node;  // a map, or null for an absent one
  std::set<std::string> asked;
  std::string path;  // "cameras[2].": what stands before a key in messages
};

struct YamlMap::Document {
  struct Problem {
    int line;
    std::string message;
  };

  std::string name;
  std::deque<State> maps;  // of every map that was handed out
  std::vector<Problem> problems;
  std::shared_ptr<Secrets> secrets;

  State* add(const YAML::Node& node, std::string path) {
    for (State& known : maps) {  // asked for again: its keys count together
      if (node.IsMap() && known.node.is(node)) return &known;
    }
    // A doubled key would silently lose one of its values.
    std::set<std::string> keys;
    if (node.IsMap()) {
      for (const auto& entry : node) {
        const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "?";
        if (!keys.insert(key).second) {
          report(line_of(entry.first),
                 fmt::format("key '{}{}' stands here a second time", path, printable(key)));
        }
      }
    }
    return &maps.emplace_back(State{node, {}, std::move(path)});
  }

  void report(int line, std::string message) {
    problems.push_back({line, secrets->masked(std::move(message))});
  }

  std::vector<Problem> unknown_keys() const {
    std::vector<Problem> unknown;
    for (const State& map : maps) {
      if (!map.node.IsMap()) continue;
      for (const auto& entry : map.node) {
        const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "?";
        if (map.asked.count(key)) continue;
        const std::string near = nearest(key, {map.asked.begin(), map.asked.end()});
        std::string message = fmt::format("unknown key '{}{}'", map.path, printable(key));
        if (!near.empty()) {
          message += fmt::format(" (did you mean '{}'?)", near);
        } else {
          message += fmt::format(" (known here: {})", fmt::join(map.asked, ", "));
        }
        unknown.push_back({line_of(entry.first), std::move(message)});
      }
    }
    return unknown;
  }
};

namespace {

// The value under `key` without creating it; undefined if absent.
YAML::Node find(const YAML::Node& map, std::string_view key) {
  if (map.IsMap()) {
    for (const auto& entry : map) {
      if (entry.first.IsScalar() && entry.first.Scalar() == key) return entry.second;
    }
  }
  return YAML::Node(YAML::NodeType::Undefined);
}

}  // namespace

YamlMap::YamlMap(std::shared_ptr<Document> document, State* state)
    : document_(std::move(document)), state_(state) {}

bool YamlMap::has(std::string_view key) const { return is_set(find(state_->node, key)); }

int YamlMap::line() const { return state_->node.IsMap() ? line_of(state_->node) : 0; }

int YamlMap::line(std::string_view key) const {
  const YAML::Node value = find(state_->node, key);
  return value.IsDefined() ? line_of(value) : line();
}

void YamlMap::problem(std::string_view key, const std::string& message) {
  document_->report(line(key),
                    key.empty() ? message : fmt::format("'{}{}' {}", state_->path, key, message));
}

std::optional<std::string> YamlMap::optional_text(const std::string& key) {
  state_->asked.insert(key);
  const YAML::Node value = find(state_->node, key);
  if (!is_set(value)) return std::nullopt;
  if (value.IsScalar()) return value.Scalar();
  problem(key, "must be a text, not " + quoted(value));
  return std::nullopt;
}

std::string YamlMap::text(const std::string& key, std::string otherwise) {
  return optional_text(key).value_or(std::move(otherwise));
}

std::string YamlMap::text_with_environment(const std::string& key, std::string otherwise) {
  const auto raw = optional_text(key);
  if (!raw) return otherwise;
  auto expanded = expand_environment(*raw, document_->secrets.get());
  if (expanded) return *expanded;
  problem(key, "cannot be used: " + expanded.error().message);
  return otherwise;
}

std::shared_ptr<const Secrets> YamlMap::secrets() const { return document_->secrets; }

bool YamlMap::flag(const std::string& key, bool otherwise) {
  state_->asked.insert(key);
  const YAML::Node value = find(state_->node, key);
  if (!is_set(value)) return otherwise;
  const auto parsed = value.IsScalar() ? parse_flag(value.Scalar()) : std::nullopt;
  if (!parsed) problem(key, "must be true or false, not " + quoted(value));
  return parsed.value_or(otherwise);
}

int64_t YamlMap::integer(const std::string& key, int64_t otherwise, int64_t min, int64_t max) {
  state_->asked.insert(key);
  const YAML::Node value = find(state_->node, key);
  if (!is_set(value)) return otherwise;
  const auto parsed = value.IsScalar() ? parse_number<int64_t>(value.Scalar()) : std::nullopt;
  if (parsed && *parsed >= min && *parsed <= max) return *parsed;
  if (!parsed) {
    problem(key, "must be a whole number, not " + quoted(value));
  } else {
    problem(key, fmt::format("must be {} to {}, not {}", min, max, *parsed));
  }
  return otherwise;
}

std::optional<double> YamlMap::optional_number(const std::string& key, double min, double max) {
  state_->asked.insert(key);
  const YAML::Node value = find(state_->node, key);
  if (!is_set(value)) return std::nullopt;
  const auto parsed = value.IsScalar() ? parse_number<double>(value.Scalar()) : std::nullopt;
  if (parsed && *parsed >= min && *parsed <= max) return parsed;
  if (!parsed || *parsed != *parsed) {
    problem(key, "must be a number, not " + quoted(value));
  } else {
    problem(key, fmt::format("must be {} to {}, not {}", min, max, *parsed));
  }
  return std::nullopt;
}

double YamlMap::number(const std::string& key, double otherwise, double min, double max) {
  return optional_number(key, min, max).value_or(otherwise);
}

std::string YamlMap::choice(const std::string& key, const std::vector<std::string>& choices,
                            std::string otherwise) {
  const auto value = optional_text(key);
  if (!value) return otherwise;
  if (std::find(choices.begin(), choices.end(), *value) != choices.end()) return *value;
  problem(key,
          fmt::format("must be one of {}, not '{}'", fmt::join(choices, ", "), printable(*value)));
  return otherwise;
}

std::vector<std::string> YamlMap::texts(const std::string& key) {
  state_->asked.insert(key);
  const YAML::Node value = find(state_->node, key);
  std::vector<std::string> found;
  if (!is_set(value)) return found;
  if (!value.IsSequence()) {
    problem(key, "must be a list, not " + quoted(value));
    return found;
  }
  for (const auto& element : value) {
    if (element.IsScalar()) {
      found.push_back(element.Scalar());
    } else {
      document_->report(line_of(element), fmt::format("'{}{}' must be a list of texts, not of {}",
                                                      state_->path, key, quoted(element)));
    }
  }
  return found;
}

std::vector<std::vector<double>> YamlMap::number_lists(const std::string& key) {
  state_->asked.insert(key);
  const YAML::Node value = find(state_->node, key);
  std::vector<std::vector<double>> lists;
  if (!is_set(value)) return lists;
  bool good = value.IsSequence();
  for (const auto& element : value) {
    if (!good || !(good = element.IsSequence())) break;
    std::vector<double>& list = lists.emplace_back();
    for (const auto& number : element) {
      const auto parsed = number.IsScalar() ? parse_number<double>(number.Scalar()) : std::nullopt;
      good = good && parsed && std::isfinite(*parsed);
      list.push_back(parsed.value_or(0));
    }
  }
  if (good) return lists;
  problem(key, "must be a list of lists of numbers, such as [[0.1, 0.2], [0.3, 0.4]]");
  return {};
}

YamlMap YamlMap::map(const std::string& key) {
  state_->asked.insert(key);
  YAML::Node value = find(state_->node, key);
  if (is_set(value) && !value.IsMap()) {
    problem(key, "must be a map, not " + quoted(value));
    value = YAML::Node();
  }
  if (!value.IsDefined()) value = YAML::Node();
  return {document_, document_->add(value, fmt::format("{}{}.", state_->path, key))};
}

std::vector<YamlMap> YamlMap::maps(const std::string& key) {
  state_->asked.insert(key);
  const YAML::Node value = find(state_->node, key);
  std::vector<YamlMap> found;
  if (!is_set(value)) return found;
  if (!value.IsSequence()) {
    problem(key, "must be a list of maps, not " + quoted(value));
    return found;
  }
  for (const YAML::Node& element : value) {
    const std::string path = fmt::format("{}{}[{}]", state_->path, key, found.size());
    if (element.IsMap()) {
      found.push_back({document_, document_->add(element, path + ".")});
    } else {
      document_->report(line_of(element),
                        fmt::format("'{}' must be a map, not {}", path, quoted(element)));
    }
  }
  return found;
}

std::vector<std::pair<std::string, YamlMap>> YamlMap::entries() {
  std::vector<std::pair<std::string, YamlMap>> found;
  if (!state_->node.IsMap()) return found;
  std::vector<std::string> keys;
  for (const auto& entry : state_->node) {
    if (entry.first.IsScalar()) keys.push_back(entry.first.Scalar());
  }
  for (const auto& key : keys) found.emplace_back(key, map(key));
  return found;
}

std::vector<std::pair<std::string, std::string>> YamlMap::text_entries() {
  std::vector<std::pair<std::string, std::string>> found;
  if (!state_->node.IsMap()) return found;
  std::vector<std::string> keys;
  for (const auto& entry : state_->node) {
    if (entry.first.IsScalar()) keys.push_back(entry.first.Scalar());
  }
  for (const auto& key : keys) found.emplace_back(key, text(key));
  return found;
}

void YamlMap::ignore() {
  if (!state_->node.IsMap()) return;
  for (const auto& entry : state_->node) {
    state_->asked.insert(entry.first.IsScalar() ? entry.first.Scalar() : "?");
  }
}

namespace {

// Only counts on the parser's progress.
class NoEvents final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

// Not YAML::LoadAll(): it never ends on a text that begins with ',', since the parser hands out
// empty documents without consuming anything (yaml-cpp 0.7).
bool has_more_than_one_document(std::string_view text) {
  std::istringstream input{std::string(text)};
  YAML::Parser parser(input);
  NoEvents events;
  return parser.HandleNextDocument(events) && parser.HandleNextDocument(events);
}

}  // namespace

Result<YamlReader> YamlReader::parse(std::string_view text, const std::string& name,
                                     std::shared_ptr<Secrets> secrets) {
  if (text.size() > limits::config_bytes_max) {
    return Error{Code::bad_input, name + " is too large for a configuration (over 1 MiB)"};
  }
  if (const size_t broken = utf8_length(text); broken < text.size()) {
    const auto line = 1 + std::count(text.begin(), text.begin() + std::ptrdiff_t(broken), '\n');
    return Error{Code::bad_input,
                 fmt::format("{}:{}: not UTF-8; save the file in that encoding", name, line)};
  }
  try {
    if (has_more_than_one_document(text)) {
      return Error{Code::bad_input, name +
                                        " holds several YAML documents ('---') or begins with a "
                                        "stray character; keep one document"};
    }
    YAML::Node top = YAML::Load(std::string(text));
    if (is_set(top) && !top.IsMap()) {
      return Error{Code::bad_input, fmt::format("{}:{}: expected 'key: value' lines, not {}", name,
                                                line_of(top), quoted(top))};
    }
    auto document = std::make_shared<YamlMap::Document>();
    document->name = name;
    document->secrets = secrets ? std::move(secrets) : std::make_shared<Secrets>();
    YamlMap::State* root = document->add(top, "");
    return YamlReader(YamlMap(std::move(document), root));
  } catch (const YAML::Exception& wrong) {
    return syntax_error(name, wrong);
  }
}

Result<YamlReader> YamlReader::open(const std::string& path, std::shared_ptr<Secrets> secrets) {
  const auto file = read_file(path, limits::config_bytes_max);
  if (!file && file.error().code == Code::not_found) {
    return Error{Code::not_found, "cannot open " + path + "; is the name right?"};
  }
  if (!file) return file.error();
  return parse(file->text(), path, std::move(secrets));
}

Status YamlReader::finish() const {
  // Of one line the unknown key comes first: it may be why another one is missing.
  auto problems = root_.document_->unknown_keys();
  const auto& others = root_.document_->problems;
  problems.insert(problems.end(), others.begin(), others.end());
  if (problems.empty()) return {};
  std::stable_sort(problems.begin(), problems.end(),
                   [](const auto& a, const auto& b) { return a.line < b.line; });
  std::string message =
      fmt::format("{}:{}: {}", root_.document_->name, problems[0].line, problems[0].message);
  if (problems.size() > 1) message += fmt::format(" (and {} more)", problems.size() - 1);
  return Error{Code::bad_input, std::move(message)};
}

std::vector<std::string> YamlReader::absent_keys() const {
  std::vector<std::string> absent;
  for (const auto& map : root_.document_->maps) {
    for (const auto& key : map.asked) {
      if (!find(map.node, key).IsDefined()) absent.push_back(map.path + key);
    }
  }
  return absent;
}

}  // namespace fovea::core
