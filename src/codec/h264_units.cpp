#include "codec/h264_units.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "core/limits.h"

namespace fovea::codec {

namespace {

using core::Code;
using core::Error;

constexpr size_t start_code_bytes = 3;
constexpr uint32_t picture_set_id_max = 255;  // 7.4.2.2
constexpr uint32_t sequence_set_id_max = 31;  // 7.4.2.1.1
constexpr size_t parameter_bytes_max = 4096;  // real ones have some dozens

bool is(const Nal& nal, NalType type) { return nal.type == static_cast<uint8_t>(type); }

bool is_slice(const Nal& nal) { return is(nal, NalType::slice) || is(nal, NalType::key_slice); }

bool is_parameters(const Nal& nal) { return is(nal, NalType::sps) || is(nal, NalType::pps); }

// Where the next 00 00 01 begins; the stream's size if nowhere.
size_t find_start_code(std::span<const uint8_t> stream, size_t from) {
  size_t at = from;
  while (at + start_code_bytes <= stream.size()) {
    const uint8_t last = stream[at + 2];
    if (last == 1 && stream[at] == 0 && stream[at + 1] == 0) return at;
    at += last > 1 ? start_code_bytes : 1;
  }
  return stream.size();
}

// The bits of a NAL unit's payload, without the bytes 03 that keep start codes out of it (7.4.1.1).
// Reading beyond the end gives zeros and is remembered.
class BitReader {
 public:
  explicit BitReader(std::span<const uint8_t> bytes) {
    for (size_t i = 0; i < bytes.size(); ++i) {
      const bool escape = bytes[i] == 3 && i >= 2 && bytes[i - 1] == 0 && bytes[i - 2] == 0;
      if (!escape) bytes_.push_back(bytes[i]);
    }
  }

  uint32_t bits(int count) {
    uint32_t value = 0;
    for (int i = 0; i < count; ++i) value = value << 1 | bit();
    return value;
  }

  // Exp-Golomb code (9.1).
  uint32_t unsigned_code() {
    int zeros = 0;
    while (zeros < 32 && !exhausted() && bit() == 0) ++zeros;
    if (zeros >= 32) {
      at_ = 8 * bytes_.size() + 1;
      return 0;
    }
    return (uint32_t(1) << zeros) - 1 + bits(zeros);
  }
  void skip_code() { unsigned_code(); }

  bool exhausted() const { return at_ > 8 * bytes_.size(); }

 private:
  uint32_t bit() {
    const size_t at = at_++;
    if (at / 8 >= bytes_.size()) return 0;
    return (bytes_[at / 8] >> (7 - at % 8)) & 1;
  }

