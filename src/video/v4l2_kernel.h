#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace fovea::video {

// The system calls that a V4L2 device is used by, as one seam: tests put a device of their own
// behind it, since machines that build rarely have a camera. All return what the system calls do,
// with errno set.
class V4l2Kernel {
 public:
  virtual ~V4l2Kernel() = default;
  virtual int open(const std::string& device) = 0;
  virtual void close(int descriptor) = 0;
  virtual int ioctl(int descriptor, unsigned long request, void* argument) = 0;
  virtual void* map(int descriptor, size_t length, size_t offset) = 0;  // MAP_FAILED on failure
  virtual void unmap(void* address, size_t length) = 0;
  // Waits until a buffer can be taken: 1, or 0 after `limit_ms`.
  virtual int wait_readable(int descriptor, int limit_ms) = 0;
};

std::unique_ptr<V4l2Kernel> make_v4l2_kernel();

}  // namespace fovea::video
