#include "cli/diagnosis.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>

#include "bench/report.h"
#include "cli/running_site.h"
#include "core/file.h"
#include "core/ids.h"
#include "core/json.h"
#include "core/limits.h"
#include "core/plugin.h"
#include "core/url_credentials.h"
#include "infer/runtimes.h"
#include "site/state_facts.h"
#include "site/state_store.h"

namespace fovea::cli {

namespace {

using core::Json;
namespace fs = std::filesystem;

constexpr size_t log_lines_max = core::limits::log_tail_lines_max;
constexpr size_t log_line_length_max = 2000;

// Gathers what can be found out; what cannot is said.
class Diagnosis {
 public:
  Diagnosis(const SiteFlags& flags, std::string log_file)
      : flags_(flags), log_file_(std::move(log_file)) {}

  std::string text() {
    json_ = {{"made", core::to_rfc3339(clock_.now())}, {"problems", Json::array()}};
    add_program();
    add_machine();
    add_config();
    add_state();
    add_running_site();
    add_log_file();
    return flags_.secrets->masked(json_.dump(2));
  }

 private:
  core::Context context() {
    return {core::Log(core::make_null_sink(), "diagnosis"), clock_, *metrics_};
  }
  void problem(const std::string& what, const core::Error& error) {
    json_["problems"].push_back(what + ": " + error.message);
  }

  void add_program();
  void add_machine();
  void stand_in_for_variables();
  void add_config();
  void add_state();
  Json parsed(const std::string& answer);
  void add_running_site();
  void add_devices(RunningSite& running);
  void add_log_file();

  const SiteFlags flags_;
  const std::string log_file_;
  core::SystemClock clock_;
  std::unique_ptr<core::Metrics> metrics_ = core::make_metrics();
  std::optional<site::SiteConfig> config_;
  Json json_;
};

void Diagnosis::add_program() {
  Json plugins = Json::array();
  std::error_code failure;
  for (const auto& file : fs::directory_iterator(core::install_root() + "/lib/fovea", failure)) {
    const std::string name = file.path().filename().string();
    if (name.starts_with("libfovea_")) plugins.push_back(name);
  }
  json_["program"] = {{"version", FOVEA_VERSION},
                      {"build", core::build_id()},
                      {"folder", core::install_root()},
                      {"plugins", std::move(plugins)}};
  const auto engine = infer::runtime_for(".onnx", context());
  if (engine) {
    json_["program"]["engine"] = (*engine)->name();
    json_["program"]["engine_devices"] = (*engine)->devices();
  } else {
    problem("the engine", engine.error());
  }
}

void Diagnosis::add_machine() {
  std::string system;
  std::ifstream release("/etc/os-release");
  for (std::string line; std::getline(release, line);) {
    if (line.starts_with("PRETTY_NAME=")) system = line.substr(line.find('=') + 1);
  }
  std::erase(system, '"');
  json_["machine"] = {{"hardware", bench::describe_machine()}, {"system", system}};
  Json environment = Json::object();
  for (const char* name : {"FOVEA_DATA", "FOVEA_MODELS", "FOVEA_PLUGINS", "XDG_CACHE_HOME",
                           "XDG_STATE_HOME", "LD_LIBRARY_PATH"}) {
    if (const char* value = std::getenv(name)) environment[name] = value;
  }
  json_["machine"]["environment"] = std::move(environment);
}

// A service has secrets in its environment that whoever asks here has not: the rest of the
// configuration is worth seeing without them.
void Diagnosis::stand_in_for_variables() {
  if (flags_.config.empty()) return;
  std::ifstream file(flags_.config);
  std::string text(core::limits::config_bytes_max, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  for (size_t at = text.find("${"); at != std::string::npos; at = text.find("${", at + 2)) {
    const std::string name = text.substr(at + 2, text.find('}', at) - at - 2);
    if (!core::is_name(name) || std::getenv(name.c_str())) continue;
    const std::string before = text.substr(0, text.find_last_not_of("\"' ", at - 1) + 1);
    const bool whole_bus = at > 0 && before.ends_with("bus:");
    const char* instead = whole_bus ? "memory://unset" : "-";  // the bus's whole address
    json_["problems"].push_back(
        fmt::format("{} is not set here; '{}' stands in for it", name, instead));
    setenv(name.c_str(), instead, 0);
  }
}

void Diagnosis::add_config() {
  stand_in_for_variables();
  const auto setup = make_site_setup(flags_, context());
  if (!setup) {
    problem("the configuration", setup.error());
    return;
  }
  config_ = setup->config;
  // In lines, as a text of one line is hard to read.
  Json lines = Json::array();
  std::istringstream text(to_yaml(*setup));
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  json_["configuration"] = {{"file", flags_.config}, {"effective", std::move(lines)}};
  if (!setup->plan.no_model.empty() && setup->plan.defaults.model.value.empty()) {
    json_["problems"].push_back("no default model: " + setup->plan.no_model);
  }
}

void Diagnosis::add_state() {
  const auto found = find_state(flags_);
  if (!found) return problem("the state", found.error());
  const auto facts = site::inspect_state(found->dir);
  if (!facts) return problem("the state", facts.error());
  Json files = Json::array();
  for (const auto& file : facts->files) {
    files.push_back({{"name", file.name}, {"bytes", file.bytes}, {"mode", file.mode}});
  }
  json_["state"] = {{"folder", found->dir},      {"in_use", facts->in_use},
                    {"version", facts->version}, {"version_of_program", site::state_version()},
                    {"rows", facts->rows},       {"files", std::move(files)}};
}

// Another program may answer where the site should.
Json Diagnosis::parsed(const std::string& answer) {
  auto json = core::parse_json_object(answer, {.bytes_max = answer.size()});
  if (json) return *std::move(json);
  problem("the running site", {core::Code::bad_input, "it answers with no JSON object"});
  return Json::object();
}

void Diagnosis::add_running_site() {
  if (!config_) return;
  RunningSite running(*config_, clock_);
  json_["running"] = {{"url", running.url()}};
  for (const char* name : {"site", "system", "events", "rules"}) {
    const auto answer = running.get(fmt::format("/api/v1/{}", name));
    if (!answer) return problem("the running site", answer.error());
    json_["running"][name] = parsed(*answer);
  }
  add_devices(running);
}

void Diagnosis::add_devices(RunningSite& running) {
  const auto answer = running.get("/api/v1/devices");
  if (!answer) return problem("the running site's devices", answer.error());
  const Json list = parsed(*answer);
  Json devices = Json::array();
  for (const auto& device : list["devices"]) {
    const std::string* id = device["id"].text();
    if (!id) continue;
    const auto details = running.get("/api/v1/devices/" + *id);
    devices.push_back(details ? parsed(*details) : device);
  }
  json_["running"]["devices"] = std::move(devices);
}

void Diagnosis::add_log_file() {
  if (log_file_.empty()) return;
  std::ifstream file(log_file_);
  if (!file) {
    problem("the log file " + log_file_, {core::Code::io, std::strerror(errno)});
    return;
  }
  std::deque<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(core::masked_urls(line.substr(0, log_line_length_max)));
    if (lines.size() > log_lines_max) lines.pop_front();
  }
  json_["log_file"] = {{"file", log_file_}, {"lines", std::vector(lines.begin(), lines.end())}};
}

}  // namespace

std::string diagnose(const SiteFlags& flags, const std::string& log_file) {
  return Diagnosis(flags, log_file).text();
}

core::Status write_diagnosis(const std::string& file, const std::string& text) {
  return core::replace_file(file, text, {.mode = 0600});
}

}  // namespace fovea::cli
