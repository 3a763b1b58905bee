#include "learn/trainer_event.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/limits.h"

namespace fovea::learn {

namespace {

using Json = nlohmann::ordered_json;
using Kind = TrainerEvent::Kind;
using core::Code;

constexpr std::array<std::pair<Kind, const char*>, 7> kinds{{{Kind::reading, "reading"},
                                                             {Kind::started, "started"},
                                                             {Kind::progress, "progress"},
                                                             {Kind::validated, "validated"},
                                                             {Kind::note, "note"},
                                                             {Kind::failed, "failed"},
                                                             {Kind::done, "done"}}};

constexpr std::array codes{Code::bad_input, Code::not_found, Code::exists, Code::denied,
                           Code::timeout,   Code::busy,      Code::closed, Code::unsupported,
                           Code::io,        Code::internal};

std::optional<Kind> kind_of(const std::string& word) {
  for (const auto& [kind, name] : kinds) {
    if (word == name) return kind;
  }
  return std::nullopt;
}

Code code_of(const std::string& word) {
  for (const Code code : codes) {
    if (word == core::to_string(code)) return code;
  }
  return Code::internal;
}

// 0 where there is none: a number such as 1e80 fits into no integer.
int64_t integer(const nlohmann::json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_integer() ? found->get<int64_t>() : 0;
}

}  // namespace

std::string to_json(const TrainerEvent& event) {
  Json json{{"event", kinds[size_t(event.kind)].second},
            {"step", event.step},
            {"share", event.share},
            {"seconds", event.seconds}};
  switch (event.kind) {
    case Kind::reading: json["pictures"] = event.pictures; break;
    case Kind::started:
      json["process"] = event.process;
      json["parameters"] = event.parameters;
      json["pictures"] = event.pictures;
      json["validation_pictures"] = event.validation_pictures;
      json["miou"] = event.miou;
      break;
    case Kind::progress:
      json["loss"] = event.loss;
      json["learning_rate"] = event.learning_rate;
      break;
    case Kind::validated:
    case Kind::done:
      json["miou"] = event.miou;
      json["best"] = event.best;
      if (event.miou_half) json["miou_half"] = *event.miou_half;
      json["iou"] = to_json(event.iou);
      break;
    case Kind::note: json["words"] = event.words; break;
    case Kind::failed:
      json["words"] = event.words;
      json["code"] = core::to_string(event.code);
      break;
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

core::Result<TrainerEvent> parse_trainer_event(std::string_view line) {
  const core::Error wrong{Code::bad_input, "this is not what fovea-train tells"};
  if (line.size() > core::limits::json_bytes_max) return wrong;
  try {
    const auto json = nlohmann::json::parse(line);
    const auto kind = kind_of(json.at("event").get<std::string>());
    if (!kind) return wrong;
    TrainerEvent event;
    event.kind = *kind;
    if (!json.at("step").is_number_integer()) return wrong;
    event.step = integer(json, "step");
    event.share = json.at("share").get<double>();
    event.seconds = json.at("seconds").get<double>();
    event.loss = json.value("loss", 0.0);
    event.learning_rate = json.value("learning_rate", 0.0);
    event.miou = json.value("miou", -1.0);
    event.best = json.value("best", false);
    if (json.contains("miou_half")) event.miou_half = json["miou_half"].get<double>();
    if (json.contains("iou")) event.iou = parse_class_iou(json["iou"]);
    event.process = integer(json, "process");
    event.parameters = integer(json, "parameters");
    event.pictures = integer(json, "pictures");
    event.validation_pictures = integer(json, "validation_pictures");
    event.words = json.value("words", "");
    event.code = code_of(json.value("code", "internal"));
    return event;
  } catch (const nlohmann::json::exception&) {
    return wrong;
  }
}

void TrainerEventReader::read(std::string_view text) {
  pending_ += text;
  size_t begin = 0;
  for (size_t end = 0; (end = pending_.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const auto line = std::string_view(pending_).substr(begin, end - begin);
    if (const auto event = parse_trainer_event(line))
      told_(*event);
    else
      other_(line);
  }
  pending_.erase(0, begin);
  if (pending_.size() > core::limits::json_bytes_max) pending_.clear();
}

}  // namespace fovea::learn
