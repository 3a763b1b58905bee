#include "cli/app.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <sstream>
#include <string>

#include "cli/command.h"

namespace fovea::cli {

Option Option::required() {
  option_->required();
  return *this;
}

Option Option::capture_default_str() {
  option_->capture_default_str();
  return *this;
}

Option Option::delimiter(char sign) {
  option_->delimiter(sign);
  return *this;
}

Option Option::value_optional() {
  option_->expected(0, 1);
  return *this;
}

Option Option::hidden() {
  option_->group("");
  return *this;
}

Option Option::one_of(std::initializer_list<const char*> values) {
  option_->check(CLI::IsMember(std::vector<std::string>(values.begin(), values.end())));
  return *this;
}

Option Option::not_negative() {
  option_->check(CLI::NonNegativeNumber);
  return *this;
}

template <typename T>
Option Option::range(T min, T max) {
  option_->check(CLI::Range(min, max));
  return *this;
}
template Option Option::range(int, int);
template Option Option::range(double, double);

template <typename T>
Option App::add_option(const std::string& name, T& value, const std::string& help) {
  return Option(app_->add_option(name, value, help));
}
template Option App::add_option(const std::string&, std::string&, const std::string&);
template Option App::add_option(const std::string&, std::vector<std::string>&, const std::string&);
template Option App::add_option(const std::string&, int&, const std::string&);
template Option App::add_option(const std::string&, unsigned&, const std::string&);
template Option App::add_option(const std::string&, int64_t&, const std::string&);
template Option App::add_option(const std::string&, uint64_t&, const std::string&);
template Option App::add_option(const std::string&, float&, const std::string&);
template Option App::add_option(const std::string&, double&, const std::string&);

Option App::add_option_function(const std::string& name,
                                const std::function<void(const std::string&)>& take,
                                const std::string& help) {
  return Option(app_->add_option_function<std::string>(name, take, help));
}

Option App::add_flag(const std::string& name, bool& value, const std::string& help) {
  return Option(app_->add_flag(name, value, help));
}

App App::add_subcommand(const std::string& name, const std::string& summary) {
  return App(app_->add_subcommand(name, summary));
}

void App::require_subcommand() { app_->require_subcommand(1); }

void App::callback(std::function<void()> parsed) { app_->callback(std::move(parsed)); }

void App::footer(const std::string& text) { app_->footer(text); }

bool App::parsed() const { return app_->parsed(); }

bool App::given(const std::string& option) const { return app_->count(option) > 0; }

std::vector<std::string> App::given() const {
  std::vector<std::string> names;
  for (const auto* option : app_->get_options()) {
    if (option->count() > 0) names.push_back("--" + option->get_lnames().front());
  }
  return names;
}

CommandLine::CommandLine(const std::string& name, const std::string& what,
                         const std::string& version, const std::string& footer)
    : app_(std::make_unique<CLI::App>(what, name)) {
  app_->set_version_flag("--version", version);
  app_->require_subcommand(1);
  app_->footer(footer);
}

CommandLine::~CommandLine() = default;

App CommandLine::add_command(const std::string& name, const std::string& summary) {
  return App(app_->add_subcommand(name, summary));
}

std::optional<int> CommandLine::parse(int argc, const char* const* argv) {
  try {
    app_->parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::Success& wanted) {
    std::ostringstream text;
    const int status = app_->exit(wanted, text);
    std::fputs(text.str().c_str(), stdout);
    return status;
  } catch (const CLI::ParseError& wrong) {
    const auto given = app_->get_subcommands();
    std::fprintf(stderr, "%s: %s ('%s %s--help' lists what is possible)\n",
                 app_->get_name().c_str(), wrong.what(), app_->get_name().c_str(),
                 given.empty() ? "" : (given.front()->get_name() + " ").c_str());
    return exit_usage;
  }
}

}  // namespace fovea::cli
