#pragma once

#include <memory>
#include <string>

#include "infer/runtime.h"
#include "openvino/openvino.hpp"

namespace fovea::openvino {

// A compiled graph of graph.h and what is known about it.
class OpenvinoModel final : public infer::Model,
                            public std::enable_shared_from_this<OpenvinoModel> {
 public:
  OpenvinoModel(ov::CompiledModel compiled, infer::ModelShape shape, infer::GraphSpec spec,
                std::string engine)
      : compiled_(std::move(compiled)),
        shape_(std::move(shape)),
        spec_(spec),
        engine_(std::move(engine)) {}

  std::string engine() const override { return engine_; }
  const infer::ModelShape& shape() const override { return shape_; }
  core::Result<std::unique_ptr<infer::Session>> open() const override;

 private:
  mutable ov::CompiledModel compiled_;  // create_infer_request() is not const, but may be shared
  const infer::ModelShape shape_;
  const infer::GraphSpec spec_;
  const std::string engine_;
};

// OpenVINO's exceptions run over many lines and name its source files; this is their last sentence
// that says something.
std::string engine_words(const std::exception& problem);

}  // namespace fovea::openvino
