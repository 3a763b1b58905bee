#include "video/probe.h"

#include <functional>
#include <thread>

#include "codec/jpeg.h"
#include "core/thread.h"
#include "core/url_credentials.h"
#include "video/host_check.h"
#include "video/probe_advice.h"

namespace fovea::video {

namespace {

constexpr auto connect_limit = std::chrono::milliseconds(4000);
constexpr int jpeg_quality = 85;

core::Size size_of(const Picture& picture) {
  if (const auto* frame = std::get_if<core::EncodedPicture>(&picture.content)) return frame->size;
  return std::get<core::Image>(picture.content).size;
}

core::Buffer as_jpeg(const Picture& picture) {
  if (const auto* frame = std::get_if<core::EncodedPicture>(&picture.content)) {
    return frame->codec == core::Codec::jpeg ? frame->data : core::Buffer();
  }
  auto jpeg = codec::JpegEncoder().encode(std::get<core::Image>(picture.content), jpeg_quality);
  return jpeg ? *std::move(jpeg) : core::Buffer();
}

std::string codec_of(const Picture& picture, const SourceFacts& facts) {
  if (const auto* frame = std::get_if<core::EncodedPicture>(&picture.content)) {
    return core::to_string(frame->codec);
  }
  return facts.codec.empty() ? "raw" : facts.codec;
}

// Asks everything to stop when the time is over or `outer` says so. Threads: the owner's.
class TimeLimit {
 public:
  TimeLimit(std::chrono::milliseconds limit, const std::stop_token& outer)
      : outer_(outer, [this] { ended_.request_stop(); }),
        timer_(core::start_thread("probe limit", [this, limit](std::stop_token stop) {
          if (core::sleep_for(limit, stop)) ended_.request_stop();
        })) {}

  std::stop_token token() const { return ended_.get_token(); }

 private:
  std::stop_source ended_;
  std::stop_callback<std::function<void()>> outer_;
  std::jthread timer_;  // last, so that it ends first
};

// Reads on until the rate is known; returns the newest picture.
Picture measure(Source& source, Picture first, const ProbeOptions& options,
                const core::Clock& clock, const std::stop_token& stop, SourceProbe& probe) {
  const auto first_at = clock.steady();
  Picture newest = std::move(first);
  auto newest_at = first_at;
  int count = 0;
  while (clock.steady() < first_at + options.measuring) {
    auto picture = source.next(stop);
    if (!picture) break;  // what it showed so far counts
    newest = *std::move(picture);
    newest_at = clock.steady();
    ++count;
  }
  const double seconds = core::milliseconds(newest_at - first_at) / 1000;
  if (count > 0 && seconds > 0) probe.fps = count / seconds;
  return newest;
}

core::Status try_source(const std::string& spec, const ProbeOptions& options,
                        const core::Context& context, const std::stop_token& stop,
                        SourceProbe& probe) {
  const auto started = context.clock.steady();
  auto source = open_source(spec, {.secrets = options.secrets}, context);
  if (!source) return source.error();
  auto first = (*source)->next(stop);
  if (!first) return first.error();
  probe.first_picture_ms = core::milliseconds(context.clock.steady() - started);
  const SourceFacts facts = (*source)->facts();
  probe.description = (*source)->description();
  probe.codec = codec_of(*first, facts);
  probe.fps_stated = facts.fps;
  probe.has_sound = facts.has_sound;
  probe.hints = facts.notes;
  const Picture newest = measure(**source, *std::move(first), options, context.clock, stop, probe);
  probe.size = size_of(newest);
  probe.picture = as_jpeg(newest);
  return {};
}

bool is_remote(const std::string& spec) {
  return spec.starts_with("rtsp://") || spec.starts_with("rtsps://");
}

// As the source's owner does it, after a look whether its host is there at all.
std::optional<SourceProbe::Failure> run_probe(const std::string& spec, const ProbeOptions& options,
                                              const core::Context& context,
                                              const std::stop_token& stop, SourceProbe& probe) {
  if (auto good = check_spec(spec); !good) return explain_spec(spec, good.error());
  const bool remote = is_remote(spec);
  if (remote) {
    if (auto clear = core::check_credentials(spec); !clear) {
      return explain_spec(spec, clear.error());
    }
    const auto where = host_of(spec);
    if (!where) {
      return explain_spec(spec,
                          {core::Code::bad_input, probe.source + " names no host, or no port"});
    }
    const auto there = check_host(*where, connect_limit, context.clock, stop);
    if (!there && core::hides_host(spec)) {
      return explain_spec(
          spec, {there.error().code,
                 probe.source + " leads nowhere; if a user and a password stand before its '@', in "
                                "them write / as %2F, ? as %3F, # as %23"});
    }
    if (!there) return explain_host(there.error());
  }
  const auto tried = try_source(spec, options, context, stop, probe);
  if (tried) return std::nullopt;
  if (stop.stop_requested()) {
    return explain(spec, {core::Code::timeout, "no picture came in the time that was given"});
  }
  return explain(spec, tried.error());
}

void mask(const core::Secrets& secrets, SourceProbe& probe) {
  probe.description = secrets.masked(std::move(probe.description));
  if (!probe.failure) return;
  probe.failure->problem = secrets.masked(std::move(probe.failure->problem));
  probe.failure->advice = secrets.masked(std::move(probe.failure->advice));
}

}  // namespace

SourceProbe probe_source(const std::string& spec, const ProbeOptions& options,
                         const core::Context& context, const std::stop_token& stop) {
  SourceProbe probe;
  probe.source = masked_spec(options.written.empty() ? spec : options.written);
  const TimeLimit limit(options.limit, stop);
  probe.failure = run_probe(spec, options, context, limit.token(), probe);
  if (!probe.failure) {
    for (auto& hint : hints_for(probe)) probe.hints.push_back(std::move(hint));
  }
  if (options.secrets) mask(*options.secrets, probe);
  return probe;
}

}  // namespace fovea::video
