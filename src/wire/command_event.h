#pragma once

#include <string>
#include <string_view>

#include "wire/event.h"

namespace fovea::wire {

// What a site asks of a camera: payload of a `command` event, JSON
// {"site","device","time","command"}. A camera that does not know the word, or cannot do it, goes
// on as before.
struct Command {
  core::StreamId stream;
  core::Timestamp time;
  std::string word;
};

// An inter-coded stream has lost a frame, or somebody new watches: the next one shall be a key
// frame.
inline constexpr char command_keyframe[] = "keyframe";

// Somebody wants the camera's large stream, for the next ten seconds.
inline constexpr char command_main[] = "main";

// Errors of the second: bad_input, with the member.
Event make_command_event(const Command& command);
core::Result<Command> parse_command_event(const Event& event);

}  // namespace fovea::wire
