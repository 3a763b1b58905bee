#include "learn/train_job.h"

#include <limits>

#include "core/json_reader.h"

namespace fovea::learn {

using core::Json;
using core::JsonReader;

namespace {

constexpr size_t text_bytes_max = 65536;
constexpr double number_max = std::numeric_limits<double>::max();

// Every member with its name in job.json.
template <typename Job, typename Visit>
void visit_members(Job& job, const Visit& visit) {
  visit("data", job.data);
  visit("validation", job.validation);
  visit("classes", job.classes);
  visit("output", job.output);
  visit("start", job.start);
  visit("teacher", job.teacher);
  visit("model_name", job.model_name);
  visit("model_version", job.model_version);
  visit("licence", job.licence);
  visit("parent", job.parent);
  visit("half", job.half);
  visit("resume", job.resume);
  visit("steps", job.steps);
  visit("minutes", job.minutes);
  visit("seed", job.seed);
  visit("batch", job.batch);
  visit("input", job.input);
  visit("crop", job.crop);
  visit("width", job.width);
  visit("learning_rate", job.learning_rate);
  visit("weight_decay", job.weight_decay);
  visit("scale_least", job.scale_least);
  visit("scale_most", job.scale_most);
  visit("colour_change", job.colour_change);
  visit("hard_share", job.hard_share);
  visit("threads", job.threads);
  visit("memory_mb", job.memory_mb);
  visit("checks", job.checks);
}

Json written(const core::Size& size) { return Json{size.width, size.height}; }
template <typename Value>
Json written(const Value& value) {
  return value;
}

// What an older job does not say is as it was then: the default.
void read(JsonReader& reader, const char* name, std::string& value) {
  value = reader.optional_text(name, text_bytes_max).value_or(value);
}
void read(JsonReader& reader, const char* name, bool& value) {
  value = reader.optional_flag(name).value_or(value);
}
void read(JsonReader& reader, const char* name, double& value) {
  value = reader.optional_number(name, -number_max, number_max).value_or(value);
}
template <std::integral Integer>
void read(JsonReader& reader, const char* name, Integer& value) {
  using Limits = std::numeric_limits<Integer>;
  value = static_cast<Integer>(
      reader.optional_integer(name, Limits::min(), Limits::max()).value_or(value));
}
void read(JsonReader& reader, const char* name, core::Size& value) {
  const Json* sides = reader.optional_list(name, 2);
  if (!sides) return;
  const auto width = (*sides)[0].integer();
  const auto height = (*sides)[1].integer();
  if (!width || !height || !std::in_range<int>(*width) || !std::in_range<int>(*height)) {
    return reader.fail(name, "is not [width, height]");
  }
  value = {static_cast<int>(*width), static_cast<int>(*height)};
}

}  // namespace

std::string to_json(const TrainJob& job) {
  Json json;
  visit_members(job, [&](const char* name, const auto& value) { json[name] = written(value); });
  return json.dump(2);
}

core::Result<TrainJob> parse_train_job(std::string_view text) {
  const auto wrong = [](const core::Error& error) {
    return error.context("this is not a training job");
  };
  const auto json = core::parse_json_object(text);
  if (!json) return wrong(json.error());
  JsonReader reader(*json);
  TrainJob job;
  (void)reader.filled_text("data", text_bytes_max);
  (void)reader.filled_text("output", text_bytes_max);
  visit_members(job, [&](const char* name, auto& value) { read(reader, name, value); });
  if (auto good = reader.status(); !good) return wrong(good.error());
  return job;
}

}  // namespace fovea::learn
