#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <thread>

#include "bench/report.h"

namespace fovea::bench {

namespace {

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

}  // namespace

std::string describe_machine() {
  utsname kernel{};
  uname(&kernel);
  const double memory_gib =
      double(sysconf(_SC_PHYS_PAGES)) * double(sysconf(_SC_PAGESIZE)) / double(1ull << 30);
  return fmt::format("{}, {} cores, {:.1f} GiB, {} {} {}", processor(),
                     std::thread::hardware_concurrency(), memory_gib, kernel.sysname,
                     kernel.release, kernel.machine);
}

}  // namespace fovea::bench
