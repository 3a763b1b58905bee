#include "net/peer_stream.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <string>
#include <thread>

#include "net/tls.h"
#include "testing/temporary_directory.h"
#include "testing/tls_socket.h"

namespace fovea::net {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;

// A ping of Beast's does not keep its connection: the write may end when the stream has gone. The
// peer reads nothing, so that it is underway then.
TEST(PeerStream, MayGoWhileItsBytesAreUnderway) {
  const fovea::testing::TemporaryDirectory folder;
  const auto files = self_signed_certificate(folder.path().string(), {});
  ASSERT_TRUE(files) << files.error().message;
  asio::ssl::context context(asio::ssl::context::tls_server);
  context.use_certificate_chain_file(files->certificate);
  context.use_private_key_file(files->key, asio::ssl::context::pem);

  asio::io_context io{1};
  tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  std::optional<fovea::testing::TlsSocket> peer;
  std::jthread connecting([&] { peer.emplace(acceptor.local_endpoint().port()); });
  auto stream = std::make_unique<PeerStream>(acceptor.accept());
  stream->encrypt(context);
  std::optional<PeerStream::ErrorCode> ended;
  stream->async_handshake({}, Completion([&](auto error, size_t) { ended = error; }));
  io.run();
  connecting.join();
  ASSERT_TRUE(ended && !*ended && peer->connected());

  const std::string bytes(64 << 10, 'x');
  while (ended && !*ended) {
    ended.reset();
    stream->async_write_some(asio::buffer(bytes), [&](auto error, size_t) { ended = error; });
    io.restart();
    io.run_for(200ms);
  }
  ASSERT_FALSE(ended) << "all buffers are full";
  stream.reset();
  io.restart();
  io.run();
  EXPECT_TRUE(ended && *ended);
}

}  // namespace
}  // namespace fovea::net
