#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/log_options.h"
#include "cli/progress_bar.h"
#include "cli/signals.h"
#include "core/file.h"
#include "core/file_lock.h"
#include "core/json.h"
#include "core/limits.h"
#include "core/metrics.h"
#include "core/thread.h"
#include "core/utf8.h"
#include "infer/model_reference.h"
#include "learn/export.h"
#include "learn/network_file.h"
#include "learn/trainer.h"
#include "learn/training_report.h"
#include "video/transform.h"

namespace fovea::cli {
namespace {

namespace fs = std::filesystem;
using core::Code;
using core::Error;
using core::Json;
using Kind = learn::TrainerEvent::Kind;

constexpr const char* start_file = "start.safetensors";
constexpr const char* package_folder = "model";
constexpr const char* lock_file = "lock";
constexpr double rate_from_start = 1.5e-3;  // a higher one forgets what the start knows

struct TrainOptions {
  learn::TrainJob job;
  std::string start;
  std::string resume;
  std::string input;
  std::string crop;
  std::string precision = "f16";
  bool json = false;
  LogOptions log;
  // Names of the options that were given.
  std::function<std::vector<std::string>()> given;
};

int fail(const core::Error& error) {
  fmt::print(stderr, "fovea train: {}\n", error.message);
  return exit_status(error);
}

core::Status set_size(const char* option, const std::string& text, core::Size& size) {
  if (text.empty()) return {};
  const auto parsed = video::parse_size(text);
  if (!parsed) return parsed.error().context(option);
  size = *parsed;
  return {};
}

std::string absolute_path(const std::string& path) {
  if (path.empty()) return path;
  const auto whole = fs::absolute(path).lexically_normal();
  return (whole.has_filename() ? whole : whole.parent_path()).string();  // no slash at its end
}

// The model that is trained on, as a file of its own in the output folder. The network is as wide,
// and sees pictures of the size, as that one, unless something else was asked for.
core::Status take_start(const TrainOptions& options, learn::TrainJob& job,
                        const core::Context& context) {
  if (options.start.empty()) return {};
  std::string file = options.start;
  const fs::path place = absolute_path(file);
  job.parent = (place.parent_path().filename() / place.filename()).string();
  if (!learn::is_network_file(file)) {
    auto found = infer::resolve_model(file, infer::default_places(""), context);
    if (!found) return found.error();
    file = found->path;
    job.parent = found->manifest.name + " " + found->manifest.version;
  }
  job.start = (fs::path(job.output) / start_file).string();
  if (auto taken = learn::import_network(file, job.start); !taken) return taken;
  const auto start = learn::read_network(job.start);
  if (!start) return start.error();
  const auto given = options.given();
  const auto is_given = [&](const char* name) {
    return std::find(given.begin(), given.end(), name) != given.end();
  };
  if (!is_given("--width")) job.width = start->config.width;
  if (!is_given("--input")) job.input = start->config.input;
  if (!is_given("--learning-rate")) job.learning_rate = rate_from_start;
  return {};
}

// "folder:yard" means the same from any other folder.
std::string absolute_spec(const std::string& spec) {
  const size_t colon = spec.find(':');
  if (!spec.starts_with("camvid:") && !spec.starts_with("folder:")) return spec;
  if (colon + 1 == spec.size()) return spec;  // opening it says what is missing
  return spec.substr(0, colon + 1) + fs::absolute(spec.substr(colon + 1)).string();
}

// A folder's name as a model's.
std::string name_of(const std::string& folder) {
  std::string name = fs::path(folder).filename().string().substr(0, core::limits::name_length_max);
  for (char& letter : name) {
    const bool plain = std::isalnum(static_cast<unsigned char>(letter)) != 0;
    if (!plain && letter != '.' && letter != '_' && letter != '-') letter = '-';
  }
  if (name.starts_with('.')) name.front() = '-';
  return name.empty() ? "model" : name;
}

learn::ExportOptions export_options(const learn::TrainJob& job) {
  learn::ExportOptions how;
  how.name = job.model_name;
  how.version = job.model_version;
  how.licence = job.licence;
  how.training_data = job.data;
  how.parent = job.parent;
  how.half = job.half;
  return how;
}

// What ends up in JSON.
core::Status check_words(const learn::TrainJob& job, const std::string& start) {
  for (const auto& [option, words] : {std::pair{"--output", &job.output},
                                      {"--data", &job.data},
                                      {"--validation", &job.validation},
                                      {"--classes", &job.classes},
                                      {"--teacher", &job.teacher},
                                      {"--start", &start},
                                      {"--version", &job.model_version},
                                      {"--licence", &job.licence}}) {
    if (core::is_utf8(*words)) continue;
    return Error{Code::bad_input, fmt::format("{} is no UTF-8: it needs another name", option)};
  }
  return {};
}

core::Status make_folder(const std::string& output) {
  std::error_code failed;
  fs::create_directories(output, failed);
  if (failed) {
    return Error{Code::io, fmt::format("{} cannot be made: {}", output, failed.message())};
  }
  if (!fs::exists(fs::path(output) / "classes.yaml")) return {};
  return Error{Code::exists, output + " holds labelled pictures; name a folder of its own"};
}

// What was there before stays; an attempt that came to nothing is no training.
core::Status prepare_folder(const std::string& output) {
  for (const char* file : {learn::last_file, learn::best_file}) {
    if (!fs::exists(fs::path(output) / file)) continue;
    return Error{
        Code::exists,
        fmt::format("{0} holds a training already: go on with --resume {0}, or name another "
                    "folder",
                    output)};
  }
  if (fs::exists(fs::path(output) / package_folder)) {
    return Error{Code::exists, fmt::format("{} holds a '{}' already; name another folder", output,
                                           package_folder)};
  }
  std::error_code failed;
  fs::remove(fs::path(output) / learn::events_file, failed);
  return {};
}

// Two trainers would write the same files.
core::Result<core::FileLock> lock_folder(const std::string& folder) {
  auto lock = core::FileLock::take((fs::path(folder) / lock_file).string());
  if (!lock) return lock.error();
  if (*lock) return **std::move(lock);
  return Error{
      Code::busy,
      fmt::format("a training runs in {}; wait for its end, or end it (Ctrl-C saves)", folder)};
}

core::Result<learn::TrainJob> new_job(const TrainOptions& options, const core::Context& context,
                                      std::optional<core::FileLock>& lock) {
  learn::TrainJob job = options.job;
  if (job.data.empty() || job.output.empty()) {
    return Error{Code::bad_input,
                 "name the pictures with --data and a folder with --output, or go on with "
                 "--resume"};
  }
  if (auto good = set_size("--input", options.input, job.input); !good) return good.error();
  if (auto good = set_size("--crop", options.crop, job.crop); !good) return good.error();
  if (job.scale_least > job.scale_most) {
    return Error{Code::bad_input, "--scale-least must not be more than --scale-most"};
  }
  job.output = absolute_path(job.output);
  job.data = absolute_spec(job.data);
  job.validation = absolute_spec(job.validation);
  job.classes = absolute_path(job.classes);
  job.teacher = absolute_path(job.teacher);
  if (auto good = check_words(job, options.start); !good) return good.error();
  job.half = options.precision == "f16";
  if (job.model_name.empty()) job.model_name = name_of(job.output);
  if (auto good = learn::check_options(export_options(job)); !good) return good.error();
  if (auto made = make_folder(job.output); !made) return made.error();
  auto locked = lock_folder(job.output);
  if (!locked) return locked.error();
  lock.emplace(*std::move(locked));
  if (auto ready = prepare_folder(job.output); !ready) return ready.error();
  if (auto taken = take_start(options, job, context); !taken) return taken.error();
  return job;
}

// What may be another when a training goes on.
void take_changes(const std::string& option, const learn::TrainJob& given, learn::TrainJob& job) {
  if (option == "--minutes") job.minutes = given.minutes, job.steps = 0;
  if (option == "--steps") job.steps = given.steps;
  if (option == "--batch") job.batch = given.batch;
  if (option == "--threads") job.threads = given.threads;
  if (option == "--memory-limit") job.memory_mb = given.memory_mb;
  if (option == "--learning-rate") job.learning_rate = given.learning_rate;
}

core::Result<learn::TrainJob> resumed_job(const TrainOptions& options,
                                          std::optional<core::FileLock>& lock) {
  const std::string folder = absolute_path(options.resume);
  const auto text =
      core::read_file((fs::path(folder) / learn::job_file).string(), core::limits::json_bytes_max);
  if (!text) return text.error().context("nothing to go on with");
  auto job = learn::parse_train_job(text->text());
  if (!job) return job.error().context(folder);
  auto locked = lock_folder(folder);
  if (!locked) return locked.error();
  lock.emplace(*std::move(locked));
  constexpr std::array changes{"--minutes", "--steps",        "--batch",
                               "--threads", "--memory-limit", "--learning-rate"};
  constexpr std::array others{"--resume", "--json", "--log-level"};
  for (const auto& option : options.given()) {
    const auto is = [&](const char* name) { return option == name; };
    if (std::any_of(others.begin(), others.end(), is)) continue;
    if (std::none_of(changes.begin(), changes.end(), is)) {
      return Error{Code::bad_input,
                   fmt::format("{} cannot change when a training goes on; only {} can", option,
                               fmt::join(changes, ", "))};
    }
    take_changes(option, options.job, *job);
  }
  job->output = folder;
  if (!core::is_utf8(folder)) {
    return Error{Code::bad_input, "--resume is no UTF-8: the folder needs another name"};
  }
  job->resume = fs::exists(fs::path(folder) / learn::last_file);
  return job;
}

// On a terminal how far it is, elsewhere a line for each check.
class Display {
 public:
  // What is noted is kept in `notes` as well.
  Display(bool quiet, std::vector<std::string>& notes)
      : terminal_(isatty(STDERR_FILENO) != 0), quiet_(quiet), notes_(notes) {}

