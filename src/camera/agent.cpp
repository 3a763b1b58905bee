#include "camera/agent.h"

#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <random>

#include "camera/truth.h"
#include "core/limits.h"
#include "core/thread.h"
#include "wire/command_event.h"
#include "wire/result_event.h"

namespace fovea::camera {

namespace {

using core::Code;

constexpr auto status_period = std::chrono::seconds(2);

// A source that ran this long was healthy: the next failure is a new one.
constexpr auto healthy_after = core::limits::backoff_last;

std::string make_instance() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

video::SourceOptions source_options(const AgentOptions& options) {
  auto chosen = options.source_options;
  if (options.once) chosen.loop = false;
  // Privacy areas need pixels.
  chosen.passes_h264 = options.codec != FrameCodec::jpeg && options.privacy.empty();
  return chosen;
}

// What an encoder may expect where the source's own rate is taken.
constexpr double fps_expected = 15;
constexpr int broken_in_a_row_max = 30;  // pictures

FrameMaker::Options frame_options(const AgentOptions& options) {
  const double fps = options.source_options.fps;
  return {options.codec, fps > 0 ? fps : fps_expected, options.privacy};
}

core::Size size_of(const video::Picture& picture) {
  if (const auto* frame = std::get_if<core::EncodedPicture>(&picture.content)) return frame->size;
  return std::get<core::Image>(picture.content).size;
}

}  // namespace

std::string shown_source(const AgentOptions& options) {
  const auto& written = options.source_written;
  return video::masked_spec(written.empty() ? options.source : written);
}

std::string shown_main_source(const AgentOptions& options) {
  const auto& written = options.main_written;
  return video::masked_spec(written.empty() ? options.main_source : written);
}

Agent::Agent(AgentOptions options, bus::Bus& bus, const core::Context& context,
             OpenSource open_source)
    : options_(std::move(options)),
      instance_(make_instance()),
      bus_(bus),
      context_(context.named("camera " + options_.stream.device)),
      open_source_(std::move(open_source)),
      state_(options_.stream, shown_source(options_), context_),
      frame_maker_(frame_options(options_), context_),
      adaptation_({options_.quality, !options_.publish_truth}),
      backoff_(static_cast<unsigned>(std::hash<std::string>()(options_.stream.device))) {
  open_main_stream();
  listen();
  last_report_ = context_.clock.steady();
  reporter_ = core::start_thread("camera status", [this](std::stop_token stop) { report(stop); });
  worker_ = core::start_thread("cam " + options_.stream.device,
                               [this](std::stop_token stop) { work(stop); });
}

Agent::~Agent() {
  request_stop();
  worker_.join();
  reporter_.request_stop();
  reporter_.join();
  commands_.reset();
  main_.reset();
  if (!abandoned_) publish_status();  // the last word: stopped
}

void Agent::listen() {
  // JPEG stands on its own.
  if (options_.codec == FrameCodec::jpeg && !main_) return;
  const wire::TopicFilter own{options_.stream.site, options_.stream.device, wire::Kind::command};
  auto commands = bus_.subscribe(own, bus::Delivery::ordered,
                                 [this](const wire::Event& event) { on_command(event); });
  if (commands) {
    commands_ = *std::move(commands);
  } else {
    context_.log.warning("the site's wishes do not come through: {}", commands.error().message);
  }
}

// The same camera, larger: its own size and rate, but what is black there is black here.
void Agent::open_main_stream() {
  if (options_.main_source.empty()) return;
  AgentOptions large = options_;
  large.main_of = options_.stream.device;
  large.stream.device = main_stream_name(options_.stream.device);
  large.source = std::exchange(large.main_source, {});
  large.source_written = std::exchange(large.main_written, {});
  large.source_options.size = {};
  large.source_options.fps = 0;
  large.source_options.transform.crop.reset();
  large.publish_truth = false;
  large.once = false;
  main_ = std::make_unique<MainStream>(
      [this, large] { return std::make_unique<Agent>(large, bus_, context_, open_source_); });
}

void Agent::on_command(const wire::Event& event) {
  const auto command = wire::parse_command_event(event);
  if (!command) return context_.log.warning("a command is refused: {}", command.error().message);
  if (command->word == wire::command_keyframe) {
    frame_maker_.request_key();
  } else if (command->word == wire::command_main && main_) {
    main_->want();
  } else {
    context_.log.debug("the command '{}' is not known here", command->word);
  }
}

void Agent::request_stop() {
  worker_.request_stop();
  if (main_) main_->request_stop();
}

void Agent::abandon() {
  request_stop();
  reporter_.request_stop();
  abandoned_ = true;
}

bool Agent::has_ended() const { return finished_ && (!main_ || main_->has_ended()); }

std::optional<core::Status> Agent::outcome() const {
  if (!finished_) return std::nullopt;
  return outcome_;
}

void Agent::work(std::stop_token stop) {
  outcome_ = play_until_the_end(stop);
  if (outcome_) {
    set_state("stopped", stop.stop_requested() ? "" : "the source is at its end");
  } else {
    set_state("failed", outcome_.error().message);
  }
  finished_ = true;
}

core::Status Agent::play_until_the_end(const std::stop_token& stop) {
  for (bool first = true; !stop.stop_requested(); first = false) {
    if (!first) state_.on_restart();
    set_state("connecting", "opening " + shown_source(options_));
    const auto started = context_.clock.steady();
    Ended ended = play(stop);
    ended.error.message = masked(std::move(ended.error.message));
    if (stop.stop_requested()) break;
    if (options_.once && ended.error.code == Code::closed) {
      context_.log.info("done: {}", ended.error.message);
      return {};
    }
    if (options_.once || (first && is_hopeless(ended))) return ended.error;
    if (context_.clock.steady() - started > healthy_after) backoff_.reset();
    const auto wait = backoff_.next();
    complain(fmt::format("{}; trying again in {:.1f} s", ended.error.message,
                         double(wait.count()) / 1000),
             ended.error.message);
    core::sleep_for(wait, stop);
  }
  return {};
}

bool Agent::is_hopeless(const Ended& ended) const {
  if (!options_.ends_on_bad_source || ended.stage == Stage::playing) return false;
  switch (ended.error.code) {
    case Code::bad_input:
    case Code::unsupported: return true;
    // A server may not have its stream yet; a path that is not there is misspelt.
    case Code::not_found: return ended.stage == Stage::opening;
    default: return false;
  }
}

Agent::Ended Agent::play(const std::stop_token& stop) {
  auto publisher = bus_.live_publisher(options_.stream);
  if (!publisher) return {Stage::playing, publisher.error()};
  auto chosen = source_options(options_);
  chosen.history = history_;
  auto source = open_source_(options_.source, chosen, context_);
  if (!source) return {Stage::opening, source.error()};
  Stage stage = Stage::starting;
  while (true) {
    auto picture = (*source)->next(stop);
    if (!picture) return {stage, picture.error()};
    if (stop.stop_requested()) return {stage, {Code::closed, "stopped"}};
    state_.on_captured();
    if (stage == Stage::starting) {
      stage = Stage::playing;
      last_complaint_.clear();
      live_detail_ = live_detail(**source, *picture);
      context_.log.info("live: {}", live_detail_);
    }
    if (auto done = on_picture(std::move(*picture), **publisher); !done) {
      return {stage, done.error()};
    }
  }
}

std::string Agent::live_detail(const video::Source& source, const video::Picture& picture) const {
  const auto size = size_of(picture);
  std::string text = fmt::format("{}, {}x{}", source.description(), size.width, size.height);
  if (frame_maker_.passes(picture)) text += ", H.264 as it comes";
  if (options_.privacy.empty()) return text;
  text += fmt::format("; {} privacy area{} blacked out", options_.privacy.size(),
                      options_.privacy.size() == 1 ? "" : "s");
  const bool compressed = std::holds_alternative<core::EncodedPicture>(picture.content);
  return compressed ? text + " (its JPEG is decoded and encoded again for that)" : text;
}

// Without a connection the link is not slow but away.
void Agent::note_credit(bool credit) {
  if (!options_.adapt) return;
  if (!credit && bus_.state().connection != bus::Connection::connected) return;
  const Sending before = adaptation_.sending();
  adaptation_.note(credit, context_.clock.steady());
  if (adaptation_.sending() == before) return;
  const std::string words = adaptation_.words();
  context_.log.info("{}", words.empty() ? "the link is as fast as it should be again" : words);
  state_.on_adapted(words);
  changed_.push(true);
}

core::Status Agent::on_picture(video::Picture picture, bus::LivePublisher& publisher) {
  const bool passes = frame_maker_.passes(picture);
  const Sending sending = passes ? Sending{} : adaptation_.sending();
  if (offered_++ % static_cast<uint64_t>(sending.every) != 0) {
    state_.on_left_out();
    return {};
  }
  const bool gated = options_.gating && !passes;
  if (gated && !still_gate_.passes(picture, context_.clock.steady())) {
    state_.on_unchanged();
    return {};
  }
  ++sequence_;  // what is missing from here on was lost, not left out
  if (publisher.in_flight() >= core::limits::frames_in_flight_max) {
    state_.on_dropped();  // before it is encoded: that is what drops are to save
    if (!passes) note_credit(false);
    return {};
  }
  const auto truth = options_.publish_truth ? picture.truth : nullptr;
  const auto before = context_.clock.steady();
  auto made = frame_maker_.make(std::move(picture), sequence_, sending);
  if (!made) return on_unusable(made.error());
  broken_in_a_row_ = 0;
  if (made->reencoded) state_.on_reencoded();
  if (!made->frame) {
    if (passes) state_.on_dropped();
    return {};
  }
  const core::EncodedFrame& frame = *made->frame;
  const double encode_ms = core::milliseconds(context_.clock.steady() - before);
  auto sent = publish(frame, encode_ms, publisher);
  if (!sent) frame_maker_.on_lost();
  if (!sent && sent.error().code == Code::busy) {
    state_.on_dropped();
    if (!passes) note_credit(false);
    return {};
  }
  if (!sent && sent.error().code == Code::bad_input) {  // too large: the next one may not be
    state_.on_dropped();
    complain(sent.error().message, sent.error().message);
    return {};
  }
  if (!sent) return sent.error().context("publishing a frame");
  state_.on_published();
  if (gated) still_gate_.on_published(context_.clock.steady());
  if (!passes) note_credit(true);
  set_state("live", live_detail_);
  if (!truth) return {};
  return publish_truth(bus_, options_.stream, frame,
                       frame_maker_.published_truth(*truth, frame.size));
}

// A picture that cannot be decoded is no reason to open the source again; a row of them is.
core::Status Agent::on_unusable(const core::Error& error) {
  if (error.code != Code::bad_input || ++broken_in_a_row_ > broken_in_a_row_max) return error;
  state_.on_dropped();
  frame_maker_.on_lost();
  context_.log.debug("a picture is left out: {}", error.message);
  return {};
}

core::Status Agent::publish(const core::EncodedFrame& frame, double encode_ms,
                            bus::LivePublisher& publisher) {
  auto event = wire::make_frame_event(options_.stream, frame, context_.clock.now());
  event.attributes["instance"] = instance_;
  if (!options_.main_of.empty()) event.attributes["mainof"] = options_.main_of;
  event.attributes["encodems"] = fmt::format("{:.3f}", encode_ms);
  return publisher.try_publish(event);
}

// A camera that is away for a night says so once in the log, not every ten seconds.
void Agent::complain(const std::string& message, const std::string& complaint) {
  set_state("failed", message);
  if (complaint == last_complaint_) {
    context_.log.debug("{}", message);
  } else {
    context_.log.warning("{}", message);
    last_complaint_ = complaint;
  }
}

void Agent::set_state(const std::string& state, const std::string& detail) {
  if (state_.set(state, masked(detail))) changed_.push(true);
}

std::string Agent::masked(std::string text) const {
  const auto& secrets = options_.source_options.secrets;
  return secrets ? secrets->masked(std::move(text)) : text;
}

void Agent::report(std::stop_token stop) {
  while (!stop.stop_requested()) {
    changed_.pop_for(status_period, stop);
    if (!stop.stop_requested()) publish_status();
    last_report_ = context_.clock.steady();
  }
}

void Agent::publish_status() {
  if (!options_.main_of.empty()) return;  // its device speaks for it
  auto report = status();
  report.privacy = options_.privacy;
  if (main_) {
    report.main = main_stream_name(options_.stream.device);
    report.main_detail = main_->words();
  }
  if (auto sent = bus_.publish(wire::make_status_event(report)); !sent) {
    context_.log.debug("publishing the status: {}", sent.error().message);
  }
}

}  // namespace fovea::camera
