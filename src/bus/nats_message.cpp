#include "bus/nats_message.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "core/limits.h"
#include "wire/percent.h"

namespace fovea::bus {

namespace limits = core::limits;

namespace {

constexpr std::string_view attribute_prefix = "ce-";
constexpr const char* content_type_header = "content-type";
constexpr std::string_view keyframe_header = "ce-keyframe";
constexpr const char* error_header = "fovea-error";

// Codes that an answerer's error may have on the wire.
constexpr core::Code codes[] = {core::Code::bad_input, core::Code::not_found,   core::Code::exists,
                                core::Code::denied,    core::Code::timeout,     core::Code::busy,
                                core::Code::closed,    core::Code::unsupported, core::Code::io};

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::optional<wire::Fault> read_header(natsMsg* message, const char* key, wire::Event& event) {
  const std::string name = lower_case(key);
  const bool is_attribute = name.starts_with(attribute_prefix);
  if (!is_attribute && name != content_type_header) return std::nullopt;
  const char* text = nullptr;
  if (natsMsgHeader_Get(message, key, &text) != NATS_OK || !text) return std::nullopt;
  if (!is_attribute) {
    event.content_type = text;
    return std::nullopt;
  }
  auto value = wire::percent_decode(text);
  if (!value) {
    return wire::Fault{"attributes",
                       "the header '" + core::printable(name, 40) + "' is not percent-encoded"};
  }
  event.attributes[name.substr(attribute_prefix.size())] = std::move(*value);
  return std::nullopt;
}

std::optional<wire::Fault> read_headers(natsMsg* message, wire::Event& event) {
  const char** keys = nullptr;
  int count = 0;
  if (natsMsgHeader_Keys(message, &keys, &count) != NATS_OK) {
    return wire::Fault{"headers", "the message has no headers, or broken ones"};
  }
  std::optional<wire::Fault> fault;
  if (size_t(count) > 2 * limits::event_attributes_max) {
    fault = wire::Fault{"attributes", "the message has " + std::to_string(count) + " headers"};
  }
  for (int i = 0; i < count && !fault; ++i) fault = read_header(message, keys[i], event);
  std::free(keys);  // NOLINT: nats.c hands out malloc'ed memory
  return fault;
}

}  // namespace

size_t nats_bytes(const wire::Event& event) {
  constexpr size_t frame_bytes = 14;  // "NATS/1.0\r\n" and the empty line, rounded up
  constexpr size_t line_bytes = 4;    // ": " (nats.c writes one character) and "\r\n"
  size_t bytes = frame_bytes + event.payload.size();
  bytes += std::string_view(content_type_header).size() + event.content_type.size() + line_bytes;
  for (const auto& [name, value] : event.attributes) {
    bytes += attribute_prefix.size() + name.size() + wire::percent_encode(value).size();
    bytes += line_bytes;
  }
  return bytes;
}

core::Result<NatsMessage> to_nats(const wire::Event& event, const std::string& subject) {
  natsMsg* raw = nullptr;
  natsStatus status = natsMsg_Create(&raw, subject.c_str(), nullptr,
                                     reinterpret_cast<const char*>(event.payload.data()),
                                     int(event.payload.size()));
  NatsMessage message(raw, &natsMsg_Destroy);
  for (const auto& [name, value] : event.attributes) {
    if (status != NATS_OK) break;
    const std::string key = std::string(attribute_prefix) + name;
    status = natsMsgHeader_Set(raw, key.c_str(), wire::percent_encode(value).c_str());
  }
  if (status == NATS_OK && !event.content_type.empty()) {
    status = natsMsgHeader_Set(raw, content_type_header, event.content_type.c_str());
  }
  if (status != NATS_OK) return nats_error(status, "making a message");
  return message;
}

std::optional<wire::Fault> from_nats(const std::shared_ptr<natsMsg>& message, TopicFrom topic_from,
                                     wire::Event& event) {
  if (auto fault = read_headers(message.get(), event)) return fault;
  const auto topic = topic_from == TopicFrom::subject
                         ? wire::parse_topic(natsMsg_GetSubject(message.get()))
                         : wire::topic_of(event.attributes);
  if (!topic) return wire::Fault{"topic", topic.error().message};
  event.topic = *topic;
  const auto* data = reinterpret_cast<const uint8_t*>(natsMsg_GetData(message.get()));
  event.payload =
      core::Buffer(message, {data, size_t(std::max(0, natsMsg_GetDataLength(message.get())))});
  return std::nullopt;
}

std::string_view raw_headers(natsMsg* message) {
  constexpr std::string_view begin = "NATS/1.0\r\n";
  constexpr ptrdiff_t bytes_max = 64 << 20;  // a server's largest max_payload
  const char* subject = natsMsg_GetSubject(message);
  const char* reply = natsMsg_GetReply(message);
  const char* data = natsMsg_GetData(message);
  if (!subject || !data) return {};
  const char* last = reply && *reply ? reply : subject;
  const char* at = last + std::strlen(last) + 1;
  const ptrdiff_t bytes = data - at - 1;  // a zero byte stands between
  if (bytes < ptrdiff_t(begin.size()) || bytes > bytes_max) return {};
  const std::string_view headers(at, size_t(bytes));
  return headers.starts_with(begin) && at[bytes] == 0 ? headers : std::string_view();
}

namespace {

constexpr size_t header_bytes_max = 64u << 10;
// Strangers may send headers of their own beside ours, but not thousands.
constexpr size_t headers_max = 2 * limits::event_attributes_max;

wire::Fault too_many_headers(const std::string& how_many) {
  return {"headers", "the message has " + how_many + " of headers, more than any event"};
}

}  // namespace

MessageGlance glance_at(std::string_view headers, size_t payload_bytes) {
  MessageGlance glance{payload_bytes + headers.size()};
  if (headers.size() > header_bytes_max) {
    glance.fault = too_many_headers(std::to_string(headers.size()) + " bytes");
    return glance;
  }
  size_t lines = 0;
  for (size_t end = headers.find('\n'); end != std::string_view::npos; end = headers.find('\n')) {
    const std::string_view line = headers.substr(0, end);
    headers.remove_prefix(end + 1);
    if (++lines > headers_max + 2) {  // the first line, and the empty one at the end
      glance.fault = too_many_headers("more than " + std::to_string(headers_max) + " lines");
      return glance;
    }
    const size_t colon = line.find(':');
    if (colon != keyframe_header.size() || lower_case(line.substr(0, colon)) != keyframe_header) {
      continue;
    }
    const size_t value = line.find_first_not_of(" \t", colon + 1);
    glance.follows = value != std::string_view::npos && line.substr(value).starts_with("false");
  }
  return glance;
}

MessageGlance glance_at(natsMsg* message) {
  MessageGlance glance{size_t(std::max(0, natsMsg_GetDataLength(message)))};
  if (const auto raw = raw_headers(message); !raw.empty()) return glance_at(raw, glance.bytes);
  const char** keys = nullptr;
  int count = 0;
  if (natsMsgHeader_Keys(message, &keys, &count) != NATS_OK) return glance;
  for (int i = 0; i < count; ++i) {
    const char* value = nullptr;
    glance.bytes += std::strlen(keys[i]);
    if (natsMsgHeader_Get(message, keys[i], &value) != NATS_OK || !value) continue;
    glance.bytes += std::strlen(value);
    if (lower_case(keys[i]) == keyframe_header) glance.follows = std::string_view(value) == "false";
  }
  std::free(keys);  // NOLINT: nats.c hands out malloc'ed memory
  return glance;
}

core::Result<NatsMessage> to_nats(const core::Error& error, const std::string& subject) {
  natsMsg* raw = nullptr;
  natsStatus status = natsMsg_Create(&raw, subject.c_str(), nullptr, error.message.data(),
                                     int(error.message.size()));
  NatsMessage message(raw, &natsMsg_Destroy);
  if (status == NATS_OK) status = natsMsgHeader_Set(raw, error_header, to_string(error.code));
  if (status != NATS_OK) return nats_error(status, "making a message");
  return message;
}

std::optional<core::Error> error_from_nats(natsMsg* message) {
  const char* text = nullptr;
  if (natsMsgHeader_Get(message, error_header, &text) != NATS_OK || !text) return std::nullopt;
  core::Error error{core::Code::internal, {}};
  for (const core::Code code : codes) {
    if (std::string_view(text) == to_string(code)) error.code = code;
  }
  const auto length = size_t(std::max(0, natsMsg_GetDataLength(message)));
  error.message = core::printable({natsMsg_GetData(message), length}, 1000);
  return error;
}

core::Error nats_error(natsStatus status, const std::string& doing) {
  natsStatus last = NATS_OK;
  const char* words = nats_GetLastError(&last);
  std::string message = doing + ": ";
  switch (status) {
    case NATS_NO_SERVER: return {core::Code::io, message + "connection refused"};
    case NATS_TIMEOUT: return {core::Code::timeout, message + "no answer in time"};
    case NATS_CONNECTION_CLOSED:
    case NATS_CONNECTION_DISCONNECTED: return {core::Code::io, message + "connection lost"};
    case NATS_NO_RESPONDERS: return {core::Code::not_found, message + "nobody answers"};
    default: break;
  }
  message += last == status && words && *words ? words : natsStatus_GetText(status);
  if (status == NATS_CONNECTION_AUTH_FAILED || status == NATS_NOT_PERMITTED) {
    return {core::Code::denied, message};
  }
  return {core::Code::io, message};
}

}  // namespace fovea::bus
