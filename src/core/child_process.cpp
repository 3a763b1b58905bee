#include "core/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <utility>

#include "core/environment.h"
#include "core/ids.h"
#include "core/thread.h"
#include "core/url_credentials.h"

namespace fovea::core {

namespace {

using namespace std::chrono_literals;

constexpr size_t error_tail_bytes_max = 600;
constexpr size_t error_line_bytes_max = 4096;
constexpr auto stop_step = 100ms;  // how soon a stop request is seen
constexpr auto end_step = 10ms;    // how soon an end is seen

// A descriptor that is closed when it is not given away.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor() { close_now(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  void set(int number) {
    close_now();
    number_ = number;
  }
  int get() const { return number_; }
  int give_away() { return std::exchange(number_, -1); }
  void close_now() {
    if (number_ >= 0) close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

Error system_error(const std::string& doing) {
  return {Code::io, fmt::format("{}: {}", doing, std::strerror(errno))};
}

struct Pipe {
  Descriptor reading;
  Descriptor writing;
};

Status open_pipe(Pipe& pipe) {
  std::array<int, 2> ends{-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("making a pipe");
  pipe.reading.set(ends[0]);
  pipe.writing.set(ends[1]);
  return {};
}

// A file to append to, or a pipe.
Status open_output(const std::optional<std::string>& file, Pipe& pipe) {
  if (!file) return open_pipe(pipe);
  pipe.writing.set(open(file->c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  return pipe.writing.get() < 0 ? Status(system_error("opening " + *file)) : Status();
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  list.reserve(texts.size() + 1);
  for (auto& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

std::vector<std::string> environment_of(const ChildProcess::Options& options) {
  const auto& changes = options.environment;
  std::vector<std::string> ours;
  for (char** variable = environ; options.whole_environment && *variable; ++variable) {
    ours.emplace_back(*variable);
  }
  if (!options.whole_environment) ours = child_environment();
  std::vector<std::string> all = changes;
  for (auto& variable : ours) {
    const auto name = variable.substr(0, variable.find('=') + 1);
    const bool replaced = std::any_of(changes.begin(), changes.end(), [&](const auto& change) {
      return !name.empty() && change.compare(0, name.size(), name) == 0;
    });
    if (!replaced) all.push_back(std::move(variable));
  }
  return all;
}

// What the child needs between fork() and exec(), prepared by the parent.
struct Plan {
  char* const* command;
  char* const* environment;
  int output;
  int errors;
  int report;  // takes errno when there is no such program
  pid_t parent;
};

// So that no descriptor of ours stays open in the program.
void close_on_exec_from(int first) {
  if (close_range(unsigned(first), ~0u, CLOSE_RANGE_CLOEXEC) == 0) return;
  const long end = sysconf(_SC_OPEN_MAX);  // a kernel before 5.11
  for (int descriptor = first; descriptor < end; ++descriptor) {
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  }
}

// In the child: only calls that are safe after fork() in a program with threads.
[[noreturn]] void become(const Plan& plan) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != plan.parent) _exit(127);  // it died before the line above
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) sigaction(signal, &standard, nullptr);
  sigset_t none;
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, nullptr);  // servers block SIGTERM in all threads
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(nothing, 0);
  dup2(plan.output, 1);
  dup2(plan.errors, 2);
  close_on_exec_from(3);
  execvpe(plan.command[0], plan.command, plan.environment);
  const int failed = errno;
  [[maybe_unused]] const auto told = write(plan.report, &failed, sizeof(failed));
  _exit(127);
}

// fork() with all signals blocked, so that no handler of ours runs in the child.
pid_t start_child(const Plan& plan) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t id = fork();
  if (id == 0) become(plan);
  const int failed = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (id > 0) setpgid(id, id);  // whoever of the two is first
  errno = failed;
  return id;
}

// 0 once the child runs its program, else errno of the attempt.
int exec_error(int report) {
  int failed = 0;
  ssize_t got = 0;
  do {
    got = ::read(report, &failed, sizeof(failed));
  } while (got < 0 && errno == EINTR);
  return got == ssize_t(sizeof(failed)) ? failed : 0;
}

std::string last_lines(std::string_view text) {
  std::string line;
  for (const char c : text) line += c == '\n' || c == '\r' ? ' ' : c;
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return printable(line, error_tail_bytes_max);
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const Options& options, Log log) {
  FOVEA_ASSERT(!options.command.empty());
  Pipe output, errors, report;
  if (auto opened = open_output(options.output_file, output); !opened) return opened.error();
  if (auto opened = open_output(options.error_file, errors); !opened) return opened.error();
  if (auto opened = open_pipe(report); !opened) return opened.error();
  // Numbers below 3 (a program that was started without them) would be overwritten by dup2().
  for (auto* writing : {&output.writing, &errors.writing, &report.writing}) {
    if (writing->get() > 2) continue;
    writing->set(fcntl(writing->get(), F_DUPFD_CLOEXEC, 3));
    if (writing->get() < 0) return system_error("making a pipe");
  }
  std::vector<std::string> arguments = options.command;
  std::vector<std::string> variables = environment_of(options);
  const auto argument_pointers = pointers(arguments);
  const auto variable_pointers = pointers(variables);
  const pid_t id =
      start_child({argument_pointers.data(), variable_pointers.data(), output.writing.get(),
                   errors.writing.get(), report.writing.get(), getpid()});
  if (id < 0) return system_error("starting " + options.command[0]);
  report.writing.close_now();
  if (const int failed = exec_error(report.reading.get()); failed != 0) {
    waitpid(id, nullptr, 0);
    if (failed == ENOENT) {
      return Error{Code::unsupported,
                   fmt::format("{} was not found; install it", options.command[0])};
    }
    errno = failed;
    return system_error("starting " + options.command[0]);
  }
  if (errors.reading.get() >= 0) fcntl(errors.reading.get(), F_SETFL, O_NONBLOCK);
  return ChildProcess(id, output.reading.give_away(), errors.reading.give_away(), options,
                      std::move(log));
}

ChildProcess::ChildProcess(pid_t id, int output, int errors, const Options& options, Log log)
    : log_(std::move(log)),
      grace_(options.grace),
      masked_(options.masked),
      id_(id),
      output_(output),
      errors_(errors) {}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : log_(std::move(other.log_)),
      grace_(other.grace_),
      masked_(other.masked_),
      id_(std::exchange(other.id_, -1)),
      output_(std::exchange(other.output_, -1)),
      errors_(std::exchange(other.errors_, -1)),
      error_tail_(std::move(other.error_tail_)),
      error_line_(std::move(other.error_line_)),
      end_(std::move(other.end_)) {}

ChildProcess::~ChildProcess() {
  end();
  for (const int descriptor : {output_, errors_}) {
    if (descriptor >= 0) close(descriptor);
  }
}

Result<size_t> ChildProcess::read(std::span<uint8_t> buffer, std::chrono::milliseconds limit,
                                  const std::stop_token& stop) {
  FOVEA_ASSERT(output_ >= 0);
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!stop.stop_requested()) {
    std::array<pollfd, 2> waiting{pollfd{output_, POLLIN, 0}, pollfd{errors_, POLLIN, 0}};
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left <= 0ms) {
      return Error{Code::timeout,
                   fmt::format("no output for {} s", std::chrono::duration<double>(limit).count())};
    }
    const int ready =
        ::poll(waiting.data(), waiting.size(),
               static_cast<int>(std::min<std::chrono::milliseconds>(left, stop_step).count()));
    if (ready < 0 && errno != EINTR) return system_error("waiting for output");
    if (ready <= 0) continue;
    if (waiting[1].revents) drain_errors();
    if (waiting[0].revents == 0) continue;
    const ssize_t got = ::read(output_, buffer.data(), buffer.size());
    if (got >= 0) return static_cast<size_t>(got);
    if (errno != EINTR && errno != EAGAIN) return system_error("reading output");
  }
  return Error{Code::closed, "stopped"};
}

