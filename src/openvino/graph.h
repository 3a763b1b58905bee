#pragma once

#include <memory>

#include "infer/runtime.h"
#include "openvino/openvino.hpp"

namespace fovea::openvino {

// Names of the graph's inputs and outputs that build_graph() adds.
inline constexpr const char* picture_name = "fovea_picture";        // u8 [1,?,?,3], RGB
inline constexpr const char* inner_name = "fovea_inner";            // i64 [2]: height, width
inline constexpr const char* before_name = "fovea_before";          // i64 [4]: padding at the start
inline constexpr const char* after_name = "fovea_after";            // i64 [4]: padding at the end
inline constexpr const char* class_map_name = "fovea_class_map";    // u8 [H,W]
inline constexpr const char* scores_name = "fovea_scores";          // f32 [C,H,W]
inline constexpr const char* confidence_name = "fovea_confidence";  // u8 [H,W]
inline constexpr const char* raw_name = "fovea_raw";                // f32

// What the file says of itself; an open batch size is read as 1.
infer::ModelShape shape_of(ov::Model& model);

// Gives inputs with an open batch or picture size that of `input` (size 0x0: only the batch).
void close_shape(ov::Model& model, const infer::InputSpec& input);

// Puts the picture's way in (resize, colour order, normalisation, layout) and the tail's way out
// around the network. Only its first output is kept; of logits that are coarser than the network's
// input come the scores in place of the class map, for infer::FinestMap. Throws ov::Exception; the
// caller has checked that the network has one input of the spec's shape.
void build_graph(const std::shared_ptr<ov::Model>& model, const infer::GraphSpec& spec);

}  // namespace fovea::openvino
