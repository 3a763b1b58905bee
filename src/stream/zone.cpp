#include "stream/zone.h"

#include <algorithm>
#include <optional>

#include "core/json.h"
#include "stream/polygon.h"

namespace fovea::stream {
namespace {

constexpr size_t name_length_max = 256;

struct ZonePlan final : OperatorPlan {
  Polygon polygon;
  std::string class_name;  // empty: boxes of `label` are counted
  std::string label;
  double score_min = 0;
  bool at_centre = false;

  std::unique_ptr<Operator> make() const override;
  core::Json parameters() const override {
    core::Json corners = core::Json::array();
    for (const core::RelativePoint& point : polygon) corners.push_back({point.x, point.y});
    if (!class_name.empty()) return {{"polygon", corners}, {"class", class_name}};
    return {{"polygon", corners},
            {"label", label},
            {"score_min", score_min},
            {"anchor", at_centre ? "centre" : "bottom"}};
  }
  bool needs_class_map() const override { return !class_name.empty(); }
};

// Complains where the model, which says what it knows, does not know the name.
std::optional<size_t> find_class(const core::ClassList& classes, const std::string& name,
                                 Output& output) {
  std::vector<std::string> names;
  for (size_t i = 0; i < classes.size(); ++i) {
    if (classes[i].name == name) return i;
    names.push_back(classes[i].name);
  }
  const std::string near = core::nearest(name, names);
  output.complain("the model knows no class '" + name + "'" +
                  (near.empty() ? "" : " (did you mean '" + near + "'?)"));
  return std::nullopt;
}

// The share of a class; remembers nothing but where the polygon lies on maps of the newest shape.
class ZoneShare final : public Operator {
 public:
  explicit ZoneShare(const ZonePlan& plan) : plan_(plan) {}

  void take(size_t /*input*/, const Item& item, Output& output) override {
    const auto& seen = *std::get<ObservationPtr>(item.content);
    const auto index = find_class(*seen.classes, plan_.class_name, output);
    if (!index) return output.end("unknown_class");
    if (!seen.class_map) {
      output.complain(
          "no class map came with the newest result; 'class' needs a model for "
          "segmentation, 'label' counts boxes");
      return output.end("no_class_map");
    }
    const auto& image = seen.class_map->image();
    if (!image) {
      output.complain("the newest class map cannot be read: " + image.error().message);
      return output.end("bad_class_map");
    }
    const PolygonPixels& inside = pixels(image->size, *seen.class_map);
    if (inside.count() == 0) {
      output.complain("the zone covers no pixel of the class map; draw it larger");
      return output.end("empty");
    }
    output.complain({});
    const auto found =
        static_cast<double>(inside.count(image->pixels, static_cast<uint8_t>(*index)));
    output.emit(item.with(
        Measurement{found / static_cast<double>(inside.count()), "share", plan_.class_name}));
  }

 private:
  const PolygonPixels& pixels(core::Size size, const ClassMap& map) {
    if (!pixels_ || size != size_ || map.area() != area_ || map.frame() != frame_) {
      size_ = size;
      area_ = map.area();
      frame_ = map.frame();
      pixels_.emplace(plan_.polygon, size_, area_, frame_);
    }
    return *pixels_;
  }

  const ZonePlan plan_;
  std::optional<PolygonPixels> pixels_;
  core::Size size_;
  core::Area area_;
  core::Size frame_;
};

class ZoneCount final : public Operator {
 public:
  explicit ZoneCount(const ZonePlan& plan) : plan_(plan) {}

  void take(size_t /*input*/, const Item& item, Output& output) override {
    const auto& seen = *std::get<ObservationPtr>(item.content);
    const auto& result = seen.result;
    const bool known = seen.classes->empty() || find_class(*seen.classes, plan_.label, output);
    if (known) output.complain({});
    const auto inside =
        std::count_if(result.boxes.begin(), result.boxes.end(), [&](const wire::ResultBox& box) {
          if (box.label != plan_.label || box.score < plan_.score_min) return false;
          const double y = box.area.y + box.area.height * (plan_.at_centre ? 0.5 : 1);
          // A box that is cut off by the picture's edge stands at the edge.
          return contains(
              plan_.polygon,
              {std::clamp((box.area.x + box.area.width / 2) / result.frame.width, 0.0, just_inside),
               std::clamp(y / result.frame.height, 0.0, just_inside)});
        });
    output.emit(item.with(Measurement{static_cast<double>(inside), "count", plan_.label}));
  }

 private:
  static constexpr double just_inside = 1 - 1e-9;
  const ZonePlan plan_;
};

std::unique_ptr<Operator> ZonePlan::make() const {
  if (needs_class_map()) return std::make_unique<ZoneShare>(*this);
  return std::make_unique<ZoneCount>(*this);
}

std::string read_name(core::YamlMap& map, const std::string& key) {
  std::string name = map.text(key);
  if (name.empty() || name.size() > name_length_max) map.problem(key, "must be a name");
  return name;
}

}  // namespace

OperatorPlanPtr read_zone(core::YamlMap parameters) {
  auto plan = std::make_shared<ZonePlan>();
  plan->polygon = read_polygon(parameters, "polygon");
  if (parameters.has("class") == parameters.has("label")) {
    parameters.text("class");
    parameters.text("label");
    parameters.problem("", parameters.has("class")
                               ? "a zone takes 'class' (share of it) or 'label' (number of boxes), "
                                 "not both"
                               : "a zone needs 'class' (share of it) or 'label' (number of boxes)");
  } else if (parameters.has("class")) {
    plan->class_name = read_name(parameters, "class");
  } else {
    plan->label = read_name(parameters, "label");
    plan->score_min = parameters.number("score_min", plan->score_min, 0, 1);
    plan->at_centre = parameters.choice("anchor", {"bottom", "centre"}, "bottom") == "centre";
  }
  return plan;
}

}  // namespace fovea::stream
