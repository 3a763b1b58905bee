#include "ffmpeg/log_bridge.h"

#include <array>
#include <memory>
#include <mutex>
#include <string_view>

#include "core/ids.h"
#include "core/url_credentials.h"

extern "C" {
#include <libavutil/log.h>
}

namespace fovea::ffmpeg {

namespace {

// FFmpeg's callback takes no argument of ours. Written once, before the callback is set; never
// freed, because FFmpeg's threads may log until the process ends.
const core::Log* target = nullptr;
std::once_flag target_is_set;

void write_line(void* context, int level, const char* format, va_list arguments) {
  if (level > AV_LOG_WARNING) return;
  std::array<char, 1024> line{};
  int print_prefix = 1;
  av_log_format_line(context, level, format, arguments, line.data(), int(line.size()),
                     &print_prefix);
  std::string_view text(line.data());
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  if (!text.empty()) target->debug("{}", core::printable(core::masked_urls(text), line.size()));
}

}  // namespace

void bridge_log(const core::Log& log) {
  std::call_once(target_is_set, [&] {
    target = std::make_unique<const core::Log>(log.named("ffmpeg")).release();
    av_log_set_callback(write_line);
  });
}

}  // namespace fovea::ffmpeg
