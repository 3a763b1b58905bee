#pragma once

#include <string>
#include <utility>
#include <vector>

#include "stream/operators.h"

namespace fovea::stream {

// What an operator said, for tests.
class Collected final : public Output {
 public:
  void emit(Item item) override { items.push_back(std::move(item)); }
  void end(const char* reason) override { ends.emplace_back(reason); }
  void complain(const std::string& text) override { complaint = text; }

  std::vector<Item> items;
  std::vector<std::string> ends;
  std::string complaint;
};

inline core::Timestamp at(double seconds) {
  return core::Timestamp(std::chrono::microseconds(1'795'500'000'000'000)) +
         std::chrono::microseconds(static_cast<int64_t>(seconds * 1e6));
}

// The operator with these parameters, which must be good.
inline OperatorPlanPtr make_plan(const std::string& name, const std::string& parameters) {
  auto reader = core::YamlReader::parse("p: " + parameters, "test");
  auto root = reader->root();
  OperatorPlanPtr plan = find_operator(name)->read(root.map("p"));
  return reader->finish() ? plan : nullptr;
}

// What is wrong with the parameters; empty: nothing.
inline std::string problem_with(const std::string& name, const std::string& parameters) {
  auto reader = core::YamlReader::parse("p: " + parameters, "test");
  if (!reader) return reader.error().message;
  auto root = reader->root();
  find_operator(name)->read(root.map("p"));
  const auto good = reader->finish();
  return good ? "" : good.error().message;
}

inline Item measured(double seconds, double value) {
  return {{"plant", "hall"}, at(seconds), 7, Measurement{value, "share", "person"}};
}

inline Item present(double seconds, bool away) {
  return {{"plant", "hall"}, at(seconds), 7, Presence{away, away ? "away since 14:02" : "live"}};
}

// Every pixel of an 8x8 map of the 80x80 frame is of class 0, but those in the columns
// [from, to), which are of class 1, a person.
inline ObservationPtr seen(double seconds, int from, int to) {
  auto observation = std::make_shared<Observation>();
  observation->result.stream = {"plant", "hall"};
  observation->result.captured = at(seconds);
  observation->result.frame_sequence = static_cast<uint64_t>(seconds * 100) + 1;
  observation->result.frame = {80, 80};
  core::Bytes pixels(64, 0);
  for (size_t i = 0; i < pixels.size(); ++i) {
    const int column = static_cast<int>(i % 8);
    if (column >= from && column < to) pixels[i] = 1;
  }
  const core::Image map{core::PixelFormat::gray8, {8, 8}, std::move(pixels)};
  observation->class_map =
      std::make_shared<ClassMap>([map] { return core::Result<core::Image>(map); },
                                 core::Area{0, 0, 80, 80}, core::Size{80, 80});
  observation->classes =
      std::make_shared<core::ClassList>(core::ClassList{{"floor", {}, -1}, {"person", {}, -1}});
  return observation;
}

inline Item observed(double seconds, int from, int to) {
  const ObservationPtr observation = seen(seconds, from, to);
  return {observation->result.stream, observation->result.captured,
          observation->result.frame_sequence, observation};
}

}  // namespace fovea::stream
