#include "video/v4l2_kernel.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

namespace fovea::video {

namespace {

class SystemKernel final : public V4l2Kernel {
 public:
  int open(const std::string& device) override {
    return ::open(device.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  }
  void close(int descriptor) override { ::close(descriptor); }
  int ioctl(int descriptor, unsigned long request, void* argument) override {
    int result = -1;
    do {
      result = ::ioctl(descriptor, request, argument);
    } while (result == -1 && errno == EINTR);
    return result;
  }
  void* map(int descriptor, size_t length, size_t offset) override {
    return ::mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor,
                  static_cast<off_t>(offset));
  }
  void unmap(void* address, size_t length) override { ::munmap(address, length); }
  int wait_readable(int descriptor, int limit_ms) override {
    pollfd waiting{descriptor, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, limit_ms);
    return ready < 0 && errno == EINTR ? 0 : ready;
  }
};

}  // namespace

std::unique_ptr<V4l2Kernel> make_v4l2_kernel() { return std::make_unique<SystemKernel>(); }

}  // namespace fovea::video
