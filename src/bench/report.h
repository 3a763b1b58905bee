#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/plot.h"
#include "core/result.h"

namespace fovea::bench {

using core::Plot;
using core::Series;

// One measured number. Without a goal it explains others.
struct Metric {
  enum class Want { at_least, at_most };
  std::string name;
  double value = 0;
  std::string unit;
  std::optional<double> goal;
  Want want = Want::at_most;
  double spread = 0;  // over the repetitions, in the same unit
  std::string note;   // what it is, for people

  std::optional<bool> met() const {
    if (!goal) return std::nullopt;
    return want == Want::at_least ? value >= *goal : value <= *goal;
  }
};

struct Report {
  std::string benchmark;
  std::string machine;  // describe_machine()
  std::vector<Metric> metrics;
  std::vector<Plot> plots;

  bool all_met() const;
};

// {"benchmark","machine","metrics":[{"name","value","unit","goal","want","met","spread","note"}],
//  "plots":[{"title","x_label","y_label","lines","series":[{"name","points":[[x,y]]}]}]}
std::string to_json(const Report& report);

// What to_json() wrote. Errors: bad_input.
core::Result<Report> parse_report(std::string_view json);

// A table for a terminal.
std::string to_text(const Report& report);

// One self-contained page: numbers, goals and plots (SVG), nothing fetched from elsewhere.
std::string to_html(const Report& report);

// Processor, cores, memory and kernel in one line.
std::string describe_machine();

}  // namespace fovea::bench
