#include "evaluate/paired_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>
#include <vector>

#include "codec/overlay.h"
#include "core/file.h"
#include "core/json.h"
#include "core/limits.h"
#include "evaluate/class_mapping.h"
#include "evaluate/palettes.h"
#include "evaluate/picture_file.h"
#include "infer/class_lists.h"

namespace fovea::evaluate {

namespace {

namespace fs = std::filesystem;
using core::Code;
using core::Error;

constexpr const char* classes_file = "classes.yaml";

struct Pair {
  fs::path picture;
  fs::path map;
  bool of_network = false;  // the map has the size of the network that made it
};

bool is_picture(const fs::path& path) {
  const auto kind = core::lower_extension(path);
  return kind == ".jpg" || kind == ".jpeg" || kind == ".png";
}

// What the values of class maps mean.
struct Meaning {
  core::ClassList classes;
  std::vector<std::optional<core::Colour>> colours;  // see Palettes
  uint8_t none = core::no_class;                     // where nothing is known; 255 is as good
};

// Plain files: a pipe may never end.
core::Result<std::vector<fs::path>> list(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder, failed)) {
    std::error_code gone;
    if (entry.is_regular_file(gone)) files.push_back(entry.path());
  }
  if (failed) return Error{Code::not_found, folder.string() + ": " + failed.message()};
  std::sort(files.begin(), files.end());
  return files;
}

// Names those that are missing, up to ten.
core::Status check_maps(const std::vector<Pair>& pairs) {
  std::string words;
  size_t missing = 0;
  for (const auto& pair : pairs) {
    if (fs::is_regular_file(pair.map) || ++missing > 10) continue;
    if (missing > 1) words += "; ";
    words +=
        fmt::format("{} has no class map: {} is missing", pair.picture.string(), pair.map.string());
  }
  if (missing == 0) return {};
  if (missing > 10) words += fmt::format("; and {} more", missing - 10);
  return Error{Code::bad_input, words};
}

core::Image stretched(const core::Image& map, core::Size size) {
  return codec::scale_class_map(map, {0, 0, double(size.width), double(size.height)}, size);
}

class PairedData final : public DataSet {
 public:
  PairedData(Meaning meaning, std::vector<Pair> pairs)
      : classes_(std::move(meaning.classes)),
        pairs_(std::move(pairs)),
        none_(meaning.none),
        palettes_(std::move(meaning.colours)) {}

  const core::ClassList& classes() const override { return classes_; }
  size_t size() const override { return pairs_.size(); }
  std::string name(size_t index) const override { return pairs_[index].picture.string(); }

  core::Result<Sample> read(size_t index) override {
    const Pair& pair = pairs_[index];
    auto picture = read_picture(pair.picture);
    if (!picture) return picture.error().context(pair.picture.string());
    auto file = read_class_map(pair.map);
    if (!file) return file.error().context(pair.map.string());
    core::Image* map = &file->image;
    if (!file->palette.empty()) {
      const auto applied = palettes_.apply(*map, file->palette, pair.map.filename().string());
      if (!applied) return applied.error().context(pair.map.string());
    }
    if (auto good = check_values(*map); !good) return good.error().context(pair.map.string());
    if (map->size != picture->size && pair.of_network) *map = stretched(*map, picture->size);
    if (map->size != picture->size) {
      return Error{Code::bad_input,
                   fmt::format("{} is {}x{}, its class map {}x{}", pair.picture.string(),
                               picture->size.width, picture->size.height, map->size.width,
                               map->size.height)};
    }
    return Sample{*std::move(picture), std::move(*map)};
  }

  std::vector<std::string> notes() const override {
    if (palettes_.note().empty()) return {};
    return {palettes_.note()};
  }

 private:
  core::Status check_values(const core::Image& map) const {
    const auto pixels = map.pixels.span();
    const auto wrong = std::find_if(pixels.begin(), pixels.end(), [this](uint8_t value) {
      return value >= classes_.size() && value != none_ && value != core::no_class;
    });
    if (wrong == pixels.end()) return {};
    const auto at = wrong - pixels.begin();
    return Error{
        Code::bad_input,
        fmt::format("the pixel at {},{} is {}, but the classes are 0 to {} ({} is none)",
                    at % map.size.width, at / map.size.width, *wrong, classes_.size() - 1, none_)};
  }

  const core::ClassList classes_;
  const std::vector<Pair> pairs_;
  const uint8_t none_;
  Palettes palettes_;
};

core::Result<std::unique_ptr<DataSet>> make(Meaning meaning, std::vector<Pair> pairs) {
  return std::unique_ptr<DataSet>(
      std::make_unique<PairedData>(std::move(meaning), std::move(pairs)));
}

// Where a picture's class map is, as the page's snapshot (D_TIME_frame-7.jpg, D_TIME_mask-7.png)
// and `fovea infer` (NAME.mask.png) name them. A snapshot's mask may be of a frame or two before.
class MapFinder {
 public:
  explicit MapFinder(const std::vector<fs::path>& files) {
    for (const auto& file : files) {
      const auto [stem, is_mask] = snapshot_of(file);
      if (!stem.empty()) (is_mask ? masks_ : frames_)[stem].push_back(file);
    }
  }