  core::Bytes bytes_;
  size_t at_ = 0;
};

// 7.3.2.1.1.1: only how long it is matters.
void skip_scaling_list(BitReader& reader, int entries) {
  int last = 8, next = 8;
  for (int i = 0; i < entries && !reader.exhausted(); ++i) {
    if (next != 0) {
      const uint32_t code = reader.unsigned_code();
      const int64_t delta = code % 2 == 1 ? int64_t(code / 2) + 1 : -int64_t(code / 2);
      next = static_cast<int>((last + delta) & 0xff);
    }
    if (next != 0) last = next;
  }
}

bool has_chroma_format(uint32_t profile) {
  switch (profile) {
    case 100:
    case 110:
    case 122:
    case 244:
    case 44:
    case 83:
    case 86:
    case 118:
    case 128:
    case 138:
    case 139:
    case 134:
    case 135: return true;
    default: return false;
  }
}

struct ChromaFormat {
  uint32_t kind = 1;  // 3 is 4:4:4
  uint32_t depth = 8;
};

ChromaFormat read_chroma_format(BitReader& reader) {
  ChromaFormat format{reader.unsigned_code(), 8};
  if (format.kind == 3) reader.bits(1);  // separate planes
  const uint32_t luma = reader.unsigned_code();
  format.depth = 8 + std::max(luma, reader.unsigned_code());
  reader.bits(1);  // bypass
  if (reader.bits(1) == 1) {
    const int lists = format.kind == 3 ? 12 : 8;
    for (int i = 0; i < lists; ++i) {
      if (reader.bits(1) == 1) skip_scaling_list(reader, i < 6 ? 16 : 64);
    }
  }
  return format;
}

void skip_order_count(BitReader& reader) {
  const uint32_t type = reader.unsigned_code();
  if (type == 0) {
    reader.skip_code();
  } else if (type == 1) {
    reader.bits(1);
    reader.skip_code();
    reader.skip_code();
    const uint32_t frames = reader.unsigned_code();
    for (uint32_t i = 0; i < frames && i < 256 && !reader.exhausted(); ++i) reader.skip_code();
  }
}

void skip_hrd(BitReader& reader) {
  const uint32_t schedules = reader.unsigned_code();
  reader.bits(8);  // scales
  for (uint32_t i = 0; i <= schedules && i < 32 && !reader.exhausted(); ++i) {
    reader.skip_code();
    reader.skip_code();
    reader.bits(1);
  }
  reader.bits(20);  // lengths
}

// Whether the usability information (E.1.1) says how many pictures may be shown later than others
// that come after them; 0 where it does not say.
uint32_t read_reordering(BitReader& reader) {
  constexpr uint32_t extended_aspect = 255;
  if (reader.bits(1) == 1 && reader.bits(8) == extended_aspect) reader.bits(32);
  if (reader.bits(1) == 1) reader.bits(1);  // overscan
  if (reader.bits(1) == 1) {                // signal type
    reader.bits(4);
    if (reader.bits(1) == 1) reader.bits(24);
  }
  if (reader.bits(1) == 1) {  // chroma location
    reader.skip_code();
    reader.skip_code();
  }
  if (reader.bits(1) == 1) {  // timing
    reader.bits(32);
    reader.bits(32);
    reader.bits(1);
  }
  const bool nal_hrd = reader.bits(1) == 1;
  if (nal_hrd) skip_hrd(reader);
  const bool vcl_hrd = reader.bits(1) == 1;
  if (vcl_hrd) skip_hrd(reader);
  if (nal_hrd || vcl_hrd) reader.bits(1);
  reader.bits(1);                     // picture structure
  if (reader.bits(1) == 0) return 0;  // no restriction
  reader.bits(1);                     // motion vectors
  for (int i = 0; i < 4; ++i) reader.skip_code();
  const uint32_t reordered = reader.unsigned_code();
  return reader.exhausted() ? 0 : reordered;
}

// Table A-1: how many macroblocks the reference pictures of a level have together (MaxDpbMbs).
int64_t reference_blocks_max(uint32_t level) {
  struct Row {
    uint32_t level;
    int64_t blocks;
  };
  constexpr Row rows[] = {{10, 396},   {11, 900},    {20, 2376},  {21, 4752},
                          {30, 8100},  {31, 18000},  {32, 20480}, {41, 32768},
                          {42, 34816}, {50, 110400}, {52, 184320}};
  constexpr int64_t most = 696320;  // level 6
  const auto row = std::ranges::find_if(rows, [&](const Row& each) { return level <= each.level; });
  return row == std::end(rows) ? most : row->blocks;
}

// Many a camera's level says too little, which does no harm up to what level 5 holds.
constexpr int64_t forgiven_blocks = 110400;
constexpr uint32_t references_max = 16;  // A.3.1

// Pictures that are there at once beside the references: one being decoded, four that wait for
// gate, session and viewers.
constexpr int64_t pictures_beside = 5;

struct Sps {
  core::Size size;
  bool reorders = false;
  size_t decoder_bytes = 0;
};

size_t decoder_bytes(int64_t blocks, uint32_t references, const ChromaFormat& chroma) {
  constexpr int64_t block_samples = 256, motion_bytes = 160;
  constexpr int64_t samples_of[] = {2, 3, 4, 6};  // halves, by the kind of chroma
  const int64_t sample_bytes = chroma.depth > 8 ? 2 : 1;
  const int64_t picture_block =
      block_samples * samples_of[std::min(chroma.kind, 3U)] / 2 * sample_bytes + motion_bytes;
  return size_t(blocks * picture_block * (int64_t(references) + pictures_beside));
}

// `size` is what is shown; memory goes by whole macroblocks.
core::Status check_size(int64_t width, int64_t height, int64_t blocks, uint32_t references,
                        uint32_t level) {
  namespace limits = core::limits;
  const bool fits = width > 0 && height > 0 && width <= limits::picture_side_max &&
                    height <= limits::picture_side_max &&
                    uint64_t(width) * uint64_t(height) <= limits::picture_pixels_max &&
                    uint64_t(blocks) * 256 <= 2 * limits::picture_pixels_max;
  if (!fits) {
    return Error{Code::bad_input,
                 fmt::format("H.264 of {}x{} is beyond what is read here", width, height)};
  }
  const int64_t allowed = std::max(reference_blocks_max(level), forgiven_blocks);
  if (references > references_max || blocks * references > allowed) {
    return Error{Code::bad_input,
                 fmt::format("H.264 of {}x{} with {} reference pictures, more than its level {}.{} "
                             "allows for; set the camera to fewer reference pictures",
                             width, height, references, level / 10, level % 10)};
  }
  return {};
}

core::Result<Sps> read_sps(const Nal& sps) {
  BitReader reader(sps.bytes.subspan(1, std::min(parameter_bytes_max, sps.bytes.size() - 1)));
  const uint32_t profile = reader.bits(8);
  reader.bits(8);  // constraints
  const uint32_t level = reader.bits(8);
  reader.skip_code();  // id
  const ChromaFormat chroma =
      has_chroma_format(profile) ? read_chroma_format(reader) : ChromaFormat{};
  reader.skip_code();  // log2 of frame numbers
  skip_order_count(reader);
  const uint32_t references = reader.unsigned_code();
  reader.bits(1);
  const int64_t blocks_wide = int64_t(reader.unsigned_code()) + 1;
  const int64_t units_high = int64_t(reader.unsigned_code()) + 1;
  const bool frames_only = reader.bits(1) == 1;
  if (!frames_only) reader.bits(1);
  reader.bits(1);
  const int64_t blocks_high = units_high * (frames_only ? 1 : 2);
  int64_t width = 16 * blocks_wide;
  int64_t height = 16 * blocks_high;
  if (reader.bits(1) == 1) {  // cropping, in chroma samples
    const int64_t step_x = chroma.kind == 1 || chroma.kind == 2 ? 2 : 1;
    const int64_t step_y = (chroma.kind == 1 ? 2 : 1) * (frames_only ? 1 : 2);
    width -= step_x * (int64_t(reader.unsigned_code()) + reader.unsigned_code());
    height -= step_y * (int64_t(reader.unsigned_code()) + reader.unsigned_code());
  }
  if (reader.exhausted()) return Error{Code::bad_input, "H.264 whose parameters are cut short"};
  // Of numbers that are too large for any picture the product is none.
  const bool sane = blocks_wide <= core::limits::picture_side_max &&
                    blocks_high <= core::limits::picture_side_max;
  const int64_t blocks = sane ? blocks_wide * blocks_high : std::numeric_limits<int32_t>::max();
  if (auto good = check_size(width, height, blocks, references, level); !good) return good.error();
  const bool told = reader.bits(1) == 1;
  return Sps{{int(width), int(height)},
             told && read_reordering(reader) > 0,
             decoder_bytes(blocks, references, chroma)};
}

// A picture between two others, 7.4.3.
bool is_b_slice(const Nal& slice) {
  // More would be the picture itself.
  BitReader reader(slice.bytes.subspan(1, std::min<size_t>(16, slice.bytes.size() - 1)));
  reader.skip_code();  // first macroblock
  return !reader.exhausted() && reader.unsigned_code() % 5 == 1;
}

// The set's own number: pictures name the sets they use.
uint32_t id_of(const Nal& parameters) {
  const size_t skipped = is(parameters, NalType::sps) ? 4 : 1;  // header, profile, level
  if (parameters.bytes.size() <= skipped) return 0;
  BitReader reader(parameters.bytes.subspan(skipped));
  return reader.unsigned_code();
}

void keep(std::map<uint32_t, core::Bytes>& parameters, const Nal& nal) {
  const uint32_t id = id_of(nal);
  const uint32_t id_max = is(nal, NalType::sps) ? sequence_set_id_max : picture_set_id_max;
  if (id > id_max || nal.bytes.size() > parameter_bytes_max) return;
  core::Bytes& kept = parameters[id];
  kept.assign({0, 0, 0, 1});
  kept.insert(kept.end(), nal.bytes.begin(), nal.bytes.end());
}

void append(core::Bytes& data, const std::map<uint32_t, core::Bytes>& parameters) {
  for (const auto& [id, bytes] : parameters) data.insert(data.end(), bytes.begin(), bytes.end());
}

}  // namespace

std::optional<Nal> NalReader::next() {
  const size_t code = find_start_code(stream_, at_);
  const size_t header = code + start_code_bytes;
  if (header >= stream_.size()) return std::nullopt;
  size_t end = find_start_code(stream_, header);
  while (end > header + 1 && stream_[end - 1] == 0) --end;  // a longer start code, or padding
  const bool long_code = code > at_ && stream_[code - 1] == 0;
  at_ = end;
  return Nal{long_code ? code - 1 : code, uint8_t(stream_[header] & 0x1f),
             stream_.subspan(header, end - header)};
}

// first_mb_in_slice is 0: the Exp-Golomb code of one bit 1.
bool begins_picture(const Nal& slice) {
  return is_slice(slice) && slice.bytes.size() > 1 && (slice.bytes[1] & 0x80) != 0;
}

core::Result<H264Info> read_h264_info(std::span<const uint8_t> unit) {
  H264Info info;
  bool sps = false, pps = false, picture = false;
  size_t sets = 0;
  NalReader reader(unit);
  while (const auto nal = reader.next()) {
    if (is_parameters(*nal) && picture) {
      return Error{Code::bad_input, "H.264 whose parameters stand behind the picture (7.4.1.2.3)"};
    }
    if (is_parameters(*nal) && ++sets > core::limits::parameter_sets_max) {
      return Error{Code::bad_input, fmt::format("H.264 with more than {} parameter sets before a "
                                                "picture",
                                                core::limits::parameter_sets_max)};
    }
    if (is(*nal, NalType::sps)) {
      const auto parameters = read_sps(*nal);
      if (!parameters) return parameters.error();
      info.size = parameters->size;
      info.reorders = parameters->reorders;
      info.decoder_bytes = std::max(info.decoder_bytes, parameters->decoder_bytes);
      sps = true;
    }
    pps = pps || is(*nal, NalType::pps);
    if (!is_slice(*nal) || std::exchange(picture, true)) continue;
    info.idr = is(*nal, NalType::key_slice);
    info.parameters = sps && pps;
    info.reorders = info.reorders || is_b_slice(*nal);
  }
  if (picture) return info;
  return Error{Code::bad_input, "H.264 data that holds no picture"};
}

void H264Framer::learn(std::span<const uint8_t> parameters) {
  NalReader reader(parameters);
  size_t sets = 0;
  for (auto nal = reader.next(); nal && !is_slice(*nal); nal = reader.next()) {
    if (is_parameters(*nal) && ++sets > core::limits::parameter_sets_max) return;
    if (is(*nal, NalType::sps)) {
      const auto sps = read_sps(*nal);
      if (!sps) continue;
      size_ = sps->size;
      reorders_ = reorders_ || sps->reorders;
      keep(sps_, *nal);
    } else if (is(*nal, NalType::pps)) {
      keep(pps_, *nal);
    }
  }
}

std::optional<core::EncodedPicture> H264Framer::picture(std::span<const uint8_t> unit) {
  learn(unit);
  const auto info = read_h264_info(unit);
  if (!info) return std::nullopt;
  reorders_ = reorders_ || info->reorders;
  const bool key = info->idr && !sps_.empty() && !pps_.empty();
  if (!key && count_ == 0) return std::nullopt;
  core::Bytes data;
  if (key && !info->parameters) {
    append(data, sps_);
    append(data, pps_);
  }
  data.insert(data.end(), unit.begin(), unit.end());
  if (key) {
    const auto whole = read_h264_info(data);
    if (!whole) return std::nullopt;
    size_ = whole->size;
  }
  return core::EncodedPicture{core::Codec::h264, key, size_, core::Buffer(std::move(data)),
                              ++count_};
}

}  // namespace fovea::codec
