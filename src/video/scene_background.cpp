#include <array>

#include "video/scene_actors.h"
#include "video/scene_raster.h"
#include "video/scene_surface.h"

namespace fovea::video::scene {
namespace {

constexpr uint32_t nothing = 0xffffffff;

// Which triangle each sample shows.
struct Faces {
  std::vector<float> closeness;
  std::vector<uint32_t> face;
};

// The part of a triangle before the near plane, in the camera's view: up to four corners.
size_t clip(const std::array<Vec3, 3>& view, std::array<Vec3, 4>& kept) {
  size_t count = 0;
  for (size_t i = 0; i < 3; ++i) {
    const Vec3 a = view[i], b = view[(i + 1) % 3];
    const bool a_in = a.z >= near_plane, b_in = b.z >= near_plane;
    if (a_in) kept[count++] = a;
    if (a_in != b_in) kept[count++] = a + (b - a) * ((near_plane - a.z) / (b.z - a.z));
  }
  return count;
}

void draw(const Mesh& mesh, const Camera& camera, const Samples& samples, Faces& faces) {
  for (uint32_t index = 0; index < mesh.triangles().size(); ++index) {
    const Triangle& triangle = mesh.triangles()[index];
    std::array<Vec3, 4> kept;
    const size_t count = clip({camera.to_view(triangle.at[0]), camera.to_view(triangle.at[1]),
                               camera.to_view(triangle.at[2])},
                              kept);
    for (size_t i = 2; i < count; ++i) {
      Corner at[3];
      const Vec3 corners[] = {kept[0], kept[i - 1], kept[i]};
      for (size_t c = 0; c < 3; ++c) {
        const Spot spot = camera.project_view(corners[c]);
        at[c].x = spot.x;
        at[c].y = spot.y;
        at[c].closeness = spot.closeness;
      }
      scan_triangle<false>(
          at, samples.width, samples.height,
          [&](int y, int from, int to, const Gradient& gradient) {
            size_t sample = static_cast<size_t>(y) * static_cast<size_t>(samples.width) +
                            static_cast<size_t>(from);
            float closeness = gradient.start.closeness;
            for (int x = from; x < to; ++x, ++sample, closeness += gradient.step.closeness) {
              if (closeness <= faces.closeness[sample]) continue;
              faces.closeness[sample] = closeness;
              faces.face[sample] = index;
            }
          });
    }
  }
}

}  // namespace

void paint_background(const Layout& layout, const Camera& camera, const Light& light,
                      Samples& samples) {
  Mesh mesh;
  add_storage(mesh, layout);
  add_conveyors(mesh, layout);
  add_hall(mesh, layout);
  ShadowMap shadow;
  shadow.cast(mesh, LightSamples(light.key_direction), 0, 0.08f);
  const Surfaces surfaces(layout, light, shadow);
  Faces faces;
  faces.closeness.assign(samples.colour.size(), 0);
  faces.face.assign(samples.colour.size(), nothing);
  draw(mesh, camera, samples, faces);
  size_t sample = 0;
  for (int y = 0; y < samples.height; ++y) {
    for (int x = 0; x < samples.width; ++x, ++sample) {
      if (faces.face[sample] == nothing) {  // a gap of a rounding's width
        samples.colour[sample] = 0;
        samples.depth[sample] = 0;
        continue;
      }
      const Triangle& triangle = mesh.triangles()[faces.face[sample]];
      const float distance = near_plane / faces.closeness[sample];
      const Vec3 ray = camera.ray(static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f);
      const auto look = surfaces.look(triangle, camera.position + ray * distance, ray);
      const Rgb seen = light.through_air(look.light, distance);
      samples.colour[sample] = light.exposed(seen) | static_cast<uint32_t>(look.id) << 24;
      samples.depth[sample] = static_cast<uint16_t>(faces.closeness[sample] * 65535.0f);
    }
  }
}

}  // namespace fovea::video::scene
