#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/environment.h"
#include "core/result.h"
#include "core/secrets.h"

namespace fovea::core {

// A mapping in a YAML document, read key by key. Every getter returns `otherwise` when the key is
// absent or empty, and also when its value is wrong: then the problem is kept with its line for
// YamlReader::finish(). Keys that nobody asked for are problems too, with the nearest known key.
// A cheap handle that keeps its document alive. Threads: one.
class YamlMap {
 public:
  bool has(std::string_view key) const;  // does not count as asking for it
  int line() const;                      // 1-based; 0 for an absent map
  int line(std::string_view key) const;  // of the key's value, or of the map

  std::string text(const std::string& key, std::string otherwise = {});
  // As text(), with ${NAME} replaced by the environment's value (see expand_environment()), which
  // is one of secrets() from then on; an unset NAME is a problem.
  std::string text_with_environment(const std::string& key, std::string otherwise = {});
  bool flag(const std::string& key, bool otherwise);
  int64_t integer(const std::string& key, int64_t otherwise,
                  int64_t min = std::numeric_limits<int64_t>::min(),
                  int64_t max = std::numeric_limits<int64_t>::max());
  double number(const std::string& key, double otherwise,
                double min = std::numeric_limits<double>::lowest(),
                double max = std::numeric_limits<double>::max());
  std::optional<std::string> optional_text(const std::string& key);
  std::optional<double> optional_number(const std::string& key,
                                        double min = std::numeric_limits<double>::lowest(),
                                        double max = std::numeric_limits<double>::max());
  // One of `choices`; the message of a wrong one lists them.
  std::string choice(const std::string& key, const std::vector<std::string>& choices,
                     std::string otherwise);

  std::vector<std::string> texts(const std::string& key);  // a list of scalars
  // A list of lists of finite numbers, such as the points of a polygon.
  std::vector<std::vector<double>> number_lists(const std::string& key);
  YamlMap map(const std::string& key);                // an empty map when absent
  std::vector<YamlMap> maps(const std::string& key);  // a list of maps
  // Every key with its value as a map, for maps whose keys are names that the user chooses.
  std::vector<std::pair<std::string, YamlMap>> entries();
  // Every key with its value as text, likewise.
  std::vector<std::pair<std::string, std::string>> text_entries();

  // What text_with_environment() put in, anywhere in the document.
  std::shared_ptr<const Secrets> secrets() const;

  // Its keys are no problems: the map itself was one.
  void ignore();

  // Adds the caller's own problem with the value of `key` (or with the map, for an empty key);
  // secrets are masked.
  void problem(std::string_view key, const std::string& message);

 private:
  friend class YamlReader;
  struct State;
  struct Document;
  YamlMap(std::shared_ptr<Document> document, State* state);

  std::shared_ptr<Document> document_;
  State* state_;  // owned by the document
};

// A strict reader of configuration in YAML: what is misspelt, doubled or of the wrong type is an
// error that names the file, the line and, for an unknown key, the nearest known one.
//
//   auto reader = YamlReader::open(path);
//   config.quality = reader->root().integer("quality", 85, 1, 100);
//   if (auto good = reader->finish(); !good) return good.error();
//
// Limits: 1 MiB; anchors are allowed, further documents in one file are not. Threads: one.
class YamlReader {
 public:
  // `name` stands for the file in messages; values of the environment are added to `secrets`, where
  // given. Errors: bad_input (not UTF-8, not YAML, not a mapping).
  static Result<YamlReader> parse(std::string_view text, const std::string& name,
                                  std::shared_ptr<Secrets> secrets = nullptr);
  // Errors: also not_found, io.
  static Result<YamlReader> open(const std::string& path,
                                 std::shared_ptr<Secrets> secrets = nullptr);

  YamlMap root() const { return root_; }

  // After everything was read. Error: bad_input, the first problem by line ("site.yaml:7: unknown
  // key 'qualty' (did you mean 'quality'?)") and how many more there are.
  Status finish() const;

  // Keys that were asked for and stand nowhere in the file, with their path ("engine.threads"):
  // what a complete example lacks.
  std::vector<std::string> absent_keys() const;

 private:
  explicit YamlReader(YamlMap root) : root_(std::move(root)) {}
  YamlMap root_;
};

}  // namespace fovea::core
