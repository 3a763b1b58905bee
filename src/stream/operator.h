#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/json.h"
#include "core/result.h"
#include "core/yaml_reader.h"
#include "stream/item.h"

namespace fovea::stream {

// Where an operator puts what it makes and says. Valid during the call it is passed to.
class Output {
 public:
  virtual ~Output() = default;
  virtual void emit(Item item) = 0;
  // An item ends here, on purpose or for want of something; `reason` is a fixed word, counted in
  // fovea_stream_ended_total{operator,reason}.
  virtual void end(const char* reason) = 0;
  // What is wrong with what the operator is given, in words for people; empty: nothing (any more).
  virtual void complain(const std::string& text) = 0;
};

// A running step of a rule: takes items, makes items, keeps what it has to remember. It knows event
// time only: the same items give the same output, however fast they come.
//
// Windows, joins and drift fit here: a window keeps measurements and emits when advance() says that
// its end has passed; a join has two inputs and pairs by time; drift compares what it keeps with
// what comes. All of them are restarted from their snapshot.
// Threads: one. Must not block.
class Operator {
 public:
  virtual ~Operator() = default;

  // `input` counts from 0; only joins have more than one. Items come in the order of event time
  // per input; the rule drops what comes late.
  virtual void take(size_t input, const Item& item, Output& output) = 0;

  // Event time has come to `time`: nothing older will come on any input (a watermark).
  virtual void advance(core::Timestamp time, Output& output);

  // What has to be remembered over a restart, as JSON; empty: nothing. An operator that was given
  // its snapshot goes on as if it had never stopped. Errors: bad_input (not its own, damaged);
  // then it is as new.
  virtual std::string snapshot() const;
  virtual core::Status restore(std::string_view snapshot);
};

// An operator's parameters, validated. Immutable; makes as many running ones as are needed.
class OperatorPlan {
 public:
  virtual ~OperatorPlan() = default;
  virtual std::unique_ptr<Operator> make() const = 0;
  // All parameters, with their defaults, as a JSON object that read() takes.
  virtual core::Json parameters() const = 0;
  virtual bool needs_class_map() const { return false; }
};
using OperatorPlanPtr = std::shared_ptr<const OperatorPlan>;

// One kind of operator: what it is called in a rule, what it takes and makes, how it is read.
struct OperatorKind {
  const char* name;
  Flow takes;
  Flow makes;
  size_t inputs;
  // Problems stay with the map's reader; the plan is then not used.
  OperatorPlanPtr (*read)(core::YamlMap parameters);
  const char* example;  // parameters in YAML
};

}  // namespace fovea::stream