  void show(const learn::TrainerEvent& event) {
    if (event.kind == Kind::note) notes_.push_back(event.words);
    if (quiet_) return;
    switch (event.kind) {
      case Kind::reading:
        bar_.show(size_t(event.step), size_t(event.pictures), "pictures read");
        break;
      case Kind::started:
        line(fmt::format("{} pictures to learn from, {} to check with; {:.2f} million parameters",
                         event.pictures, event.validation_pictures,
                         double(event.parameters) / 1e6));
        best_ = event.miou;
        break;
      case Kind::progress:
        loss_ = event.loss;
        draw(event);
        break;
      case Kind::validated:
        best_ = std::max(best_, event.miou);
        if (terminal_) {
          draw(event);
        } else {
          line(fmt::format("{:3.0f} %, step {}: mIoU {:.2f} % (best {:.2f} %), {}",
                           100 * event.share, event.step, 100 * event.miou, 100 * best_,
                           left(event)));
        }
        break;
      case Kind::note: line(event.words); break;
      case Kind::failed:
      case Kind::done: break;
    }
  }

 private:
  static std::string left(const learn::TrainerEvent& event) {
    if (event.share <= 0) return "";
    const double seconds = event.seconds / event.share * (1 - event.share);
    if (seconds < 90) return fmt::format("{:.0f} s left", seconds);
    return fmt::format("{:.0f} min left", seconds / 60);
  }

