#include "bench/pipeline_round.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "bench/threads.h"
#include "codec/jpeg.h"
#include "infer/geometry.h"

namespace fovea::bench {

core::Result<std::vector<DecodedPicture>> decode_pictures(const std::string& folder,
                                                          const infer::Manifest& manifest) {
  std::vector<DecodedPicture> pictures;
  codec::JpegDecoder decoder;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    std::ifstream file(entry.path(), std::ios::binary);
    core::Bytes jpeg{std::istreambuf_iterator<char>(file), {}};
    const auto info = codec::read_jpeg_info(jpeg);
    if (!info) return info.error().context(entry.path().string());
    auto image = decoder.decode_covering(jpeg, infer::decode_cover(manifest, info->size));
    if (!image) return image.error().context(entry.path().string());
    pictures.push_back({std::move(jpeg), *std::move(image), info->size});
  }
  return pictures;
}

std::set<pid_t> find_engine_threads() {
  std::set<pid_t> ids;
  for (const auto& [id, thread] : read_thread_times().threads) ids.insert(id);
  ids.erase(thread_id());
  return ids;
}

void OutsideMeter::begin() {
  model_before_s_ = model_.cpu_s();
  before_ = read_thread_times();
}

std::map<std::string, double> OutsideMeter::end() {
  const auto after = read_thread_times();
  const double in_model_s = model_.cpu_s() - model_before_s_;
  // Workers that the engine started from a session's thread carry that thread's name.
  const auto callers = model_.callers();
  for (const auto& [id, thread] : after.threads) {
    if (thread.name.starts_with("session") && !callers.contains(id)) left_out_.insert(id);
  }
  auto parts = cpu_by_part(before_, after, left_out_);
  parts["session"] -= in_model_s;
  parts.erase("engine");
  return parts;
}

core::Result<PipelineRound> run_pipeline_round(Rig& rig, const PictureFolder& folder, int cameras,
                                               double fps, std::chrono::duration<double> duration,
                                               OutsideMeter& meter) {
  if (auto begun = rig.start_cameras(cameras, folder, fps); !begun) return begun.error();
  const auto begin = std::chrono::steady_clock::now();
  meter.begin();
  std::this_thread::sleep_for(duration);
  const auto parts = meter.end();
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin;
  PipelineRound round;
  round.arrivals = rig.take_arrivals();
  rig.stop_cameras();
  const auto frames = double(round.arrivals.size());
  if (frames == 0) return round;
  round.fps = frames / passed.count();
  for (const auto& [part, seconds] : parts) {
    round.parts_ms[part] = 1000 * seconds / frames;
    round.outside_ms += 1000 * seconds / frames;
  }
  return round;
}

}  // namespace fovea::bench
