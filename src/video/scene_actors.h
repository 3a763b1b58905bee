#pragma once

#include "video/scene_layout.h"
#include "video/scene_mesh.h"

// The bodies of the scene: each adds its triangles to a mesh.
namespace fovea::video::scene {

// What stands still: floor, walls and roof; racks, pallets, barrels and cabinets; both conveyors'
// frames and the robot's pedestal fence.
void add_hall(Mesh& mesh, const Layout& layout);
void add_storage(Mesh& mesh, const Layout& layout);
void add_conveyors(Mesh& mesh, const Layout& layout);

// What moves.
void add_person(Mesh& mesh, const Person& person, const Step& step, uint8_t id);
void add_forklift(Mesh& mesh, const Forklift& forklift, const Drive& drive, double time_s);
void add_driver(Mesh& mesh, const Drive& drive, const Clothes& clothes, uint8_t id);
void add_robot(Mesh& mesh, const Layout& layout, const Grip& grip, double time_s);
void add_part(Mesh& mesh, const Layout& layout, const Part& part);
// Seams of the belts: one sees them run.
void add_belt_seams(Mesh& mesh, const Layout& layout, double time_s);

}  // namespace fovea::video::scene
