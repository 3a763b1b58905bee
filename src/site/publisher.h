#pragma once

#include <functional>
#include <string>
#include <thread>
#include <variant>

#include "bus/bus.h"
#include "core/context.h"
#include "core/queue.h"
#include "site/devices.h"
#include "site/observer.h"
#include "site/occasional.h"
#include "site/result_maker.h"

namespace fovea::site {

// The attribute that tells whose mask or result an event is, and its value for the site's own:
// with it the site knows its own events when the broker brings them back.
inline constexpr const char* producer_attribute = "producer";
inline constexpr const char* producer_site = "site";

// The end of a frame's way: encodes the mask, makes the result, publishes both (mask first) and
// tells devices and observers. On a thread of its own, so that encoding overlaps the next
// inference. One for all sessions, so that one device's results stay in order.
// Threads: push() may be called from any. Limit: `capacity` frames wait, then push() blocks: a
// session that outruns the publisher has to slow down.
class Publisher {
 public:
  // Called on the publisher's thread once an inferred frame's result is out.
  using Published = std::function<void(const Inferred& inferred, const ResultPtr& result)>;

  Publisher(std::string site, size_t capacity, bus::Bus& bus, Devices& devices, Observer& observer,
            Published published, const core::Context& context);
  ~Publisher();

  void push(Inferred inferred);
  void push(Repeated repeated);  // a result without a mask
  // Publishes what waits, then ends. No push() may follow.
  void stop();

 private:
  void run();
  void publish(const Inferred& inferred);
  void publish(const Repeated& repeated);
  // Null: there is no mask, or it could not be encoded.
  MaskPtr make_mask(const Inferred& inferred);
  void send(wire::Event event);

  const std::string site_;
  bus::Bus& bus_;
  Devices& devices_;
  Observer& observer_;
  const Published published_;
  core::Context context_;
  Occasional occasional_;
  core::BoundedQueue<std::variant<Inferred, Repeated>> queue_;
  std::jthread thread_;  // last: starts when all else is there
};

}  // namespace fovea::site