  void draw(const learn::TrainerEvent& event) {
    std::string text;
    if (loss_ > 0) text += fmt::format("loss {:.3f}", loss_);
    if (best_ >= 0) text += fmt::format("  mIoU {:.2f} %", 100 * best_);
    bar_.show(size_t(100 * event.share), 100, text + "  " + left(event));
  }

  void line(const std::string& text) {
    bar_.clear();
    fmt::print(stderr, "{}\n", text);
  }

  const bool terminal_;
  const bool quiet_;
  std::vector<std::string>& notes_;
  ProgressBar bar_{"train"};
  double loss_ = 0;
  double best_ = -1;
};

// Ctrl-C and SIGTERM ask the trainer to save and end.
core::Result<learn::TrainerEvent> train(const learn::TrainJob& job, bool quiet,
                                        std::vector<std::string>& notes,
                                        const core::Context& context) {
  Signals signals;
  core::Result<learn::TrainerEvent> outcome = Error{};
  std::atomic<bool> done = false;
  auto worker = core::start_thread("train", [&](std::stop_token stop) {
    Display display(quiet, notes);
    outcome = learn::run_trainer(
        job, [&](const auto& event) { display.show(event); }, stop, context);
    done = true;
  });
  signals.run([&] { return done.load(); });
  worker.request_stop();
  worker.join();
  return outcome;
}

// Beside the one of an earlier run, then in its place.
core::Result<std::string> package(const learn::TrainJob& job, const learn::TrainerEvent& done) {
  const fs::path place = fs::path(job.output) / package_folder;
  const std::string fresh = place.string() + ".new";
  auto how = export_options(job);
  how.metrics["miou"] = done.miou;
  if (how.half && done.miou_half) how.metrics["miou_f16"] = *done.miou_half;
  std::error_code failed;
  fs::remove_all(fresh, failed);
  const auto made =
      learn::export_network((fs::path(job.output) / learn::best_file).string(), fresh, how);
  if (!made) return made.error();
  fs::remove_all(place, failed);
  fs::rename(fresh, place, failed);
  if (failed) return Error{Code::io, fmt::format("{}: {}", place.string(), failed.message())};
  return place.string();
}

// Classes that the mean says nothing of.
std::string unseen(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  return fmt::format(", none of which shows '{}',", fmt::join(names, "', '"));
}

void print_result(const learn::TrainJob& job, const learn::TrainerEvent& done,
                  const std::string& model) {
  fmt::print("mIoU {:.2f} % on the pictures to check with{} after {} steps in {:.1f} minutes\n",
             100 * done.miou, unseen(done.unseen), done.step, done.seconds / 60);
  if (job.half && done.miou_half) {
    fmt::print("as the model's file has it, with weights of 16 bit: {:.2f} %\n",
               100 * *done.miou_half);
  } else if (job.half) {
    fmt::print(
        "the model's file has weights of 16 bit; what that costs is measured where a training "
        "comes to its end, or by 'fovea evaluate --model {}'\n",
        model);
  }
  fmt::print("model   {}\nreport  {}\n", model,
             (fs::path(job.output) / learn::report_file).string());
  if (done.share < 1) fmt::print("ended early; 'fovea train --resume {}' goes on\n", job.output);
  fmt::print("try it  fovea site --model {}\n", model);
}

int finish(const TrainOptions& options, const learn::TrainJob& job, const learn::TrainerEvent& done,
           const std::vector<std::string>& notes) {
  const auto best = learn::read_network((fs::path(job.output) / learn::best_file).string());
  if (!best && best.error().code == Code::not_found) {
    return fail({Code::closed,
                 fmt::format("ended before anything was checked; 'fovea train --resume {}' goes on",
                             job.output)});
  }
  if (!best) return fail(best.error());
  if (auto written = learn::write_report(job, best->config.classes); !written)
    return fail(written.error());
  const auto model = package(job, done);
  if (!model) return fail(model.error());
  if (options.json) {
    Json classes = Json::array();
    for (size_t i = 0; i < std::min(best->config.classes.size(), done.iou.size()); ++i) {
      classes.push_back({{"name", best->config.classes[i].name},
                         {"iou", done.iou[i] ? Json(*done.iou[i]) : Json(nullptr)}});
    }
    std::cout << Json{{"model", *model},         {"miou", done.miou},  {"steps", done.step},
                      {"seconds", done.seconds}, {"classes", classes}, {"notes", notes},
                      {"unseen", done.unseen}}
                     .dump(2)
              << "\n";
    return exit_done;
  }
  print_result(job, done, *model);
  return exit_done;
}

int run(const TrainOptions& options, const core::Context& context) {
  std::optional<core::FileLock> lock;  // until the package is made
  const auto job =
      options.resume.empty() ? new_job(options, context, lock) : resumed_job(options, lock);
  if (!job) return fail(job.error());
  std::vector<std::string> notes;
  const auto done = train(*job, options.json, notes, context);
  if (!done) return fail(done.error());
  return finish(options, *job, *done, notes);
}

constexpr const char* footer =
    "\nData: camvid:DIR/SPLIT, folder:DIR (x.jpg beside x.mask.png, and classes.yaml),\n"
    "synthetic:FIRST-LAST; see 'fovea evaluate --help' and docs/learning.md.\n\n"
    "The output folder gets the package model/, best and last state, events.jsonl, preview.jpg "
    "and\n"
    "report.html. Ctrl-C saves and ends; --resume goes on as if nothing had been.\n\n"
    "Examples:\n"
    "  fovea train --data folder:yard --minutes 10 --output yard-1\n"
    "  fovea train --data folder:yard --start fovea-factory --minutes 10 --output yard-1\n"
    "  fovea train --data folder:more --start yard-1/model --minutes 10 --output yard-2\n"
    "  fovea train --data camvid:camvid/train --validation camvid:camvid/val --output street\n"
    "  fovea train --data synthetic:1-400 --steps 2000 --seed 7 --output hall\n"
    "  fovea train --resume street\n";

// How it learns, and with what of the machine.
void declare_learning(App app, learn::TrainJob& job) {
  app.add_option("--minutes", job.minutes, "how long to learn")
      .range(0.05, 100000.0)
      .capture_default_str();
  app.add_option("--steps", job.steps, "how many steps instead: then a run can be repeated exactly")
      .range(1, 100000000);
  app.add_option("--seed", job.seed, "of everything that is random").capture_default_str();
  app.add_option("--batch", job.batch, "pieces of pictures per step")
      .range(1, 256)
      .capture_default_str();
  app.add_option("--width", job.width,
                 "of the network's channels, else that of --start; 1 has half a million parameters")
      .range(0.25, 4.0)
      .capture_default_str();
  app.add_option("--scale-least", job.scale_least, "smallest scale at which pieces are cut")
      .range(0.1, 4.0)
      .capture_default_str();
  app.add_option("--scale-most", job.scale_most, "largest scale at which pieces are cut")
      .range(0.1, 8.0)
      .capture_default_str();
  app.add_option(
         "--colour-change", job.colour_change,
         "how much light and colours change; 2 is for darkness and haze that no picture shows")
      .range(0.0, 4.0)
      .capture_default_str();
  app.add_option("--learning-rate", job.learning_rate,
                 "highest of the schedule; with --start 0.0015")
      .range(1e-6, 1.0)
      .capture_default_str();
  app.add_option("--threads", job.threads, "threads of the trainer; 0: all processors")
      .range(0, 256)
      .capture_default_str();
  app.add_option("--memory-limit", job.memory_mb,
                 "MB that the trainer may take; 0: what the machine has free")
      .range(0, 1 << 20)
      .capture_default_str();
  app.add_option("--checks", job.checks, "validations on the way")
      .range(1, 1000)
      .capture_default_str();
}

}  // namespace

std::function<int()> declare_train(App app) {
  auto options = std::make_shared<TrainOptions>();
  auto& job = options->job;
  app.add_option("-d,--data", job.data, "pictures with class maps to learn from, see below");
  app.add_option("--validation", job.validation,
                 "pictures to check with; else every eighth of --data");
  app.add_option("-o,--output", job.output, "folder for the model and everything about it");
  app.add_option("--classes", job.classes, "YAML file that merges, renames and drops classes");
  app.add_option(
      "--start", options->start,
      "model to start from: one of 'fovea train', or a name; classes of the same name are kept");
  app.add_option("--teacher", job.teacher, "larger network (safetensors) to learn from as well");
  app.add_option("--resume", options->resume, "go on with the training in this folder");
  app.add_option(
      "--input", options->input,
      "size of the network's picture, WxH; else that of --start, or of the pictures, but "
      "at most 1280 on a side");
  app.add_option("--crop", options->crop, "size of the pieces that are learned from, WxH");
  declare_learning(app, job);
  app.add_option("--name", job.model_name, "of the model; else that of the output folder");
  app.add_option("--version", job.model_version, "of the model").capture_default_str();
  app.add_option("--licence", job.licence, "of the model, for its manifest");
  app.add_option("--precision", options->precision, "of the model's file: f16 or f32")
      .one_of({"f16", "f32"})
      .capture_default_str();
  app.add_flag("--json", options->json, "print one JSON document on stdout");
  options->log.declare(app);
  app.footer(footer);
  options->given = [app] { return app.given(); };
  return [options] {
    core::SystemClock clock;
    const auto metrics = core::make_metrics();
    const core::Context context{options->log.make_log("train"), clock, *metrics};
    return run(*options, context);
  };
}

}  // namespace fovea::cli
