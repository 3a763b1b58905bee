#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "core/log.h"
#include "core/secrets.h"

namespace fovea::core {

// Where the log of a service goes, besides the terminal's lines of make_console_sink(). Each also
// writes into `tail` where one is given.

// True where the service manager reads our stderr: JOURNAL_STREAM names the very file that stderr
// is (systemd.exec(5)), so that a shell below a service, with stderr elsewhere, is not taken in.
bool stderr_is_journal();

// Lines on stderr as sd-daemon(3) wants them: "<4>bus: ...", the priority first, without time and
// colour, which the journal has itself. Every line of a message carries the prefix, so that none
// can pass for another's.
std::shared_ptr<LogSink> make_journal_sink(Level level_min,
                                           std::shared_ptr<LogTail> tail = nullptr);

struct LogFileOptions {
  std::string file;
  size_t bytes_max = 10u << 20;  // of one file; then it is renamed: site.log, site.1.log, ...
  size_t files_max = 5;          // all together, the one that is written included; at least 1
};

// Lines in a file that only its owner reads (0600), rotated. A file that cannot be written (folder
// away, disk full, no descriptors left) never stops the program: that is said on stderr once, the
// lines are dropped and counted, the file is tried again every second, and then tells how many
// lines are missing.
std::shared_ptr<LogSink> make_file_sink(Level level_min, const LogFileOptions& options,
                                        std::shared_ptr<LogTail> tail = nullptr);

// Masks what `secrets` holds at that moment, then hands on to `sink`.
std::shared_ptr<LogSink> make_masking_sink(std::shared_ptr<LogSink> sink,
                                           std::shared_ptr<const Secrets> secrets);

}  // namespace fovea::core
