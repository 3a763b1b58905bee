// A camera where there is none: preloaded into a program, it stands in for the driver of one V4L2
// device. FOVEA_STAND_IN names the device and the JPEG that the camera sees, as
// "/dev/video7:/path/stage.jpg"; that file is read for each picture, fifteen times a second.
#include <fcntl.h>
#include <linux/videodev2.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <deque>
#include <string>

namespace {

constexpr uint32_t buffer_bytes = 1 << 20;
constexpr uint32_t buffers = 4;
constexpr long period_ns = 1'000'000'000 / 15;

// Of the one device; used by one thread at a time, as drivers' callers do.
struct Camera {
  int descriptor = -1;  // a timer, so that poll() works as with a driver
  std::string picture;
  std::array<void*, buffers> memory{};
  std::deque<uint32_t> queued;
};

Camera& camera() {
  static Camera only;
  return only;
}

int fail(int code) {
  errno = code;
  return -1;
}

int open_camera() {
  camera().descriptor = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  const itimerspec rate{{0, period_ns}, {0, period_ns}};
  timerfd_settime(camera().descriptor, 0, &rate, nullptr);
  return camera().descriptor;
}

bool is_camera(const char* path) {
  const char* said = std::getenv("FOVEA_STAND_IN");
  if (said == nullptr || path == nullptr) return false;
  const char* end = std::strchr(said, ':');
  if (end == nullptr || std::string(said, end) != path) return false;
  camera().picture = end + 1;
  return true;
}

int describe(v4l2_capability& capability) {
  capability.capabilities = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
  std::memcpy(capability.card, "Stand-in", 9);
  return 0;
}

int offer(v4l2_fmtdesc& format) {
  if (format.index > 0) return fail(EINVAL);
  format.pixelformat = V4L2_PIX_FMT_MJPEG;
  return 0;
}

int tell_format(v4l2_format& format) {
  format.fmt.pix.width = 640;
  format.fmt.pix.height = 360;
  format.fmt.pix.pixelformat = V4L2_PIX_FMT_MJPEG;
  format.fmt.pix.sizeimage = buffer_bytes;
  return 0;
}

int tell_buffer(v4l2_buffer& buffer) {
  if (buffer.index >= buffers) return fail(EINVAL);
  buffer.length = buffer_bytes;
  buffer.m.offset = buffer.index * buffer_bytes;
  return 0;
}

// The picture of the moment, stamped by the monotonic clock.
int take(v4l2_buffer& buffer) {
  uint64_t periods = 0;
  const bool due = read(camera().descriptor, &periods, sizeof(periods)) == sizeof(periods);
  if (!due || camera().queued.empty()) return fail(EAGAIN);
  std::FILE* file = std::fopen(camera().picture.c_str(), "rb");
  if (file == nullptr) return fail(EIO);
  buffer.index = camera().queued.front();
  camera().queued.pop_front();
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  buffer.bytesused =
      static_cast<uint32_t>(std::fread(camera().memory.at(buffer.index), 1, buffer_bytes, file));
  buffer.flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
  buffer.timestamp = {now.tv_sec, now.tv_nsec / 1000};
  std::fclose(file);
  return 0;
}

int ask_camera(unsigned long request, void* argument) {
  switch (request) {
    case VIDIOC_QUERYCAP: return describe(*static_cast<v4l2_capability*>(argument));
    case VIDIOC_ENUM_FMT: return offer(*static_cast<v4l2_fmtdesc*>(argument));
    case VIDIOC_G_FMT:
    case VIDIOC_S_FMT: return tell_format(*static_cast<v4l2_format*>(argument));
    case VIDIOC_REQBUFS: static_cast<v4l2_requestbuffers*>(argument)->count = buffers; return 0;
    case VIDIOC_QUERYBUF: return tell_buffer(*static_cast<v4l2_buffer*>(argument));
    case VIDIOC_QBUF:
      camera().queued.push_back(static_cast<v4l2_buffer*>(argument)->index);
      return 0;
    case VIDIOC_DQBUF: return take(*static_cast<v4l2_buffer*>(argument));
    case VIDIOC_STREAMON:
    case VIDIOC_STREAMOFF: return 0;
    default: return fail(ENOTTY);  // a driver without rates
  }
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) int open(const char* path, int flags, ...) {
  std::va_list more;
  va_start(more, flags);
  const auto mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  if (is_camera(path)) return open_camera();
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

__attribute__((visibility("default"))) int ioctl(int descriptor, unsigned long request, ...) {
  std::va_list more;
  va_start(more, request);
  void* argument = va_arg(more, void*);
  va_end(more);
  if (descriptor >= 0 && descriptor == camera().descriptor) return ask_camera(request, argument);
  return static_cast<int>(syscall(SYS_ioctl, descriptor, request, argument));
}

__attribute__((visibility("default"))) void* mmap(void* address, size_t length, int protection,
                                                  int flags, int descriptor, off_t offset) {
  const bool ours = descriptor >= 0 && descriptor == camera().descriptor;
  if (ours) {
    flags = MAP_PRIVATE | MAP_ANONYMOUS;
    descriptor = -1;
  }
  void* memory = reinterpret_cast<void*>(
      syscall(SYS_mmap, address, length, protection, flags, descriptor, ours ? 0 : offset));
  if (ours) camera().memory.at(size_t(offset) / buffer_bytes) = memory;
  return memory;
}
}
