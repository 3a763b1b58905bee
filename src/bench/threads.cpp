#include "bench/threads.h"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace fovea::bench {

namespace {

// Nanoseconds on a CPU, from the scheduler: finer than the ticks of /proc/.../stat.
double cpu_s_of(const std::filesystem::path& task) {
  double nanoseconds = 0;
  std::ifstream(task / "schedstat") >> nanoseconds;
  return nanoseconds / 1e9;
}

std::string part_of(const std::string& name) {
  if (name.starts_with("session")) return "session";
  if (name.starts_with("cam")) return "cameras";
  if (name.starts_with("publisher")) return "publisher";
  if (name.starts_with("sub") || name.starts_with("nats")) return "bus";
  return "rest";
}

}  // namespace

ThreadTimes read_thread_times() {
  ThreadTimes times;
  std::error_code ignored;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", ignored)) {
    std::string name;
    std::getline(std::ifstream(task.path() / "comm"), name);
    const auto id = static_cast<pid_t>(std::stol(task.path().filename().string()));
    times.threads[id] = {name, cpu_s_of(task.path())};
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return double(time.tv_sec) + double(time.tv_usec) / 1e6;
  };
  times.process_cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  return times;
}

std::map<std::string, double> cpu_by_part(const ThreadTimes& before, const ThreadTimes& after,
                                          const std::set<pid_t>& engine) {
  std::map<std::string, double> parts;
  for (const auto& [id, thread] : after.threads) {
    const auto earlier = before.threads.find(id);
    const double used =
        thread.cpu_s - (earlier == before.threads.end() ? 0 : earlier->second.cpu_s);
    parts[engine.contains(id) ? "engine" : part_of(thread.name)] += used;
  }
  return parts;
}

pid_t thread_id() {
  thread_local const pid_t id = [] {
    std::error_code failed;
    const auto link = std::filesystem::read_symlink("/proc/thread-self", failed);
    return failed ? gettid() : static_cast<pid_t>(std::stol(link.filename().string()));
  }();
  return id;
}

double thread_cpu_s() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return double(time.tv_sec) + double(time.tv_nsec) / 1e9;
}

double resident_mib() {
  size_t total = 0;
  size_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return double(resident) * double(sysconf(_SC_PAGESIZE)) / double(1u << 20);
}

double machine_cpu_s() {
  std::ifstream file("/proc/stat");
  std::string word;
  double user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, softirq = 0;
  file >> word >> user >> nice >> system >> idle >> waiting >> irq >> softirq;
  return (user + nice + system + irq + softirq) / double(sysconf(_SC_CLK_TCK));
}

}  // namespace fovea::bench
