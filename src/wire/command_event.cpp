#include "wire/command_event.h"

#include "core/json_reader.h"
#include "wire/attributes.h"

namespace fovea::wire {

namespace {

constexpr size_t word_length_max = 64;

}  // namespace

Event make_command_event(const Command& command) {
  // The microsecond it was made is its number, as a status has it.
  Event event = make_event(command.stream, Kind::command, command.time, 0);
  event.content_type = "application/json";
  event.payload = core::Buffer(core::Json({
                                              {"site", command.stream.site},
                                              {"device", command.stream.device},
                                              {"time", core::to_rfc3339(command.time)},
                                              {"command", command.word},
                                          })
                                   .dump());
  return event;
}

core::Result<Command> parse_command_event(const Event& event) {
  if (auto status = expect_kind(event, Kind::command); !status) return status.error();
  const auto document = core::parse_json_object(event.payload.text());
  if (!document) return document.error();
  core::JsonReader reader(*document);
  Command command;
  command.stream = reader.stream();
  command.time = reader.time("time");
  command.word = reader.text("command", word_length_max);
  if (!core::is_name(command.word)) reader.fail("command", "is not a valid name");
  if (command.stream != stream_of(event)) reader.fail("device", "is not that of the topic");
  if (auto read = reader.status(); !read) return read.error();
  return command;
}

}  // namespace fovea::wire
