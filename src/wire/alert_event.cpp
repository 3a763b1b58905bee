#include "wire/alert_event.h"

#include <limits>

#include "core/json_reader.h"
#include "wire/attributes.h"

namespace fovea::wire {

using core::Json;

namespace {

constexpr uint64_t count_max = std::numeric_limits<uint64_t>::max();
constexpr size_t word_length_max = 256;
constexpr size_t text_length_max = 1024;
constexpr double value_max = 1e12;

}  // namespace

const char* to_string(AlertState state) { return state == AlertState::raised ? "raised" : "ended"; }

const char* to_string(TimeSource source) {
  return source == TimeSource::camera ? "camera" : "site";
}

std::string to_json(const Alert& alert) {
  const Json document = {
      {"site", alert.stream.site},
      {"device", alert.stream.device},
      {"rule", alert.rule},
      {"state", to_string(alert.state)},
      {"time", core::to_rfc3339(alert.time)},
      {"since", core::to_rfc3339(alert.since)},
      {"time_source", to_string(alert.time_source)},
      {"frameseq", alert.frame_sequence},
      {"subject", alert.subject},
      {"measure", alert.measure},
      {"value", alert.value},
      {"limit", alert.limit},
      {"text", alert.text.substr(0, text_length_max)},
  };
  return document.dump();
}

core::Result<Alert> parse_alert_json(std::string_view text) {
  const auto document = core::parse_json_object(text);
  if (!document) return document.error();
  core::JsonReader reader(*document);
  Alert alert;
  alert.stream = reader.stream();
  alert.rule = reader.text("rule", word_length_max);
  if (!core::is_name(alert.rule)) reader.fail("rule", "is not a valid name");
  const std::string state = reader.text("state", word_length_max);
  if (state == "ended") {
    alert.state = AlertState::ended;
  } else if (state != "raised") {
    reader.fail("state", "is neither 'raised' nor 'ended'");
  }
  alert.time = reader.time("time");
  alert.since = reader.time("since");
  if (document->contains("time_source")) {  // alerts of older sites have none
    const std::string source = reader.text("time_source", word_length_max);
    if (source == "site") {
      alert.time_source = TimeSource::site;
    } else if (source != "camera") {
      reader.fail("time_source", "is neither 'camera' nor 'site'");
    }
  }
  alert.frame_sequence = reader.count("frameseq", count_max);
  alert.subject = reader.text("subject", word_length_max);
  alert.measure = reader.text("measure", word_length_max);
  alert.value = reader.number("value", -value_max, value_max);
  alert.limit = reader.number("limit", -value_max, value_max);
  // A cut in the middle of a character is replaced by a mark of three bytes.
  alert.text = reader.text("text", text_length_max + 8);
  if (auto status = reader.status(); !status) return status.error();
  return alert;
}

Event make_alert_event(const Alert& alert) {
  Event event = make_event(alert.stream, Kind::alert, alert.time, alert.frame_sequence);
  event.attributes["id"] = std::string("alert-") + alert.rule + "-" + to_string(alert.state) + "-" +
                           std::to_string(alert.frame_sequence) + "-" +
                           std::to_string(alert.time.time_since_epoch().count());
  event.attributes["frameseq"] = std::to_string(alert.frame_sequence);
  event.attributes["rule"] = alert.rule;
  event.content_type = "application/json";
  event.payload = core::Buffer(to_json(alert));
  return event;
}

core::Result<Alert> parse_alert_event(const Event& event) {
  if (auto status = expect_kind(event, Kind::alert); !status) return status.error();
  auto alert = parse_alert_json(event.payload.text());
  if (alert && alert->stream != stream_of(event)) {
    return core::Error{core::Code::bad_input, "the alert is about '" + alert->stream.device +
                                                  "', its topic about '" + event.topic.device +
                                                  "'"};
  }
  return alert;
}

}  // namespace fovea::wire
