#pragma once

#include "cli/command.h"

namespace fovea::cli {

// Each is in the file of its name; add the line here and in main.cpp's table.
std::function<int()> declare_bench(App app);
std::function<int()> declare_camera(App app);
std::function<int()> declare_device(App app);
std::function<int()> declare_camera_probe(App app);  // `fovea camera probe`
std::function<int()> declare_demo(App app);
std::function<int()> declare_evaluate(App app);
std::function<int()> declare_infer(App app);
std::function<int()> declare_model(App app);
std::function<int()> declare_site(App app);
std::function<int()> declare_train(App app);
std::function<int()> declare_user(App app);

}  // namespace fovea::cli
