#pragma once

#include <chrono>
#include <cstddef>

// Every limit of the product in one place, with its unit and reason.
namespace fovea::core::limits {

using namespace std::chrono_literals;

// Fits a broker's subject token and a file name.
inline constexpr size_t name_length_max = 64;

// One frame on the bus: an 8K JPEG of good quality. NATS' own limit is 1 MiB unless raised.
inline constexpr size_t frame_bytes_max = 16u << 20;

// A picture's side and area: 8K video, and refused before anything is allocated.
inline constexpr int picture_side_max = 16384;
inline constexpr size_t picture_pixels_max = 64u << 20;

// Progressive JPEG: encoders write about 10 scans; more are an attack ("scan bomb"), as a decoder
// goes through the whole picture for each.
inline constexpr int jpeg_scans_max = 20;

// What a site decodes of a device: 20 megapixels, as large cameras have, and of a JPEG so many
// pixels times scans, some 0.1 s of a processor. Larger ones are passed on, not inferred.
inline constexpr size_t inferred_pixels_max = 24u << 20;
inline constexpr size_t inferred_scanned_pixels_max = 256u << 20;

// A JPEG beyond either takes longer than others should wait for (some 15 ms): it is decoded on a
// thread beside.
inline constexpr size_t quick_scanned_pixels_max = 4u << 20;
inline constexpr size_t quick_jpeg_bytes_max = 1u << 20;

// What decoders may hold for one stream: 4K with the five reference pictures of its level.
inline constexpr size_t stream_decoder_bytes_max = 192u << 20;

// Parameter sets before a picture of H.264: real streams have two or three.
inline constexpr size_t parameter_sets_max = 64;

// A mask from outside: of its frame's size at most, or the first; never beyond the second.
inline constexpr size_t mask_pixels_free = 1u << 20;
inline constexpr size_t mask_pixels_max = size_t(4096) * 2176;

// Frames a camera or a viewer may have unacknowledged: one on its way, one being made.
inline constexpr int frames_in_flight_max = 2;

// Inter-coded frames of one stream that wait where JPEG has one: about two seconds, after that only
// a key frame helps.
inline constexpr size_t inter_coded_waiting_max = 64;

// Event attributes that we read from strangers.
inline constexpr size_t event_attributes_max = 64;
inline constexpr size_t event_attribute_bytes_max = 4096;

// A result, a status or a command as JSON.
inline constexpr size_t json_bytes_max = 1u << 20;
inline constexpr int json_depth_max = 32;

// A configuration file that a person wrote.
inline constexpr size_t config_bytes_max = 1u << 20;

// Pictures a second of one camera. Slower ones look like a camera that hangs: a source waits 5 s
// for a picture. The most is beyond industrial cameras, and what benchmarks offer.
inline constexpr double camera_fps_min = 0.25;
inline constexpr double camera_fps_max = 1000;

// Devices at one site; more are refused with a message (a hostile client announces thousands).
inline constexpr size_t devices_max = 256;

// Areas of one camera that are blacked out, and corners of one area or zone: more than a person
// draws.
inline constexpr size_t privacy_areas_max = 16;
inline constexpr size_t polygon_corners_max = 64;

// Classes of one model: a class map has one byte per pixel and 255 means "no class".
inline constexpr size_t classes_max = 255;

// Events waiting in one subscription; then the topic with the most of them loses its oldest, and
// the gap is counted.
inline constexpr size_t ordered_queue_capacity = 1024;

// Bytes waiting in one subscription, or to be sent while the broker is away.
inline constexpr size_t queue_bytes_max = 128u << 20;

// Workers of one site: more than any machine's engine runs side by side.
inline constexpr int sessions_max = 64;

// What happened at a site, kept for the page.
inline constexpr size_t timeline_events_max = 1000;

// Pictures of the moment kept for events of the timeline, and all of them together.
inline constexpr size_t timeline_pictures_max = 200;
inline constexpr size_t timeline_picture_bytes_max = 32u << 20;

// Rules of one site, operators in one of them, places that alerts go to: more than a person makes.
inline constexpr size_t rules_max = 64;
inline constexpr size_t rule_operators_max = 8;
inline constexpr size_t webhooks_max = 16;

// Observations waiting for the rules; then the device with the most of them loses its oldest, which
// is counted. A class map each.
inline constexpr size_t observations_waiting_max = 64;

// Alerts waiting for one webhook that does not answer.
inline constexpr size_t webhook_queue_capacity = 256;

// Log lines kept for the system page.
inline constexpr size_t log_tail_lines_max = 500;

// Restarting what failed: first wait, doubled each time up to the last.
inline constexpr auto backoff_first = 250ms;
inline constexpr auto backoff_last = 10s;

}  // namespace fovea::core::limits
