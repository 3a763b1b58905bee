#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/context.h"
#include "site/devices.h"
#include "site/site.h"

namespace fovea::site {

// The models that devices want, each loaded once and shared, in the background: loading compiles
// and may take seconds. What nobody wants any more is let go; it lives on in the sessions until
// their running frame is done.
// Threads: any. Owns the loader thread; destroying waits for a load that runs.
// Limit: as many models as devices want (limits::devices_max).
class ModelPool {
 public:
  enum class State { loading, loaded, failed };
  struct Entry {
    State state = State::loading;
    ServedPtr served;   // when loaded
    std::string error;  // when failed
  };
  // Called on the loader thread after a load has ended, without a lock.
  using Listener = std::function<void(const std::string& reference, const Entry& entry)>;

  ModelPool(ModelLoader load, Listener listener, const core::Context& context);
  ~ModelPool();

  void stop();  // waits for a load that runs; wants are remembered, but nothing is loaded any more

  // Loads those that are not there, forgets the others.
  void want(const std::set<std::string>& references);
  // One that failed is loaded again (when wanted).
  void retry(const std::string& reference);

  Entry find(const std::string& reference) const;  // loading, when unknown
  std::map<std::string, Entry> entries() const;
  bool idle() const;  // nothing is loading

 private:
  void load_wanted(std::stop_token stop);
  Entry load_one(const std::string& reference);

  const ModelLoader load_;
  const Listener listener_;
  core::Context context_;
  mutable std::mutex mutex_;  // guards entries_
  std::condition_variable_any wanted_;
  std::map<std::string, Entry> entries_;
  std::jthread loader_;  // last: starts when all else is there
};

}  // namespace fovea::site
