#include "site/process_usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

namespace fovea::site {

ProcessUsage::ProcessUsage(core::Clock& clock)
    : clock_(clock), last_time_(clock.steady()), last_cpu_s_(cpu_seconds()) {}

void ProcessUsage::sample() {
  const auto now = clock_.steady();
  const double passed_s = std::chrono::duration<double>(now - last_time_).count();
  if (passed_s <= 0) return;
  const double cpu_s = cpu_seconds();
  cpu_percent_ = 100 * (cpu_s - last_cpu_s_) / passed_s;
  last_cpu_s_ = cpu_s;
  last_time_ = now;
}

double ProcessUsage::memory_mib() {
  std::ifstream file("/proc/self/statm");
  double pages = 0;
  double resident = 0;
  file >> pages >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

double ProcessUsage::cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace fovea::site
