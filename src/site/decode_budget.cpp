#include "site/decode_budget.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "core/limits.h"

namespace fovea::site {
namespace {

using core::Code;
using core::Error;

constexpr double mib = 1024 * 1024;

}  // namespace

DecodeBudget::Hold::~Hold() {
  if (budget_) budget_->give_back(*this);
}

DecodeBudget::DecodeBudget(size_t bytes_max, core::Metrics& metrics)
    : bytes_max_(bytes_max),
      shown_(metrics.gauge("fovea_decoder_bytes",
                           "Memory of the decoders of devices' pictures, as these say they need")) {
}

size_t DecodeBudget::bytes_of_machine() {
  const auto pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page <= 0) return core::limits::stream_decoder_bytes_max * 2;
  return size_t(pages) * size_t(page) / 4;
}

core::Result<DecodeBudget::Hold> DecodeBudget::take(const std::string& stream, size_t bytes,
                                                    For use) {
  const size_t stream_max = core::limits::stream_decoder_bytes_max;
  std::lock_guard lock(mutex_);
  const auto found = taken_by_.find(stream);
  const size_t before = found == taken_by_.end() ? 0 : found->second;
  if (bytes > stream_max || before > stream_max - bytes) {
    return Error{
        Code::unsupported,
        fmt::format("decoding it takes {:.0f} MiB, and one stream may take {:.0f}; send smaller "
                    "pictures or set the camera to fewer reference pictures",
                    double(before + bytes) / mib, double(stream_max) / mib)};
  }
  const size_t all_max = use == For::stream ? bytes_max_ / 4 * 3 : bytes_max_;
  if (taken_ + bytes > all_max) {
    return Error{Code::busy,
                 fmt::format("decoding it takes {:.0f} MiB, and the decoders of other "
                             "streams have {:.0f} of {:.0f} MiB; send smaller pictures",
                             double(bytes) / mib, double(taken_) / mib, double(all_max) / mib)};
  }
  if (bytes > 0) taken_by_[stream] = before + bytes;
  taken_ += bytes;
  shown_.set(double(taken_));
  return Hold(this, stream, bytes);
}

void DecodeBudget::give_back(const Hold& hold) {
  std::lock_guard lock(mutex_);
  taken_ -= hold.bytes_;
  shown_.set(double(taken_));
  const auto found = taken_by_.find(hold.stream_);
  if (found != taken_by_.end() && (found->second -= hold.bytes_) == 0) taken_by_.erase(found);
}

}  // namespace fovea::site
