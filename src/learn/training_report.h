#pragma once

#include <string>
#include <vector>

#include "core/image.h"
#include "core/result.h"
#include "learn/train_job.h"
#include "learn/trainer_event.h"

namespace fovea::learn {

// One HTML page of a training: curves of loss and mIoU, the IoU of each class, the preview's
// pictures (a JPEG; may be empty) and what was asked for. Pure.
std::string to_html(const TrainJob& job, const core::ClassList& classes,
                    const std::vector<TrainerEvent>& events, std::string_view preview_jpeg);

// All events of a folder, those of a run that was gone on with included; lines that are none are
// passed over (a crash may have cut the last one). Errors: not_found, io.
core::Result<std::vector<TrainerEvent>> read_events(const std::string& folder);

// Writes FOLDER/report.html from what the trainer left there. Errors: not_found, io.
core::Status write_report(const TrainJob& job, const core::ClassList& classes);

}  // namespace fovea::learn
