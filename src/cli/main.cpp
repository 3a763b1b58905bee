#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <iostream>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "core/assert.h"

namespace fovea::cli {
namespace {

struct Command {
  const char* name;
  const char* summary;
  Declare declare;
};

// The product: what `fovea --help` lists, in this order.
const std::vector<Command>& commands() {
  static const std::vector<Command> table = {
      {"demo", "Two cameras, a site and its page in one process: start here", declare_demo},
      {"site", "Understand all cameras of a site and show them live", declare_site},
      {"camera", "Read a camera and publish its pictures to a site", declare_camera},
      {"infer", "Run a model over pictures and videos", declare_infer},
      {"train", "Train a segmentation model on pictures of one's own", declare_train},
      {"evaluate", "Measure how good a model is, on pictures with class maps", declare_evaluate},
      {"model", "The catalog of models: list, get, verify, inspect", declare_model},
      {"device", "Who may publish on a site's bus: accounts of devices", declare_device},
      {"user", "Who may sign in at a site: users and tokens", declare_user},
      {"bench", "Measure: throughput, latency, overload", declare_bench},
  };
  return table;
}

int run(int argc, char** argv) {
  CommandLine line("fovea", "Edge intelligence for live video.\n", FOVEA_VERSION,
                   "\n'fovea COMMAND --help' tells all about one command, with examples.");
  std::vector<std::pair<App, std::function<int()>>> bodies;
  for (const auto& command : commands()) {
    const App app = line.add_command(command.name, command.summary);
    bodies.emplace_back(app, command.declare(app));
  }
  if (const auto status = line.parse(argc, argv)) return *status;
  const auto given = std::find_if(bodies.begin(), bodies.end(),
                                  [](const auto& body) { return body.first.parsed(); });
  FOVEA_ASSERT(given != bodies.end());
  return given->second();
}

// What was printed may be waiting still, and a full disk be seen only now. A reader that has gone
// away ("| head") has seen what it wanted.
int with_output(int status) {
  errno = 0;
  std::cout.flush();
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.good();
  if (written || errno == EPIPE) return status;
  std::fprintf(stderr, "fovea: writing the result to standard output failed: %s\n",
               errno != 0 ? std::strerror(errno) : "not all of it got through");
  return status == exit_done ? exit_failed : status;
}

// Libraries throw; whoever calls them here converts. What was overlooked ends in a sentence.
int run_and_finish(int argc, char** argv) {
  int status = exit_failed;
  try {
    status = run(argc, argv);
  } catch (const std::exception& overlooked) {
    // A full disk behind standard output is told below.
    if (std::ferror(stdout) == 0) {
      std::fprintf(stderr, "fovea: this should not have happened: %s\n", overlooked.what());
    }
  }
  return with_output(status);
}

}  // namespace
}  // namespace fovea::cli

int main(int argc, char** argv) { return fovea::cli::run_and_finish(argc, argv); }
