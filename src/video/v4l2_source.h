#pragma once

#include <memory>
#include <string>

#include "video/source.h"
#include "video/v4l2_kernel.h"

namespace fovea::video {

// Opens `v4l2:DEVICE` (v4l2:/dev/video0): a camera of the Video4Linux2 API, streaming by mapped
// buffers. MJPEG is preferred and passed through untouched; else YUYV, NV12 or planar 4:2:0.
// Without a transform the options' size is asked of the driver, which takes the nearest it has.
// The time of capture is the driver's own.
// Errors: not_found (no such device), denied (permissions), busy (another program reads it),
// unsupported (no capture device, or none of the formats), io, timeout.
core::Result<std::unique_ptr<Source>> open_v4l2_source(const std::string& spec,
                                                       const SourceOptions& options,
                                                       const core::Context& context);

// The same on another kernel, for tests.
core::Result<std::unique_ptr<Source>> open_v4l2_source_on(std::unique_ptr<V4l2Kernel> kernel,
                                                          const std::string& device,
                                                          const SourceOptions& options,
                                                          const core::Context& context);

}  // namespace fovea::video
