#include "core/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "core/html.h"

namespace fovea::core {

namespace {

constexpr double width = 720, height = 300, left = 64, right = 16, top = 48, bottom = 44;
constexpr std::array<const char*, 6> colours = {"#2f6fde", "#d9622b", "#1f9d6b",
                                                "#8a4fc4", "#b8860b", "#666"};

// The ranges of a plot: y starts at zero, or lower where values are.
struct Frame {
  double x_least = std::numeric_limits<double>::max();
  double x_most = std::numeric_limits<double>::lowest();
  double y_least = 0;
  double y_most = 0;

  explicit Frame(const Plot& plot) {
    for (const auto& series : plot.series) {
      for (const auto& [x, y] : series.points) {
        x_least = std::min(x_least, x);
        x_most = std::max(x_most, x);
        y_least = std::min(y_least, y);
        y_most = std::max(y_most, y);
      }
    }
    if (x_most < x_least) x_least = x_most = 0;  // there are no points
    if (x_most <= x_least) x_most = x_least + 1;
    if (y_most <= y_least) y_most = y_least + 1;
  }
  double x(double value) const {
    return left + (value - x_least) / (x_most - x_least) * (width - left - right);
  }
  double y(double value) const {
    return height - bottom - (value - y_least) / (y_most - y_least) * (height - top - bottom);
  }
};

std::string axes(const Plot& plot, const Frame& frame) {
  std::string svg;
  for (int i = 0; i <= 4; ++i) {
    const double y_value = frame.y_least + (frame.y_most - frame.y_least) * i / 4;
    const double x_value = frame.x_least + (frame.x_most - frame.x_least) * i / 4;
    svg += fmt::format(
        "<line x1='{}' y1='{:.1f}' x2='{}' y2='{:.1f}' stroke='#e4e4e4'/>"
        "<text x='{}' y='{:.1f}' text-anchor='end'>{:.3g}</text>"
        "<text x='{:.1f}' y='{}' text-anchor='middle'>{:.3g}</text>",
        left, frame.y(y_value), width - right, frame.y(y_value), left - 6, frame.y(y_value) + 4,
        y_value, frame.x(x_value), height - bottom + 16, x_value);
  }
  return svg + fmt::format(
                   "<text x='{}' y='{}' text-anchor='middle'>{}</text>"
                   "<text transform='translate(14 {}) rotate(-90)' text-anchor='middle'>{}</text>",
                   (left + width - right) / 2, height - 8, html_escape(plot.x_label), height / 2,
                   html_escape(plot.y_label));
}

// How wide a text of the plot is, or a little less wide than this.
double text_width(const std::string& text) { return 6.6 * double(text.size()); }

// The names beside each other above the plot, one row after the other.
std::string legend(const std::vector<Series>& all) {
  std::string svg;
  double x = left;
  double y = 20;
  for (size_t i = 0; i < all.size(); ++i) {
    const double wide = 16 + text_width(all[i].name) + 18;
    if (x > left && x + wide > width) {
      x = left;
      y += 16;
    }
    svg += fmt::format(
        "<rect x='{:.0f}' y='{:.0f}' width='10' height='10' fill='{}'/>"
        "<text x='{:.0f}' y='{:.0f}'>{}</text>",
        x, y - 9, colours[i % colours.size()], x + 16, y, html_escape(all[i].name));
    x += wide;
  }
  return svg;
}

std::string draw(const Series& series, const Frame& frame, bool lines, size_t index) {
  const char* colour = colours[index % colours.size()];
  std::string path;
  for (const auto& [x, y] : series.points) {
    path += lines ? fmt::format("{:.1f},{:.1f} ", frame.x(x), frame.y(y))
                  : fmt::format("M{:.1f} {:.1f}h0", frame.x(x), frame.y(y));
  }
  if (path.empty()) return "";
  return lines ? fmt::format("<polyline points='{}' fill='none' stroke='{}' stroke-width='2'/>",
                             path, colour)
               : fmt::format(
                     "<path d='{}' fill='none' stroke='{}' stroke-opacity='.5' "
                     "stroke-width='4' stroke-linecap='round'/>",
                     path, colour);
}

std::string draw(const Plot& plot) {
  const Frame frame(plot);
  std::string svg = axes(plot, frame) + legend(plot.series);
  for (size_t i = 0; i < plot.series.size(); ++i) {
    svg += draw(plot.series[i], frame, plot.lines, i);
  }
  return svg;
}

}  // namespace

std::string to_svg(const Plot& plot) {
  return fmt::format(
             "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {0} {1}' role='img' "
             "font-family='system-ui,sans-serif' font-size='12' fill='#444'>"
             "<title>{2}</title><rect width='{0}' height='{1}' fill='#fff'/>",
             width, height, html_escape(plot.title)) +
         draw(plot) + "</svg>\n";
}

}  // namespace fovea::core
