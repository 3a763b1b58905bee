#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/image.h"
#include "core/result.h"
#include "evaluate/data_set.h"

namespace fovea::evaluate {

// Which classes a model is to have, and what of a data set each is made of, as YAML:
//   classes:
//     - {name: vehicle, colour: "#0072b2", of: [car, truck]}
//     - {name: person}          # of the class of that name; colours have a default
//     - {name: background}
//   others: background          # what is in no list becomes this class; without, it counts for
//                               # nothing
struct ClassMapping {
  struct Target {
    core::ClassInfo info;
    std::vector<std::string> of;
    bool has_colour = false;  // of its own, not the default
  };
  std::vector<Target> targets;
  std::string others;  // name of a target; empty: it counts for nothing

  core::ClassList classes() const;
  std::vector<std::optional<core::Colour>> own_colours() const;  // by class
};

// Errors: bad_input (what is wrong, by line), not_found, io.
core::Result<ClassMapping> read_class_mapping(const std::string& file);

// Such a file that names the values of class maps, in their order: without `of` and `others`.
core::Result<ClassMapping> read_class_list(const std::string& file);

// The same pictures with the mapping's classes. Errors: bad_input (a name that the data does not
// have; one that stands twice).
core::Result<std::unique_ptr<DataSet>> map_classes(std::unique_ptr<DataSet> data,
                                                   const ClassMapping& mapping);

// open_data_set() with the mapping of a file; without one (empty) the classes stay as they are.
core::Result<std::unique_ptr<DataSet>> open_mapped_data_set(const std::string& spec,
                                                            const std::string& mapping_file);

}  // namespace fovea::evaluate
