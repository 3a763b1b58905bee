#include "evaluate/class_mapping.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/limits.h"
#include "core/yaml_reader.h"
#include "infer/class_lists.h"

namespace fovea::evaluate {

namespace {

using core::Code;
using core::Error;

ClassMapping::Target read_target(core::YamlMap map, size_t index) {
  ClassMapping::Target target;
  target.info = {map.text("name"), infer::palette_colour(index + 1), -1};
  if (target.info.name.empty()) map.problem("name", "every class has a name");
  target.has_colour = map.has("colour");
  if (target.has_colour) {
    const auto colour = infer::parse_colour(map.text("colour"));
    if (!colour) map.problem("colour", "must be like \"#1f77b4\"");
    target.info.colour = colour.value_or(core::Colour{});
  }
  target.of = map.texts("of");
  return target;
}

bool has(const ClassMapping& mapping, const std::string& name) {
  return std::any_of(mapping.targets.begin(), mapping.targets.end(),
                     [&](const auto& target) { return target.info.name == name; });
}

class MappedData final : public DataSet {
 public:
  MappedData(std::unique_ptr<DataSet> data, core::ClassList classes,
             const std::array<uint8_t, 256>& values)
      : data_(std::move(data)), classes_(std::move(classes)), values_(values) {}

  const core::ClassList& classes() const override { return classes_; }
  size_t size() const override { return data_->size(); }
  std::string name(size_t index) const override { return data_->name(index); }

  core::Result<Sample> read(size_t index) override {
    auto sample = data_->read(index);
    if (!sample) return sample;
    core::Bytes mapped(sample->class_map.pixels.size());
    const auto values = sample->class_map.pixels.span();
    std::transform(values.begin(), values.end(), mapped.begin(),
                   [this](uint8_t value) { return values_[value]; });
    sample->class_map.pixels = std::move(mapped);
    return sample;
  }

  std::vector<std::string> notes() const override { return data_->notes(); }

 private:
  const std::unique_ptr<DataSet> data_;
  const core::ClassList classes_;
  const std::array<uint8_t, 256> values_;
};

core::Result<size_t> find(const core::ClassList& classes, const std::string& name) {
  for (size_t i = 0; i < classes.size(); ++i) {
    if (classes[i].name == name) return i;
  }
  std::string names;
  for (const auto& info : classes) names += (names.empty() ? "" : ", ") + info.name;
  return Error{Code::bad_input, fmt::format("the data has no class '{}'; it has {}", name, names)};
}

}  // namespace

core::ClassList ClassMapping::classes() const {
  core::ClassList classes;
  for (const auto& target : targets) classes.push_back(target.info);
  return classes;
}

std::vector<std::optional<core::Colour>> ClassMapping::own_colours() const {
  std::vector<std::optional<core::Colour>> colours;
  for (const auto& target : targets) {
    colours.push_back(target.has_colour ? std::optional(target.info.colour) : std::nullopt);
  }
  return colours;
}

core::Result<ClassMapping> read_class_mapping(const std::string& file) {
  auto reader = core::YamlReader::open(file);
  if (!reader) return reader.error();
  core::YamlMap root = reader->root();
  ClassMapping mapping;
  for (auto& map : root.maps("classes")) {
    auto target = read_target(map, mapping.targets.size());
    if (has(mapping, target.info.name)) map.problem("name", "this class stands here twice");
    mapping.targets.push_back(std::move(target));
  }
  if (mapping.targets.empty()) root.problem("classes", "name at least one class");
  if (mapping.targets.size() > core::limits::classes_max) {
    root.problem("classes", fmt::format("at most {} classes", core::limits::classes_max));
  }
  mapping.others = root.text("others");
  if (!mapping.others.empty() && !has(mapping, mapping.others)) {
    root.problem("others", "must be one of the classes");
  }
  if (auto good = reader->finish(); !good) return good.error();
  return mapping;
}

core::Result<ClassMapping> read_class_list(const std::string& file) {
  auto mapping = read_class_mapping(file);
  if (!mapping) return mapping.error();
  const bool maps = !mapping->others.empty() ||
                    std::any_of(mapping->targets.begin(), mapping->targets.end(),
                                [](const auto& target) { return !target.of.empty(); });
  if (maps) {
    return Error{Code::bad_input, file +
                                      " names the values of the class maps; 'of' and 'others' "
                                      "belong into the file of --classes"};
  }
  return mapping;
}

core::Result<std::unique_ptr<DataSet>> map_classes(std::unique_ptr<DataSet> data,
                                                   const ClassMapping& mapping) {
  std::array<uint8_t, 256> values{};
  values.fill(core::no_class);
  std::vector<bool> taken(data->classes().size());
  for (size_t index = 0; index < mapping.targets.size(); ++index) {
    const auto& target = mapping.targets[index];
    // What `others` fills needs no class of its own in the data.
    const bool fills = target.of.empty() && target.info.name == mapping.others;
    const auto names = target.of.empty() ? std::vector{target.info.name} : target.of;
    for (const auto& name : names) {
      const auto value = find(data->classes(), name);
      if (!value && fills) continue;
      if (!value) return value.error();
      if (taken[*value]) {
        return Error{Code::bad_input, fmt::format("'{}' goes into two classes", name)};
      }
      taken[*value] = true;
      values[*value] = uint8_t(index);
    }
  }
  for (size_t index = 0; index < mapping.targets.size(); ++index) {
    if (mapping.targets[index].info.name != mapping.others) continue;
    for (size_t value = 0; value < taken.size(); ++value) {
      if (!taken[value]) values[value] = uint8_t(index);
    }
  }
  return std::unique_ptr<DataSet>(
      std::make_unique<MappedData>(std::move(data), mapping.classes(), values));
}

core::Result<std::unique_ptr<DataSet>> open_mapped_data_set(const std::string& spec,
                                                            const std::string& mapping_file) {
  auto data = open_data_set(spec);
  if (!data || mapping_file.empty()) return data;
  const auto mapping = read_class_mapping(mapping_file);
  if (!mapping) return mapping.error();
  return map_classes(*std::move(data), *mapping);
}

}  // namespace fovea::evaluate
