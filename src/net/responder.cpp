#include <atomic>

#include "net/http_connection.h"
#include "net/stream_slot.h"

namespace fovea::net {

namespace {

class ConnectionStream final : public BodyStream {
 public:
  ConnectionStream(std::weak_ptr<HttpConnection> connection, std::shared_ptr<StreamSlot> slot,
                   std::shared_ptr<IoGate> gate)
      : connection_(std::move(connection)), slot_(std::move(slot)), gate_(std::move(gate)) {}

  ~ConnectionStream() override {
    slot_->close();
    gate_->post([connection = connection_] {
      if (const auto alive = connection.lock()) alive->end_stream();
    });
  }

  bool write_newest(core::Buffer chunk) override {
    switch (slot_->put(std::move(chunk))) {
      case StreamSlot::Put::closed: return false;
      case StreamSlot::Put::waiting: return true;
      case StreamSlot::Put::wake: break;
    }
    return gate_->post([connection = connection_] {
      if (const auto alive = connection.lock()) alive->write_chunk();
    });
  }
  bool open() const override { return slot_->open(); }
  uint64_t dropped() const override { return slot_->dropped(); }

 private:
  const std::weak_ptr<HttpConnection> connection_;
  const std::shared_ptr<StreamSlot> slot_;
  const std::shared_ptr<IoGate> gate_;
};

class ConnectionResponder final : public Responder {
 public:
  ConnectionResponder(std::weak_ptr<HttpConnection> connection, uint64_t request,
                      std::shared_ptr<IoGate> gate)
      : connection_(std::move(connection)), request_(request), gate_(std::move(gate)) {}

  ~ConnectionResponder() override {
    if (!answered_) send(problem(500, "Internal error", "the handler gave no answer"));
  }

  void send(Response response) override {
    if (answered_.exchange(true)) return;
    gate_->post(
        [connection = connection_, request = request_, response = std::move(response)]() mutable {
          if (const auto alive = connection.lock()) alive->answer(request, std::move(response));
        });
  }

  std::shared_ptr<BodyStream> stream(Response response) override {
    auto slot = std::make_shared<StreamSlot>();
    if (answered_.exchange(true)) slot->close();
    const bool posted =
        slot->open() && gate_->post([connection = connection_, slot, request = request_,
                                     response = std::move(response)]() mutable {
          const auto alive = connection.lock();
          if (alive) {
            alive->open_stream(request, std::move(response), std::move(slot));
          } else {
            slot->close();
          }
        });
    if (!posted) slot->close();
    return std::make_shared<ConnectionStream>(connection_, std::move(slot), gate_);
  }

 private:
  const std::weak_ptr<HttpConnection> connection_;
  const uint64_t request_;
  const std::shared_ptr<IoGate> gate_;
  std::atomic<bool> answered_ = false;
};

}  // namespace

ResponderPtr make_responder(std::weak_ptr<HttpConnection> connection, uint64_t request,
                            std::shared_ptr<IoGate> gate) {
  return std::make_shared<ConnectionResponder>(std::move(connection), request, std::move(gate));
}

}  // namespace fovea::net
