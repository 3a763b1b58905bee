#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/image.h"
#include "core/result.h"

namespace fovea::learn {

// What `fovea train` hands to the program fovea-train, and keeps as job.json in the output folder.
struct TrainJob {
  std::string data;        // of evaluate::open_data_set()
  std::string validation;  // likewise; empty: every eighth picture of `data`
  std::string classes;     // file of evaluate::read_class_mapping(); empty: as the data has them
  std::string output;      // folder
  std::string start;       // safetensors of a network of ours to start from; empty: from nothing
  std::string teacher;     // likewise, of a larger one to learn from as well; empty: none
  // What the package will say of itself.
  std::string model_name;
  std::string model_version = "1";
  std::string licence;
  std::string parent;   // of `start`, in words
  bool half = true;     // its weights as 16 bit
  bool resume = false;  // go on with output/last.safetensors
  // How long: `steps`, or `minutes` of wall time if that is 0. With steps a run can be repeated
  // exactly; with minutes the learning rate follows the clock.
  int64_t steps = 0;
  double minutes = 60;
  uint32_t seed = 1;
  int batch = 8;     // pieces of pictures in a step
  core::Size input;  // of the network's picture; 0x0: that of the first validation picture
  core::Size crop;   // what is cut out for training; 0x0: three quarters of the input
  double width = 1;  // of the network
  double learning_rate = 4e-3;
  double weight_decay = 1e-2;
  double scale_least = 0.5;
  double scale_most = 1.75;
  double colour_change = 1;  // see train::Augmentation
  double hard_share = 0.25;  // of the pixels, the worst, that always count (OHEM); 1: all
  int threads = 0;           // 0: one per processor
  int memory_mb = 0;         // limit; 0: none
  int checks = 20;           // validations over the whole time
};

std::string to_json(const TrainJob& job);
// Errors: bad_input.
core::Result<TrainJob> parse_train_job(std::string_view json);

// Files in the output folder.
inline constexpr char job_file[] = "job.json";
inline constexpr char last_file[] = "last.safetensors";  // to go on with
inline constexpr char best_file[] = "best.safetensors";  // by mIoU on the validation pictures
inline constexpr char preview_file[] = "preview.jpg";    // picture, truth, and what is seen
inline constexpr char report_file[] = "report.html";
inline constexpr char events_file[] = "events.jsonl";  // all that was told (trainer_event.h)

}  // namespace fovea::learn
