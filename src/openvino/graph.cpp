#include "openvino/graph.h"

#include <algorithm>
#include <openvino/opsets/opset13.hpp>

#include "infer/score_map.h"

namespace fovea::openvino {

namespace op = ov::opset13;
using infer::Resize;
using infer::Tail;
using Value = ov::Output<ov::Node>;

namespace {

Value constant(const std::vector<int64_t>& values) {
  return op::Constant::create(ov::element::i64, {values.size()}, values);
}

Value scalar(ov::element::Type type, double value) {
  return op::Constant::create(type, {}, std::vector<double>{value});
}

std::shared_ptr<op::Parameter> parameter(const char* name, ov::element::Type type,
                                         const ov::PartialShape& shape) {
  auto node = std::make_shared<op::Parameter>(type, shape);
  node->set_friendly_name(name);
  node->output(0).set_names({name});
  return node;
}

// The same interpolation as PrePostProcessor's RESIZE_LINEAR.
Value resize(const Value& picture, const Value& size) {
  op::Interpolate::InterpolateAttrs attributes;
  attributes.mode = op::Interpolate::InterpolateMode::LINEAR;
  attributes.shape_calculation_mode = op::Interpolate::ShapeCalcMode::SIZES;
  attributes.coordinate_transformation_mode = op::Interpolate::CoordinateTransformMode::HALF_PIXEL;
  attributes.pads_begin = {0, 0};
  attributes.pads_end = {0, 0};
  return std::make_shared<op::Interpolate>(picture, size, constant({1, 2}), attributes);
}

// A picture of the very size passes; resizing it to itself would take a third of a small network's
// time. Otherwise the copy into the branch costs a fifth of the resize.
Value resize_unless_fitting(const std::shared_ptr<op::Parameter>& picture, int64_t height,
                            int64_t width) {
  const auto sides = std::make_shared<op::Gather>(std::make_shared<op::ShapeOf>(picture),
                                                  constant({1, 2}), scalar(ov::element::i64, 0));
  const auto same = std::make_shared<op::Equal>(sides, constant({height, width}));
  const auto fits =
      std::make_shared<op::ReduceLogicalAnd>(same, scalar(ov::element::i64, 0), false);
  const auto branch = [&](const std::shared_ptr<op::Parameter>& input, const Value& made) {
    return std::make_shared<ov::Model>(ov::ResultVector{std::make_shared<op::Result>(made)},
                                       ov::ParameterVector{input});
  };
  const auto fitting = parameter("fitting", ov::element::u8, picture->get_partial_shape());
  const auto other = parameter("other", ov::element::u8, picture->get_partial_shape());
  const auto passed = branch(
      fitting, std::make_shared<op::Reshape>(fitting, constant({1, height, width, 3}), false));
  const auto resized = branch(other, resize(other, constant({height, width})));
  const auto choice = std::make_shared<op::If>(fits);
  choice->set_then_body(passed);
  choice->set_else_body(resized);
  choice->set_input(picture, fitting, other);
  return choice->set_output(passed->get_results()[0], resized->get_results()[0]);
}

// [1,?,?,3] -> [1,H,W,3], still u8.
Value fit_picture(const infer::InputSpec& input, ov::ParameterVector& parameters) {
  const auto picture = parameter(picture_name, ov::element::u8, {1, -1, -1, 3});
  parameters = {picture};
  const int64_t height = input.size.height;
  const int64_t width = input.size.width;
  // A square one is no camera's.
  if (input.resize == Resize::stretch && width != height) {
    return resize_unless_fitting(picture, height, width);
  }
  if (input.resize == Resize::stretch) return resize(picture, constant({height, width}));
  const auto inner = parameter(inner_name, ov::element::i64, {2});
  const auto before = parameter(before_name, ov::element::i64, {4});
  const auto after = parameter(after_name, ov::element::i64, {4});
  parameters.insert(parameters.end(), {inner, before, after});
  const auto padded =
      std::make_shared<op::Pad>(resize(picture, inner), before, after,
                                scalar(ov::element::u8, input.padding), ov::op::PadMode::CONSTANT);
  return std::make_shared<op::Reshape>(padded, constant({1, height, width, 3}), false);
}

bool all(const std::array<double, 3>& values, double value) {
  return std::all_of(values.begin(), values.end(), [&](double each) { return each == value; });
}

// Colour order, layout and normalisation; the cheap ones while a value is one byte.
Value normalise(Value value, const infer::InputSpec& input, ov::element::Type type) {
  const int64_t axis = input.nchw ? 1 : 3;
  if (input.nchw) value = std::make_shared<op::Transpose>(value, constant({0, 3, 1, 2}));
  if (input.bgr) {
    value = std::make_shared<op::Gather>(value, constant({2, 1, 0}),
                                         scalar(ov::element::i64, double(axis)));
  }
  const bool plain = all(input.mean, 0) && all(input.scale, 1);
  if (!plain) {
    const ov::Shape shape = input.nchw ? ov::Shape{1, 3, 1, 1} : ov::Shape{1, 1, 1, 3};
    const std::vector<double> mean(input.mean.begin(), input.mean.end());
    std::vector<double> factor;
    for (const double scale : input.scale) factor.push_back(1 / scale);
    value = std::make_shared<op::Convert>(value, ov::element::f32);
    if (!all(input.mean, 0)) {
      value = std::make_shared<op::Subtract>(value,
                                             op::Constant::create(ov::element::f32, shape, mean));
    }
    value = std::make_shared<op::Multiply>(value,
                                           op::Constant::create(ov::element::f32, shape, factor));
  }
  if (value.get_element_type() != type) value = std::make_shared<op::Convert>(value, type);
  return value;
}

void set_result(const std::shared_ptr<ov::Model>& model, const Value& value, const char* name) {
  const auto result = std::make_shared<op::Result>(value);
  result->set_friendly_name(name);
  value.get_tensor().add_names({name});
  model->add_results({result});
}

Value as_map(const Value& value, int64_t height, int64_t width) {
  return std::make_shared<op::Reshape>(value, constant({height, width}), false);
}

// Whether the scores went through a softmax already (some exporters leave it in).
bool is_softmax(const Value& scores) {
  auto node = scores.get_node_shared_ptr();
  for (int steps = 0; steps < 6 && node->get_input_size() > 0; ++steps) {
    const std::string type = node->get_type_name();
    if (type == "Softmax") return true;
    if (type != "Transpose" && type != "Convert" && type != "FakeQuantize" && type != "Reshape") {
      return false;
    }
    node = node->get_input_node_shared_ptr(0);
  }
  return false;
}

// The winner's share of a softmax, as a byte.
Value confidence_of(const Value& scores, int64_t axis) {
  Value shares = scores;
  if (!is_softmax(scores)) shares = std::make_shared<op::Softmax>(scores, axis);
  const auto best = std::make_shared<op::ReduceMax>(shares, constant({axis}), true);
  const auto scaled = std::make_shared<op::Round>(
      std::make_shared<op::Multiply>(best, scalar(ov::element::f32, 255)),
      op::Round::RoundMode::HALF_TO_EVEN);
  const auto limited = std::make_shared<op::Clamp>(scaled, 0, 255);
  return std::make_shared<op::Convert>(limited, ov::element::u8);
}

void add_logits_tail(const std::shared_ptr<ov::Model>& model, Value scores, int64_t axis,
                     core::Size input) {
  const ov::Shape shape = scores.get_shape();
  OPENVINO_ASSERT(shape.size() == 4,
                  "scores of classes have a batch, classes, a height and a width");
  const auto height = int64_t(shape[axis == 1 ? 2 : 1]);
  const auto width = int64_t(shape[axis == 1 ? 3 : 2]);
  if (scores.get_element_type() != ov::element::f32) {
    scores = std::make_shared<op::Convert>(scores, ov::element::f32);
  }
  if (infer::cell_of({int(width), int(height)}, input) == core::Size{1, 1}) {
    const auto best =
        std::make_shared<op::TopK>(scores, scalar(ov::element::i64, 1), axis, op::TopK::Mode::MAX,
                                   op::TopK::SortType::NONE, ov::element::i32);
    const auto index = std::make_shared<op::Convert>(best->output(1), ov::element::u8);
    set_result(model, as_map(index, height, width), class_map_name);
  } else {
    Value planes = scores;
    if (axis != 1) planes = std::make_shared<op::Transpose>(scores, constant({0, 3, 1, 2}));
    const auto classes = int64_t(shape[size_t(axis)]);
    const auto whole =
        std::make_shared<op::Reshape>(planes, constant({classes, height, width}), false);
    set_result(model, whole, scores_name);
  }
  set_result(model, as_map(confidence_of(scores, axis), height, width), confidence_name);
}

void add_class_map_tail(const std::shared_ptr<ov::Model>& model, const Value& map) {
  std::vector<int64_t> sides;
  for (const size_t side : map.get_shape()) {
    if (side != 1) sides.push_back(int64_t(side));
  }
  // A map of one row or column is none that a camera's picture leads to.
  OPENVINO_ASSERT(sides.size() == 2, "a class map has a height and a width");
  const auto narrow = std::make_shared<op::Convert>(map, ov::element::u8);
  set_result(model, as_map(narrow, sides[0], sides[1]), class_map_name);
}

void add_tail(const std::shared_ptr<ov::Model>& model, const Value& output,
              const infer::GraphSpec& spec) {
  switch (spec.tail) {
    case Tail::class_map: return add_class_map_tail(model, output);
    case Tail::logits_nchw: return add_logits_tail(model, output, 1, spec.input.size);
    case Tail::logits_nhwc: return add_logits_tail(model, output, 3, spec.input.size);
    case Tail::raw: break;
  }
  // A Convert even from f32 to f32: the output must have a tensor of its own name.
  set_result(model, std::make_shared<op::Convert>(output, ov::element::f32), raw_name);
}

infer::TensorInfo info_of(const Value& value) {
  infer::TensorInfo info;
  info.name = value.get_names().empty() ? value.get_node()->get_friendly_name()
                                        : *value.get_names().begin();
  info.type = value.get_element_type().to_string();
  const auto& shape = value.get_partial_shape();
  if (shape.rank().is_static()) {
    for (const auto& side : shape) info.shape.push_back(side.is_static() ? side.get_length() : -1);
  }
  return info;
}

}  // namespace

infer::ModelShape shape_of(ov::Model& model) {
  infer::ModelShape shape;
  for (const auto& input : model.inputs()) shape.inputs.push_back(info_of(input));
  for (const auto& output : model.outputs()) shape.outputs.push_back(info_of(output));
  return shape;
}

void close_shape(ov::Model& model, const infer::InputSpec& input) {
  if (model.inputs().size() != 1) return;
  ov::PartialShape shape = model.input().get_partial_shape();
  if (shape.rank().is_dynamic() || shape.size() != 4 || shape.is_static()) return;
  if (shape[0].is_dynamic()) shape[0] = 1;
  const size_t row = input.nchw ? 2 : 1;
  if (input.size.height > 0 && shape[row].is_dynamic()) shape[row] = input.size.height;
  if (input.size.width > 0 && shape[row + 1].is_dynamic()) shape[row + 1] = input.size.width;
  model.reshape(shape);
}

void build_graph(const std::shared_ptr<ov::Model>& model, const infer::GraphSpec& spec) {
  const auto network = model->get_parameters().at(0);
  const auto results = model->get_results();
  const Value output = results.at(0)->input_value(0);

  ov::ParameterVector parameters;
  const Value fitted = fit_picture(spec.input, parameters);
  const Value ready = normalise(fitted, spec.input, network->get_element_type());
  for (auto& reader : network->output(0).get_target_inputs()) reader.replace_source_output(ready);
  add_tail(model, output.get_node() == network.get() ? ready : output, spec);

  model->add_parameters(parameters);
  model->remove_parameter(network);
  for (const auto& result : results) model->remove_result(result);
  model->validate_nodes_and_infer_types();
}

}  // namespace fovea::openvino
