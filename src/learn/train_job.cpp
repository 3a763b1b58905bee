#include "learn/train_job.h"

#include <nlohmann/json.hpp>

namespace fovea::learn {

using Json = nlohmann::ordered_json;

std::string to_json(const TrainJob& job) {
  const auto size = [](core::Size value) { return Json{value.width, value.height}; };
  return Json{{"data", job.data},
              {"validation", job.validation},
              {"classes", job.classes},
              {"output", job.output},
              {"start", job.start},
              {"teacher", job.teacher},
              {"resume", job.resume},
              {"steps", job.steps},
              {"minutes", job.minutes},
              {"seed", job.seed},
              {"batch", job.batch},
              {"input", size(job.input)},
              {"crop", size(job.crop)},
              {"width", job.width},
              {"output_stride", job.output_stride},
              {"learning_rate", job.learning_rate},
              {"weight_decay", job.weight_decay},
              {"scale_least", job.scale_least},
              {"scale_most", job.scale_most},
              {"colour_change", job.colour_change},
              {"hard_share", job.hard_share},
              {"threads", job.threads},
              {"memory_mb", job.memory_mb},
              {"checks", job.checks}}
      .dump(2);
}

core::Result<TrainJob> parse_train_job(std::string_view text) {
  try {
    const auto json = nlohmann::json::parse(text);
    const auto size = [&](const char* key) {
      return core::Size{json.at(key).at(0).get<int>(), json.at(key).at(1).get<int>()};
    };
    TrainJob job;
    json.at("data").get_to(job.data);
    json.at("validation").get_to(job.validation);
    json.at("classes").get_to(job.classes);
    json.at("output").get_to(job.output);
    json.at("start").get_to(job.start);
    json.at("teacher").get_to(job.teacher);
    json.at("resume").get_to(job.resume);
    json.at("steps").get_to(job.steps);
    json.at("minutes").get_to(job.minutes);
    json.at("seed").get_to(job.seed);
    json.at("batch").get_to(job.batch);
    job.input = size("input");
    job.crop = size("crop");
    json.at("width").get_to(job.width);
    json.at("output_stride").get_to(job.output_stride);
    json.at("learning_rate").get_to(job.learning_rate);
    json.at("weight_decay").get_to(job.weight_decay);
    json.at("scale_least").get_to(job.scale_least);
    json.at("scale_most").get_to(job.scale_most);
    json.at("colour_change").get_to(job.colour_change);
    json.at("hard_share").get_to(job.hard_share);
    json.at("threads").get_to(job.threads);
    json.at("memory_mb").get_to(job.memory_mb);
    json.at("checks").get_to(job.checks);
    return job;
  } catch (const nlohmann::json::exception& wrong) {
    return core::Error{core::Code::bad_input,
                       std::string("this is no training job: ") + wrong.what()};
  }
}

}  // namespace fovea::learn