void ChildProcess::drain_errors() {
  constexpr int pieces_max = 16;  // a full pipe; who writes faster than we read must not keep us
  std::array<char, 4096> piece;
  ssize_t got = 0;
  for (int i = 0; errors_ >= 0 && i < pieces_max; ++i) {
    got = ::read(errors_, piece.data(), piece.size());
    if (got <= 0) break;
    take_errors({piece.data(), static_cast<size_t>(got)});
  }
  const bool ended = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
  if (errors_ >= 0 && ended) close(std::exchange(errors_, -1));  // else poll() would spin
}

std::string ChildProcess::masked(std::string text) const {
  return masked_urls(masked_ ? masked_(std::move(text)) : text);
}

// Masked before anything is cut off, so that no half of a secret is left over.
void ChildProcess::take_errors(std::string_view text) {
  error_tail_ = masked(error_tail_.append(text));
  if (error_tail_.size() > error_tail_bytes_max) {
    error_tail_.erase(0, error_tail_.size() - error_tail_bytes_max);
  }
  error_line_.append(text);
  const size_t end = error_line_.rfind('\n');
  if (end == std::string::npos && error_line_.size() < error_line_bytes_max) return;
  log_.debug("{}", last_lines(masked(error_line_.substr(0, end))));
  error_line_.erase(0, end == std::string::npos ? end : end + 1);
}

const ChildProcess::End& ChildProcess::poll() {
  if (id_ <= 0 || end_.status) return end_;
  siginfo_t found{};
  // Looked at first and reaped later: until then nobody else can get the group's number.
  if (waitid(P_PID, id_t(id_), &found, WEXITED | WNOHANG | WNOWAIT) != 0 || found.si_pid != id_) {
    return end_;
  }
  ::kill(-id_, SIGKILL);  // what it left behind in its group
  reap();
  return end_;
}

void ChildProcess::reap() {
  int raw = 0;
  while (waitpid(id_, &raw, 0) < 0 && errno == EINTR) {
  }
  drain_errors();
  const std::string said = last_words();
  const std::string because = said.empty() ? "" : ": " + said;
  if (WIFEXITED(raw)) {
    end_ = {WEXITSTATUS(raw), fmt::format("exited with status {}{}", WEXITSTATUS(raw), because)};
    return;
  }
  const int signal = WTERMSIG(raw);
  end_ = {128 + signal,
          fmt::format("was ended by signal {} ({}){}", signal, strsignal(signal), because)};
}

const ChildProcess::End& ChildProcess::wait(std::chrono::milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!poll().status && std::chrono::steady_clock::now() < until) sleep_for(end_step, {});
  return end_;
}

void ChildProcess::send_signal(int signal) {
  if (id_ > 0 && !poll().status) ::kill(-id_, signal);
}

void ChildProcess::end() {
  if (id_ <= 0 || poll().status) return;
  if (grace_ > 0ms) {
    ::kill(-id_, SIGTERM);
    if (wait(grace_).status) return;
  }
  kill();
}

void ChildProcess::kill() {
  if (id_ <= 0 || poll().status) return;
  ::kill(-id_, SIGKILL);
  reap();
}

std::string ChildProcess::last_words() const { return last_lines(error_tail_); }

}  // namespace fovea::core
