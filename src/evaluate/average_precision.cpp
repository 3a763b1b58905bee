#include <algorithm>
#include <array>
#include <numeric>

#include "evaluate/detection.h"

namespace fovea::evaluate {

namespace {

constexpr size_t levels = 10;  // of IoU, 0.50 to 0.95
constexpr size_t recalls = 101;
constexpr size_t boxes_max = 100;

double iou_level(size_t level) { return 0.5 + 0.05 * double(level); }

double iou(const core::Area& found, const core::Area& truth, bool crowd) {
  const double width =
      std::min(found.x + found.width, truth.x + truth.width) - std::max(found.x, truth.x);
  const double height =
      std::min(found.y + found.height, truth.y + truth.height) - std::max(found.y, truth.y);
  if (width <= 0 || height <= 0) return 0;
  const double both = width * height;
  const double of_found = found.width * found.height;
  return both / (crowd ? of_found : of_found + truth.width * truth.height - both);
}

enum class Verdict : uint8_t { right, wrong, ignored };

// One found box at each level.
struct Judged {
  double score = 0;
  std::array<Verdict, levels> verdicts{};
};

// Of two boxes that fit equally well the later one is taken, and those to ignore only where no
// other fits: the order of pycocotools. Returns truth.size() where none fits.
size_t best_match(const LabelledBox& box, const std::vector<LabelledBox>& truth,
                  const std::vector<bool>& taken, double level) {
  double best = std::min(level, 1 - 1e-10);
  size_t match = truth.size();
  for (size_t i = 0; i < truth.size(); ++i) {
    if (taken[i] && !truth[i].crowd) continue;
    if (match < truth.size() && !truth[match].crowd && truth[i].crowd) break;
    const double fit = iou(box.area, truth[i].area, truth[i].crowd);
    if (fit < best) continue;
    best = fit;
    match = i;
  }
  return match;
}

// Precision at each of the points of recall; `order` sorts the boxes by score.
double average(const std::vector<Judged>& boxes, const std::vector<size_t>& order, size_t level,
               size_t wanted) {
  std::vector<double> precision, recall;
  double right = 0, wrong = 0;
  for (const size_t i : order) {
    const Verdict verdict = boxes[i].verdicts[level];
    right += verdict == Verdict::right ? 1 : 0;
    wrong += verdict == Verdict::wrong ? 1 : 0;
    recall.push_back(right / double(wanted));
    precision.push_back(right / (right + wrong + std::numeric_limits<double>::epsilon()));
  }
  for (size_t i = precision.size(); i-- > 1;) {
    precision[i - 1] = std::max(precision[i - 1], precision[i]);
  }
  double sum = 0;
  for (size_t point = 0; point < recalls; ++point) {
    const auto at = std::lower_bound(recall.begin(), recall.end(), double(point) / 100);
    if (at != recall.end()) sum += precision[size_t(at - recall.begin())];
  }
  return sum / double(recalls);
}

}  // namespace

struct AveragePrecision::Category {
  size_t wanted = 0;  // true boxes that count
  std::vector<Judged> found;
};

AveragePrecision::AveragePrecision(size_t categories) : categories_(categories) {}
AveragePrecision::AveragePrecision(AveragePrecision&&) noexcept = default;
AveragePrecision& AveragePrecision::operator=(AveragePrecision&&) noexcept = default;
AveragePrecision::~AveragePrecision() = default;

void AveragePrecision::add_picture(const std::vector<LabelledBox>& truth,
                                   const std::vector<LabelledBox>& found) {
  for (size_t category = 0; category < categories_.size(); ++category) {
    const auto is_other = [&](const LabelledBox& box) { return box.category != int(category); };
    std::vector<LabelledBox> wanted = truth, boxes = found;
    std::erase_if(wanted, is_other);
    std::erase_if(boxes, is_other);
    std::stable_sort(wanted.begin(), wanted.end(),
                     [](const auto& a, const auto& b) { return !a.crowd && b.crowd; });
    std::stable_sort(boxes.begin(), boxes.end(),
                     [](const auto& a, const auto& b) { return a.score > b.score; });
    if (boxes.size() > boxes_max) boxes.resize(boxes_max);
    Category& sum = categories_[category];
    const size_t first = sum.found.size();
    for (const auto& box : boxes) sum.found.push_back({box.score, {}});
    for (const auto& box : wanted) sum.wanted += box.crowd ? 0 : 1;
    for (size_t level = 0; level < levels; ++level) {
      std::vector<bool> taken(wanted.size());
      for (size_t i = 0; i < boxes.size(); ++i) {
        const size_t match = best_match(boxes[i], wanted, taken, iou_level(level));
        Verdict& verdict = sum.found[first + i].verdicts[level];
        verdict = Verdict::wrong;
        if (match == wanted.size()) continue;
        taken[match] = true;
        verdict = wanted[match].crowd ? Verdict::ignored : Verdict::right;
      }
    }
  }
}

std::vector<AveragePrecision::Scores> AveragePrecision::of_categories() const {
  std::vector<Scores> all(categories_.size());
  for (size_t category = 0; category < categories_.size(); ++category) {
    const size_t wanted = categories_[category].wanted;
    const std::vector<Judged>& found = categories_[category].found;
    if (wanted == 0) continue;
    std::vector<size_t> order(found.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return found[a].score > found[b].score; });
    double sum = 0;
    for (size_t level = 0; level < levels; ++level) {
      const double here = average(found, order, level, wanted);
      if (level == 0) all[category].ap_50 = here;
      sum += here;
    }
    all[category].ap = sum / double(levels);
  }
  return all;
}

AveragePrecision::Scores AveragePrecision::mean() const {
  double ap = 0, ap_50 = 0;
  int count = 0;
  for (const auto& scores : of_categories()) {
    if (!scores.ap) continue;
    ap += *scores.ap;
    ap_50 += *scores.ap_50;
    ++count;
  }
  if (count == 0) return {};
  return {ap / count, ap_50 / count};
}

}  // namespace fovea::evaluate
