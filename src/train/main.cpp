// The program fovea-train: JOB.json in, events as lines of JSON on standard output, files in the
// job's folder. `fovea train` starts it; nothing else of Fovea loads Torch.
#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <malloc.h>
#include <sched.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <thread>

#include "core/file.h"
#include "core/limits.h"
#include "learn/train_job.h"
#include "train/step_timing.h"
#include "train/trainer.h"

namespace {

using namespace fovea;

volatile std::sig_atomic_t asked_to_stop = 0;
void on_signal(int) { asked_to_stop = 1; }

constexpr rlim_t megabyte = rlim_t(1) << 20;
constexpr rlim_t reserve = 1024 * megabyte;
constexpr int lowest_priority = 19;

// Torch takes and returns blocks of many megabytes in every step; giving them back to the kernel
// each time would cost a third of the time (page faults).
void keep_memory() {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 2000000000);
  mallopt(M_TOP_PAD, 64 << 20);
}

// A site on the same machine goes first. SCHED_BATCH at the lowest priority would get little time
// as well, but keeps a core for some milliseconds once it has it, while a frame waits.
void step_back(const learn::TrainJob& job) {
  (void)setpriority(PRIO_PROCESS, 0, lowest_priority);
  const sched_param none{};
  (void)sched_setscheduler(0, SCHED_IDLE, &none);
  if (job.memory_mb <= 0) return;
  // What a batch takes is reckoned before (Training::check_memory); this is for the case that it
  // was wrong, and counts address space, of which threads and libraries take more than they use.
  const rlim_t bytes = rlim_t(job.memory_mb) * megabyte * 2 + reserve;
  const rlimit limit{bytes, bytes};
  (void)setrlimit(RLIMIT_DATA, &limit);
}

class Teller {
 public:
  explicit Teller(const std::string& file) : file_(file, std::ios::app) {}
  void operator()(const learn::TrainerEvent& event) {
    const std::string line = to_json(event) + "\n";
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fflush(stdout);
    file_ << line << std::flush;
  }

 private:
  std::ofstream file_;
};

core::Status run(const learn::TrainJob& job, Teller& teller) {
  at::set_num_threads(job.threads > 0 ? job.threads : int(std::thread::hardware_concurrency()));
  const core::SystemClock clock;
  try {
    return train::train(
        job, [&](const auto& event) { teller(event); }, [] { return asked_to_stop != 0; }, clock);
  } catch (const c10::Error& error) {
    return core::Error{core::Code::internal, error.what_without_backtrace()};
  } catch (const std::bad_alloc&) {
    return core::Error{core::Code::busy, "there is not enough memory; a smaller --batch helps"};
  } catch (const std::exception& error) {
    return core::Error{core::Code::internal, error.what()};
  }
}

int fail(const core::Error& error) {
  fmt::print(stderr, "fovea-train: {}\n", error.message);
  return 2;
}

// For `fovea bench learn`.
int time_steps(const char* file) {
  const auto text = core::read_file(file, core::limits::json_bytes_max);
  if (!text) return fail(text.error());
  const auto took = train::time_steps(text->text());
  if (!took) return fail(took.error());
  fmt::print("{}\n", *took);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  keep_memory();
  if (argc == 3 && std::string_view(argv[1]) == "--time-steps") return time_steps(argv[2]);
  if (argc != 2) {
    std::fputs("fovea-train: 'fovea train' starts this program\n", stderr);
    return 2;
  }
  std::signal(SIGTERM, on_signal);
  std::signal(SIGINT, on_signal);
  const auto text = core::read_file(argv[1], core::limits::json_bytes_max);
  const auto job = text ? learn::parse_train_job(text->text()) : text.error();
  if (!job) return fail(job.error());
  step_back(*job);
  Teller teller(job->output + "/" + learn::events_file);
  const auto done = run(*job, teller);
  if (done) return 0;
  learn::TrainerEvent failed;
  failed.kind = learn::TrainerEvent::Kind::failed;
  failed.words = done.error().message;
  failed.code = done.error().code;
  teller(failed);
  return 1;
}
