#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace fovea::cli {

// CLI11 behind one source, app.cpp: whoever includes its headers compiles all of it anew. What is
// here does what CLI11's functions of the same names do. Both classes are handles: copies mean the
// same option, the same command.

class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}

  Option required();
  Option capture_default_str();  // the help shows the default
  Option delimiter(char sign);   // one argument may hold several values
  Option value_optional();       // may stand alone: the value is ""
  Option hidden();               // not in the help
  Option one_of(std::initializer_list<const char*> values);
  Option not_negative();
  // From `min` to `max`, both included; T is int or double.
  template <typename T>
  Option range(T min, T max);

 private:
  CLI::Option* option_;
};

// A command of the program, or a command of that one.
class App {
 public:
  explicit App(CLI::App* app) : app_(app) {}

  // `value` is the default, and gets what is given; it outlives the parsing. app.cpp lists the
  // types that T may be.
  template <typename T>
  Option add_option(const std::string& name, T& value, const std::string& help = "");
  Option add_option_function(const std::string& name,
                             const std::function<void(const std::string&)>& take,
                             const std::string& help);
  Option add_flag(const std::string& name, bool& value, const std::string& help = "");
  App add_subcommand(const std::string& name, const std::string& summary);
  void require_subcommand();
  void callback(std::function<void()> parsed);  // when this command was given
  void footer(const std::string& text);

  // After the parsing.
  bool parsed() const;  // this command was given
  bool given(const std::string& option) const;
  std::vector<std::string> given() const;  // the options' names, such as "--json"

 private:
  CLI::App* app_;
};

// The whole command line of the program.
class CommandLine {
 public:
  CommandLine(const std::string& name, const std::string& what, const std::string& version,
              const std::string& footer);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  App add_command(const std::string& name, const std::string& summary);

  // The status to end with where no command is to run: help or version is on stdout (not flushed),
  // or what is wrong on stderr.
  std::optional<int> parse(int argc, const char* const* argv);

 private:
  std::unique_ptr<CLI::App> app_;
};

}  // namespace fovea::cli
