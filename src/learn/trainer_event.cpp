#include "learn/trainer_event.h"

#include <array>
#include <limits>
#include <utility>

#include "core/json_reader.h"
#include "core/limits.h"

namespace fovea::learn {

namespace {

using core::Json;
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
      if (!event.unseen.empty()) json["unseen"] = event.unseen;
      break;
    case Kind::note: json["words"] = event.words; break;
    case Kind::failed:
      json["words"] = event.words;
      json["code"] = core::to_string(event.code);
      break;
  }
  return json.dump();
}

core::Result<TrainerEvent> parse_trainer_event(std::string_view line) {
  constexpr double number_max = std::numeric_limits<double>::max();
  constexpr int64_t integer_max = std::numeric_limits<int64_t>::max();
  const auto document = core::parse_json_object(line);
  if (!document) return document.error().context("this is not what fovea-train tells");
  core::JsonReader reader(*document);
  const auto number = [&](const char* name, double otherwise) {
    return reader.optional_number(name, -number_max, number_max).value_or(otherwise);
  };
  const auto count = [&](const char* name) {
    return reader.optional_integer(name, 0, integer_max).value_or(0);
  };
  const auto text = [&](const char* name) {
    return reader.optional_text(name, core::limits::json_bytes_max).value_or("");
  };
  TrainerEvent event;
  const auto kind = kind_of(reader.text("event", core::limits::name_length_max));
  if (!kind) reader.fail("event", "is not a kind of event");
  event.kind = kind.value_or(Kind::note);
  event.step = reader.integer("step", -integer_max, integer_max);
  event.share = reader.number("share", -number_max, number_max);
  event.seconds = reader.number("seconds", -number_max, number_max);
  event.loss = number("loss", 0);
  event.learning_rate = number("learning_rate", 0);
  event.miou = number("miou", -1);
  event.best = reader.optional_flag("best").value_or(false);
  event.miou_half = reader.optional_number("miou_half", -number_max, number_max);
  if (const Json* list = reader.optional_list("iou")) {
    auto iou = parse_class_iou(*list);
    if (!iou) reader.fail("iou", "is not a list of numbers");
    event.iou = std::move(iou).value_or(ClassIou());
  }
  if (const Json* list = reader.optional_list("unseen")) {
    for (const auto& name : *list) {
      if (const std::string* known = name.text()) event.unseen.push_back(*known);
    }
  }
  event.process = count("process");
  event.parameters = count("parameters");
  event.pictures = count("pictures");
  event.validation_pictures = count("validation_pictures");
  event.words = text("words");
  event.code = code_of(text("code"));
  if (auto good = reader.status(); !good) {
    return good.error().context("this is not what fovea-train tells");
  }
  return event;
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
