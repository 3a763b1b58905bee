#pragma once

#include <sys/types.h>

#include <map>
#include <set>
#include <string>

namespace fovea::bench {

// CPU seconds that each thread of this process has used so far; threads that ended are missing.
struct ThreadTimes {
  struct Thread {
    std::string name;
    double cpu_s = 0;
  };
  std::map<pid_t, Thread> threads;
  double process_cpu_s = 0;  // of all, those that ended included
};
ThreadTimes read_thread_times();

// What was used between two readings, by the part of the product a thread belongs to (its name).
// Threads in `engine` are the engine's own workers.
std::map<std::string, double> cpu_by_part(const ThreadTimes& before, const ThreadTimes& after,
                                          const std::set<pid_t>& engine);

// The calling thread as read_thread_times() calls it: as /proc does, which in some containers shows
// an outer process namespace and other numbers than gettid().
pid_t thread_id();

// CPU seconds of the calling thread.
double thread_cpu_s();

double resident_mib();

// CPU seconds that all processes of the machine have used so far.
double machine_cpu_s();

}  // namespace fovea::bench
