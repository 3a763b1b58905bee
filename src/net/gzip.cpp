#include "net/gzip.h"

#include <zlib.h>

namespace fovea::net {

core::Bytes gzip(std::span<const uint8_t> data, int level) {
  constexpr int window_bits_gzip = 15 + 16;
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, window_bits_gzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return {};
  }
  core::Bytes out(deflateBound(&stream, data.size()));
  stream.next_in = const_cast<Bytef*>(data.data());  // zlib's old interface; it does not write
  stream.avail_in = uInt(data.size());
  stream.next_out = out.data();
  stream.avail_out = uInt(out.size());
  const int code = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return code == Z_STREAM_END ? out : core::Bytes{};
}

}  // namespace fovea::net
