#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/clock.h"
#include "core/ids.h"
#include "core/result.h"
#include "wire/event.h"

// Reading and writing the attributes of events: shared by the event types of this module.
namespace fovea::wire {

using Attributes = std::map<std::string, std::string>;

// The attribute's text; null if it is not there.
const std::string* find_attribute(const Attributes& attributes, const std::string& name);

// A decimal count within [least, most]. Errors: bad_input, naming the attribute.
core::Result<uint64_t> read_count(const Attributes& attributes, const std::string& name,
                                  uint64_t least, uint64_t most);

// Of a frame's number: the largest that every reader of JSON keeps exactly, browsers too.
inline constexpr uint64_t sequence_max = (uint64_t{1} << 53) - 1;

// A finite decimal number. Errors: bad_input, naming the attribute.
core::Result<double> read_number(const Attributes& attributes, const std::string& name);

// Errors: bad_input, naming the attribute.
core::Result<core::Timestamp> read_time(const Attributes& attributes, const std::string& name);

// `width` and `height` within the limits of a picture. Errors: bad_input.
core::Result<core::Size> read_size(const Attributes& attributes);

// The device that an event is about, from its topic.
core::StreamId stream_of(const Event& event);

// An event with topic, specversion, source, type, time and an id that is unique for its source:
// made of what it is about, so that the same thing published twice can be recognised.
Event make_event(const core::StreamId& stream, Kind kind, core::Timestamp time, uint64_t number);

// An error unless the event is of this kind.
core::Status expect_kind(const Event& event, Kind kind);

}  // namespace fovea::wire
