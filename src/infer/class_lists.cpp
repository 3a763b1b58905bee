#include "infer/class_lists.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace fovea::infer {

namespace {

struct CocoClass {
  int category_id;
  const char* name;
};

constexpr std::array<CocoClass, 80> coco{{
    {1, "person"},         {2, "bicycle"},       {3, "car"},
    {4, "motorcycle"},     {5, "airplane"},      {6, "bus"},
    {7, "train"},          {8, "truck"},         {9, "boat"},
    {10, "traffic light"}, {11, "fire hydrant"}, {13, "stop sign"},
    {14, "parking meter"}, {15, "bench"},        {16, "bird"},
    {17, "cat"},           {18, "dog"},          {19, "horse"},
    {20, "sheep"},         {21, "cow"},          {22, "elephant"},
    {23, "bear"},          {24, "zebra"},        {25, "giraffe"},
    {27, "backpack"},      {28, "umbrella"},     {31, "handbag"},
    {32, "tie"},           {33, "suitcase"},     {34, "frisbee"},
    {35, "skis"},          {36, "snowboard"},    {37, "sports ball"},
    {38, "kite"},          {39, "baseball bat"}, {40, "baseball glove"},
    {41, "skateboard"},    {42, "surfboard"},    {43, "tennis racket"},
    {44, "bottle"},        {46, "wine glass"},   {47, "cup"},
    {48, "fork"},          {49, "knife"},        {50, "spoon"},
    {51, "bowl"},          {52, "banana"},       {53, "apple"},
    {54, "sandwich"},      {55, "orange"},       {56, "broccoli"},
    {57, "carrot"},        {58, "hot dog"},      {59, "pizza"},
    {60, "donut"},         {61, "cake"},         {62, "chair"},
    {63, "couch"},         {64, "potted plant"}, {65, "bed"},
    {67, "dining table"},  {70, "toilet"},       {72, "tv"},
    {73, "laptop"},        {74, "mouse"},        {75, "remote"},
    {76, "keyboard"},      {77, "cell phone"},   {78, "microwave"},
    {79, "oven"},          {80, "toaster"},      {81, "sink"},
    {82, "refrigerator"},  {84, "book"},         {85, "clock"},
    {86, "vase"},          {87, "scissors"},     {88, "teddy bear"},
    {89, "hair drier"},    {90, "toothbrush"},
}};

constexpr std::array voc{
    "background", "aeroplane", "bicycle",     "bird",  "boat",        "bottle", "bus",
    "car",        "cat",       "chair",       "cow",   "diningtable", "dog",    "horse",
    "motorbike",  "person",    "pottedplant", "sheep", "sofa",        "train",  "tvmonitor"};

struct CamvidClass {
  const char* name;
  core::Colour colour;
};

constexpr std::array<CamvidClass, 11> camvid{{{"sky", {128, 128, 128}},
                                              {"building", {128, 0, 0}},
                                              {"pole", {192, 192, 128}},
                                              {"road", {128, 64, 128}},
                                              {"pavement", {60, 40, 222}},
                                              {"tree", {128, 128, 0}},
                                              {"sign", {192, 128, 128}},
                                              {"fence", {64, 64, 128}},
                                              {"car", {64, 0, 128}},
                                              {"pedestrian", {64, 64, 0}},
                                              {"bicyclist", {0, 128, 192}}}};

}  // namespace

std::optional<core::Colour> parse_colour(std::string_view text) {
  if (text.size() != 7 || text[0] != '#') return std::nullopt;
  uint32_t value = 0;
  const auto read = std::from_chars(text.data() + 1, text.data() + 7, value, 16);
  if (read.ec != std::errc() || read.ptr != text.data() + 7) return std::nullopt;
  return core::Colour{uint8_t(value >> 16), uint8_t(value >> 8), uint8_t(value)};
}

core::Colour palette_colour(size_t index) {
  // The bits of the index, spread over the channels from the highest bit down (VOC devkit).
  core::Colour colour;
  for (int bit = 7; index > 0 && bit >= 0; --bit, index >>= 3) {
    colour.red = uint8_t(colour.red | ((index & 1) << bit));
    colour.green = uint8_t(colour.green | (((index >> 1) & 1) << bit));
    colour.blue = uint8_t(colour.blue | (((index >> 2) & 1) << bit));
  }
  return colour;
}

core::ClassList coco_classes() {
  core::ClassList classes;
  for (const auto& entry : coco) {
    classes.push_back({entry.name, palette_colour(classes.size() + 1), entry.category_id});
  }
  return classes;
}

core::ClassList voc_classes() {
  core::ClassList classes;
  for (const char* name : voc) classes.push_back({name, palette_colour(classes.size()), -1});
  return classes;
}

core::ClassList camvid_classes() {
  core::ClassList classes;
  for (const auto& entry : camvid) classes.push_back({entry.name, entry.colour, -1});
  return classes;
}

core::ClassList numbered_classes(size_t count) {
  core::ClassList classes;
  for (size_t index = 0; index < count; ++index) {
    classes.push_back({fmt::format("class {}", index), palette_colour(index + 1), -1});
  }
  return classes;
}

core::ClassList classes_by_count(size_t count) {
  if (count == coco.size()) return coco_classes();
  if (count == voc.size()) return voc_classes();
  if (count == camvid.size()) return camvid_classes();
  return numbered_classes(count);
}

}  // namespace fovea::infer
