#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <mutex>
#include <utility>

namespace fovea::net {

// The way into the I/O thread for handles (responders, streams, sockets) that may outlive the
// server: after close() nothing gets in any more. Threads: any.
class IoGate {
 public:
  explicit IoGate(boost::asio::io_context& context) : context_(&context) {}

  template <typename Work>
  bool post(Work&& work) {
    std::lock_guard lock(mutex_);
    if (context_ == nullptr) return false;
    boost::asio::post(*context_, std::forward<Work>(work));
    return true;
  }

  void close() {
    std::lock_guard lock(mutex_);
    context_ = nullptr;
  }

 private:
  std::mutex mutex_;  // guards context_
  boost::asio::io_context* context_;
};

}  // namespace fovea::net
