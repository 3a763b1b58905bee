#include "site/model_pool.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "core/thread.h"

namespace fovea::site {

ModelPool::ModelPool(ModelLoader load, Listener listener, const core::Context& context)
    : load_(std::move(load)), listener_(std::move(listener)), context_(context.named("models")) {
  loader_ = core::start_thread("models", [this](std::stop_token stop) { load_wanted(stop); });
}

ModelPool::~ModelPool() { stop(); }

void ModelPool::stop() {
  loader_.request_stop();
  if (loader_.joinable()) loader_.join();
}

void ModelPool::want(const std::set<std::string>& references) {
  std::map<std::string, Entry> forgotten;  // dies after the lock: freeing a model takes time
  std::lock_guard lock(mutex_);
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto next = std::next(entry);
    if (!references.contains(entry->first)) forgotten.insert(entries_.extract(entry));
    entry = next;
  }
  for (const auto& reference : references) entries_.try_emplace(reference);
  wanted_.notify_one();
}

void ModelPool::retry(const std::string& reference) {
  std::lock_guard lock(mutex_);
  const auto entry = entries_.find(reference);
  if (entry == entries_.end() || entry->second.state != State::failed) return;
  entry->second = {};
  wanted_.notify_one();
}

ModelPool::Entry ModelPool::find(const std::string& reference) const {
  std::lock_guard lock(mutex_);
  const auto entry = entries_.find(reference);
  return entry == entries_.end() ? Entry{} : entry->second;
}

std::map<std::string, ModelPool::Entry> ModelPool::entries() const {
  std::lock_guard lock(mutex_);
  return entries_;
}

bool ModelPool::idle() const {
  std::lock_guard lock(mutex_);
  return std::none_of(entries_.begin(), entries_.end(),
                      [](const auto& entry) { return entry.second.state == State::loading; });
}

void ModelPool::load_wanted(std::stop_token stop) {
  const auto next = [this] {
    return std::find_if(entries_.begin(), entries_.end(),
                        [](const auto& entry) { return entry.second.state == State::loading; });
  };
  while (true) {
    std::string reference;
    {
      std::unique_lock lock(mutex_);
      if (!wanted_.wait(lock, stop, [&] { return next() != entries_.end(); })) return;
      if (stop.stop_requested()) return;
      reference = next()->first;
    }
    const Entry loaded = load_one(reference);
    {
      std::lock_guard lock(mutex_);
      const auto entry = entries_.find(reference);
      if (entry == entries_.end()) continue;  // nobody wants it any more
      entry->second = loaded;
    }
    listener_(reference, loaded);
  }
}

ModelPool::Entry ModelPool::load_one(const std::string& reference) {
  auto& failures =
      context_.metrics.counter("fovea_model_failures_total", "Models that could not be loaded");
  context_.log.info("loading {}", reference);
  const auto begin = context_.clock.steady();
  std::string error;
  try {
    auto model = load_(reference);
    if (model) {
      context_.log.info("{} is ready after {:.0f} ms ({})", reference,
                        core::milliseconds(context_.clock.steady() - begin), (*model)->engine());
      auto classes = std::make_shared<core::ClassList>((*model)->manifest().classes);
      return {State::loaded,
              std::make_shared<ServedModel>(ServedModel{reference, *model, std::move(classes)}),
              {}};
    }
    error = model.error().message;
  } catch (const std::exception& thrown) {
    error = thrown.what();
  }
  failures.add();
  context_.log.error("{} could not be loaded: {}", reference, error);
  return {State::failed, nullptr, error};
}

}  // namespace fovea::site
