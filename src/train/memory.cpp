#include "train/memory.h"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace fovea::train {

size_t peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return size_t(usage.ru_maxrss) << 10;
}

size_t memory_limit(int megabytes) {
  size_t limit = std::numeric_limits<size_t>::max();
  std::ifstream file("/proc/meminfo");
  std::string name;
  size_t kilobytes = 0;
  for (std::string rest; file >> name >> kilobytes; std::getline(file, rest)) {
    if (name == "MemAvailable:") limit = (kilobytes << 10) + peak_memory();
  }
  // In a container less may be left than the machine has.
  size_t own = 0;
  if (std::ifstream("/sys/fs/cgroup/memory.max") >> own) limit = std::min(limit, own);
  return megabytes > 0 ? std::min(limit, size_t(megabytes) << 20) : limit;
}

}  // namespace fovea::train
