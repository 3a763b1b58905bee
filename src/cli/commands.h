#pragma once

#include "cli/command.h"

namespace fovea::cli {

// Each is in the file of its name; add the line here and in main.cpp's table.
std::function<int()> declare_bench(CLI::App& app);
std::function<int()> declare_camera(CLI::App& app);
std::function<int()> declare_device(CLI::App& app);
std::function<int()> declare_camera_probe(CLI::App& app);  // `fovea camera probe`
std::function<int()> declare_demo(CLI::App& app);
std::function<int()> declare_evaluate(CLI::App& app);
std::function<int()> declare_infer(CLI::App& app);
std::function<int()> declare_model(CLI::App& app);
std::function<int()> declare_site(CLI::App& app);
std::function<int()> declare_train(CLI::App& app);
std::function<int()> declare_user(CLI::App& app);

}  // namespace fovea::cli
