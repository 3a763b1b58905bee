#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "bus/bus.h"
#include "camera/agent.h"
#include "core/context.h"
#include "site/added_cameras.h"
#include "site/cameras.h"

namespace fovea::cli {

// The cameras of a site's own process: those of its configuration and flags, and those that were
// added on the page. Of two with one name the configuration's runs. One that is to end and hangs in
// the kernel is left alone until it has ended, so that it stops nobody; only the end of the program
// waits for it, as long as the command's EndGuard lets it.
// Threads: any. The bus outlives it.
class SiteCameras final : public site::Cameras {
 public:
  // Is told which cameras there are, before the first of them publishes and when some are gone.
  using Tell = std::function<void(std::set<std::string> names)>;

  // `database` is the state's file, prepared; empty: what is added is forgotten at the end. Errors:
  // io.
  static core::Result<std::unique_ptr<SiteCameras>> open(const std::string& site, bus::Bus& bus,
                                                         const std::string& database, Tell tell,
                                                         const core::Context& context);

  // Starts what is new, ends what is gone, leaves alone what is as it was. Takes 2 s at most.
  void apply(const std::vector<camera::AgentOptions>& configured);
  void stop();  // ends all; nothing is added any more

  // A camera that has not told its status since then; empty: none.
  std::string hanging(core::SteadyTime since) const;

  std::vector<site::CameraView> list() const override;
  core::Result<site::CameraTrial> probe(const std::string& source,
                                        const std::stop_token& stop) override;
  core::Result<site::CameraView> add(const site::NewCamera& camera) override;
  core::Status remove(const std::string& name) override;

 private:
  struct Wanted {
    camera::AgentOptions options;
    bool added = false;
  };
  struct Running {
    std::string lines;  // of the config, to see whether it has changed
    std::string codec;
    bool added = false;
    std::unique_ptr<camera::Agent> agent;
  };
  using Map = std::map<std::string, Running>;

  SiteCameras(std::string site, bus::Bus& bus, std::unique_ptr<site::AddedCameras> kept, Tell tell,
              const core::Context& context);
  core::Result<camera::AgentOptions> options_of(const site::NewCamera& camera) const;
  std::vector<Wanted> wanted_cameras(const std::vector<camera::AgentOptions>& configured);
  Running start(const Wanted& wanted);
  bool has(const std::string& name) const;
  std::set<std::string> names() const;
  void end(Map&& gone);

  const std::string site_;
  bus::Bus& bus_;
  const Tell tell_;
  const core::Context context_;
  std::mutex change_;  // one change at a time; taken before mutex_, never the other way
  const std::unique_ptr<site::AddedCameras> kept_;    // guarded by change_
  bool stopped_ = false;                              // guarded by change_
  std::vector<std::unique_ptr<camera::Agent>> hung_;  // were to end; guarded by change_
  mutable std::mutex mutex_;                          // guards cameras_; held for moments only
  Map cameras_;
};

}  // namespace fovea::cli
