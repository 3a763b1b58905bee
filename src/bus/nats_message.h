#pragma once

#include <nats/nats.h>

#include <memory>
#include <optional>
#include <string_view>

#include "bus/mailbox.h"
#include "core/result.h"
#include "wire/event.h"

// CloudEvents over NATS in binary mode: headers `ce-<attribute>`, percent-encoded, the data's
// content type in `content-type`, the payload as it is (CloudEvents NATS binding, draft of binary
// mode). Private to the NATS adapter: the only headers that see nats.h are included by its .cpp
// files alone.
namespace fovea::bus {

using NatsMessage = std::unique_ptr<natsMsg, decltype(&natsMsg_Destroy)>;

// What the event takes of the server's max_payload: headers count too.
size_t nats_bytes(const wire::Event& event);

// A message to `subject`, with a copy of the payload (nats.c has no other way).
core::Result<NatsMessage> to_nats(const wire::Event& event, const std::string& subject);

// The content of a message as an event whose payload is the message's own bytes: the message
// lives as long as a copy of the payload. Topic from the subject, or from the attributes where
// the subject is a reply's. A fault if the message is no event; it is not checked further.
enum class TopicFrom { subject, attributes };
std::optional<wire::Fault> from_nats(const std::shared_ptr<natsMsg>& message, TopicFrom topic_from,
                                     wire::Event& event);

// What a mailbox has to know of a message before it is opened. Costs a look at limits' worth of
// bytes at most: it is taken on the one thread of a subscription, before anybody knows whose
// message it is. So headers are not parsed here (nats.c allocates for each), and a message that has
// more of them than any event is a fault at once.
struct MessageGlance {
  size_t bytes = 0;      // in memory: payload and headers
  bool follows = false;  // an inter-coded frame that needs the one before it (wire::follows())
  std::optional<wire::Fault> fault;
};
MessageGlance glance_at(natsMsg* message);
MessageGlance glance_at(std::string_view headers, size_t payload_bytes);  // raw_headers()

// The message's headers as they came, "NATS/1.0\r\n" and so on; empty where it has none, or where
// this nats.c keeps them elsewhere than between reply and data. Before natsMsgHeader_*, which
// changes them.
std::string_view raw_headers(natsMsg* message);

// An answerer's error as a message, and back.
core::Result<NatsMessage> to_nats(const core::Error& error, const std::string& subject);
std::optional<core::Error> error_from_nats(natsMsg* message);

// The error that a status of nats.c means, with nats.c's own words where it has some.
core::Error nats_error(natsStatus status, const std::string& doing);

}  // namespace fovea::bus
