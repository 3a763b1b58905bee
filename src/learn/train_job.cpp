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
              {"model_name", job.model_name},
              {"model_version", job.model_version},
              {"licence", job.licence},
              {"parent", job.parent},
              {"half", job.half},
              {"resume", job.resume},
              {"steps", job.steps},
              {"minutes", job.minutes},
              {"seed", job.seed},
              {"batch", job.batch},
              {"input", size(job.input)},
              {"crop", size(job.crop)},
              {"width", job.width},
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
    // What an older job does not say is as it was then: the default.
    const auto take = [&](const char* key, auto& member) {
      if (json.contains(key)) json[key].get_to(member);
    };
    const auto take_size = [&](const char* key, core::Size& size) {
      if (!json.contains(key)) return;
      size = {json[key].at(0).template get<int>(), json[key].at(1).template get<int>()};
    };
    TrainJob job;
    json.at("data").get_to(job.data);
    json.at("output").get_to(job.output);
    take("validation", job.validation);
    take("classes", job.classes);
    take("start", job.start);
    take("teacher", job.teacher);
    take("model_name", job.model_name);
    take("model_version", job.model_version);
    take("licence", job.licence);
    take("parent", job.parent);
    take("half", job.half);
    take("resume", job.resume);
    take("steps", job.steps);
    take("minutes", job.minutes);
    take("seed", job.seed);
    take("batch", job.batch);
    take("width", job.width);
    take("learning_rate", job.learning_rate);
    take("weight_decay", job.weight_decay);
    take("scale_least", job.scale_least);
    take("scale_most", job.scale_most);
    take("colour_change", job.colour_change);
    take("hard_share", job.hard_share);
    take("threads", job.threads);
    take("memory_mb", job.memory_mb);
    take("checks", job.checks);
    take_size("input", job.input);
    take_size("crop", job.crop);
    return job;
  } catch (const nlohmann::json::exception& wrong) {
    return core::Error{core::Code::bad_input,
                       std::string("this is no training job: ") + wrong.what()};
  }
}

}  // namespace fovea::learn