  // A mask that may be of several pictures is of none.
  core::Status check() const {
    for (const auto& [stem, masks] : masks_) {
      const auto frames = frames_.find(stem);
      if (frames == frames_.end()) continue;
      for (const auto* several : {&masks, &frames->second}) {
        if (several->size() == 1) continue;
        return Error{Code::bad_input,
                     fmt::format("{} and {} are of one snapshot by their names; call a picture "
                                 "x.jpg and its mask x.mask.png",
                                 several->at(0).string(), several->at(1).string())};
      }
    }
    return {};
  }

  bool is_map(const fs::path& file) const {
    if (file.filename().string().ends_with(".mask.png")) return true;
    const auto [stem, is_mask] = snapshot_of(file);
    return is_mask && frames_.contains(stem);
  }

  Pair pair_of(const fs::path& picture) const {
    const auto [stem, is_mask] = snapshot_of(picture);
    const auto mask = is_mask ? masks_.end() : masks_.find(stem);
    if (mask != masks_.end()) return {picture, mask->second.front(), true};
    return {picture, picture.parent_path() / (picture.stem().string() + ".mask.png"), false};
  }

 private:
  // What frame and mask of a snapshot have in common, and whether it is the mask; else empty.
  static std::pair<std::string, bool> snapshot_of(const fs::path& file) {
    const std::string name = file.stem().string();
    if (const size_t at = name.rfind("_mask-");
        at != std::string::npos && file.extension() == ".png") {
      return {name.substr(0, at), true};
    }
    const size_t at = name.rfind("_frame-");
    return {at == std::string::npos ? "" : name.substr(0, at), false};
  }

  std::map<std::string, std::vector<fs::path>> frames_;
  std::map<std::string, std::vector<fs::path>> masks_;
};

// The names that a snapshot's result gives to the values of its mask.
core::Status learn_names(const fs::path& file, std::map<size_t, std::string>& names) {
  const auto text = core::read_file(file.string(), core::limits::json_bytes_max);
  if (!text) return {};
  const auto json = core::parse_json_object(text->text());
  if (!json) return {};
  for (const auto& item : (*json)["classes"]) {
    const std::string* name = item["name"].text();
    if (!item["index"].is_number_unsigned() || !name) continue;
    const auto value = *item["index"].count();
    if (value >= core::limits::classes_max) continue;
    const auto known = names.emplace(value, *name).first;
    if (known->second == *name) continue;
    return Error{Code::bad_input,
                 fmt::format("{} calls class {} '{}', another snapshot '{}': they are of two "
                             "models; give each a folder of its own",
                             file.string(), value, *name, known->second)};
  }
  return {};
}

core::Result<Meaning> meaning_of(const fs::path& folder, const std::vector<fs::path>& files) {
  if (fs::exists(folder / classes_file)) {
    const auto list = read_class_list((folder / classes_file).string());
    if (!list) return list.error();
    return Meaning{list->classes(), list->own_colours()};
  }
  std::map<size_t, std::string> names;
  for (const auto& file : files) {
    if (file.extension() != ".json") continue;
    if (auto learnt = learn_names(file, names); !learnt) return learnt.error();
  }
  if (names.empty()) {
    return Error{Code::bad_input,
                 fmt::format("{} does not say what the pixels of its class maps mean: write the "
                             "classes, in the order of their values, into {} as "
                             "\"classes: [{{name: background}}, {{name: person}}]\"",
                             folder.string(), (folder / classes_file).string())};
  }
  core::ClassList classes = infer::numbered_classes(names.rbegin()->first + 1);
  for (const auto& [index, name] : names) {
    if (!name.empty()) classes[index].name = name;
  }
  return Meaning{std::move(classes), {}};
}

}  // namespace

core::Result<std::unique_ptr<DataSet>> open_camvid(const std::string& path) {
  // As a shell completes it: with a slash at the end.
  const fs::path folder = path.substr(0, path.find_last_not_of('/') + 1);
  const fs::path maps = folder.string() + "annot";
  const auto files = list(folder);
  if (!files) {
    return files.error().context("write camvid:DIR/SPLIT, such as camvid:camvid/val");
  }
  std::vector<Pair> pairs;
  for (const auto& file : *files) {
    if (is_picture(file)) pairs.push_back({file, maps / (file.stem().string() + ".png")});
  }
  if (pairs.empty()) {
    return Error{Code::bad_input, folder.string() + " holds no pictures (JPEG or PNG)"};
  }
  if (auto whole = check_maps(pairs); !whole) return whole.error();
  auto classes = infer::camvid_classes();
  const auto none = uint8_t(classes.size());
  return make({std::move(classes), {}, none}, std::move(pairs));
}

core::Result<std::unique_ptr<DataSet>> open_folder(const std::string& folder) {
  const auto files = list(folder);
  if (!files) return files.error();
  const MapFinder finder(*files);
  if (auto clear = finder.check(); !clear) return clear.error();
  std::vector<Pair> pairs;
  for (const auto& file : *files) {
    if (is_picture(file) && !finder.is_map(file)) pairs.push_back(finder.pair_of(file));
  }
  if (pairs.empty()) return Error{Code::bad_input, folder + " holds no pictures (JPEG or PNG)"};
  if (auto whole = check_maps(pairs); !whole) return whole.error();
  auto meaning = meaning_of(folder, *files);
  if (!meaning) return meaning.error();
  return make(*std::move(meaning), std::move(pairs));
}

}  // namespace fovea::evaluate
