#include "wire/event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "core/limits.h"
#include "wire/percent.h"
#include "wire/result_event.h"

namespace fovea::wire {
namespace {

namespace limits = core::limits;
using ::testing::HasSubstr;

const core::Timestamp captured = core::Timestamp(std::chrono::microseconds(1'795'500'000'123'456));
const core::StreamId stream{"plant", "cam1"};

core::EncodedFrame make_frame() {
  return {captured, 42, {core::Codec::jpeg, true, {640, 360}, core::Buffer(std::string("jpeg"))}};
}

Mask make_mask() {
  return {42, captured, {640, 360}, {0, 60.5, 640, 240}, core::Buffer(std::string("png"))};
}

FrameResult make_result() {
  FrameResult result;
  result.stream = stream;
  result.frame_sequence = 42;
  result.captured = captured;
  result.model_name = "hall";
  result.model_version = "1.2";
  result.frame = {640, 360};
  result.classes = {{0, "floor", 0.75, 0.9}, {3, "person", 0.25, std::nullopt}};
  result.boxes = {{"person", 0.8, {10, -2, 30.5, 40}}};
  result.timings = {1, 2, 3, 4, 5, 6, 7};
  return result;
}

TEST(TopicTest, NamesAndParsesEveryKind) {
  for (const char* kind : {"frame", "mask", "result", "alert", "status", "command"}) {
    const auto topic = parse_topic(std::string("fovea.plant.cam-1_b.") + kind);
    ASSERT_TRUE(topic) << kind;
    EXPECT_EQ(topic->name(), std::string("fovea.plant.cam-1_b.") + kind);
  }
}

TEST(TopicTest, RefusesWhatIsNone) {
  for (const std::string name :
       {"", "fovea", "fovea.", "fovea.a.b", "fovea.a.b.", "fovea.a.b.frames", "fovea..b.frame",
        "fovea.a..frame", "fovea.a.b.c.frame", "other.a.b.frame", "fovea.a b.c.frame",
        "fovea.*.b.frame", "fovea.a.b.frame.", "fovea.a.\n.frame"}) {
    EXPECT_FALSE(parse_topic(name)) << name;
  }
  EXPECT_FALSE(parse_topic("fovea." + std::string(65, 'a') + ".b.frame"));
  EXPECT_TRUE(parse_topic("fovea." + std::string(64, 'a') + ".b.frame"));
}

TEST(TopicTest, FiltersAndMakesPatterns) {
  const Topic topic{"plant", "cam1", Kind::mask};
  EXPECT_TRUE(TopicFilter().matches(topic));
  EXPECT_TRUE((TopicFilter{"plant", "cam1", Kind::mask}.matches(topic)));
  EXPECT_FALSE((TopicFilter{"office", "", {}}.matches(topic)));
  EXPECT_FALSE((TopicFilter{"", "cam2", {}}.matches(topic)));
  EXPECT_FALSE((TopicFilter{"", "", Kind::frame}.matches(topic)));
  EXPECT_EQ((TopicFilter{"plant", "", Kind::frame}.pattern("*")), "fovea.plant.*.frame");
  EXPECT_EQ(TopicFilter().pattern("+"), "fovea.+.+.+");
}

TEST(PercentTest, EncodesAsTheBindingSaysAndBack) {
  EXPECT_EQ(percent_encode("Euro \xe2\x82\xac \"100 %\""), "Euro%20%E2%82%AC%20%22100%20%25%22");
  for (const std::string text : {"", "plain/text?x=1", "\n\x01\x7f",
                                 "Gr\xc3\xbc\xc3\x9f"
                                 "e"}) {
    EXPECT_EQ(percent_decode(percent_encode(text)), text);
  }
  EXPECT_EQ(percent_decode("%e2%82%AC"), "\xe2\x82\xac");
  for (const char* wrong : {"%", "%4", "100%", "%zz", "%4g"}) EXPECT_FALSE(percent_decode(wrong));
}

TEST(EventTest, AFrameSurvivesTheWay) {
  const auto published = captured + std::chrono::microseconds(1500);
  const Event event = make_frame_event(stream, make_frame(), published);
  EXPECT_TRUE(check_event(event));
  EXPECT_EQ(event.topic.name(), "fovea.plant.cam1.frame");
  EXPECT_EQ(event.attributes.at("type"), "fovea.frame.v1");
  EXPECT_EQ(event.attributes.at("source"), "/plant/cam1");
  EXPECT_EQ(event.content_type, "image/jpeg");
  const auto frame = parse_frame_event(event);
  ASSERT_TRUE(frame) << frame.error().message;
  EXPECT_EQ(frame->sequence, 42u);
  EXPECT_EQ(frame->captured, captured);
  EXPECT_EQ(frame->size, (core::Size{640, 360}));
  EXPECT_EQ(frame->data.data(), event.payload.data()) << "the payload is shared";
  EXPECT_EQ(*published_time(event), published);
  EXPECT_EQ(*published_time(make_frame_event(stream, make_frame())), captured);
}

TEST(EventTest, RefusesFramesWithWrongAttributes) {
  const std::pair<const char*, const char*> wrongs[] = {{"width", "0"},
                                                        {"width", "-1"},
                                                        {"width", "99999999999999999999"},
                                                        {"width", "16385"},
                                                        {"height", "12a"},
                                                        {"height", ""},
                                                        {"codec", "av1"},
                                                        {"keyframe", "yes"},
                                                        {"frameseq", "1.5"},
                                                        {"frameseq", "9007199254740992"},
                                                        {"time", "tuesday"},
                                                        {"time", "2026-13-01T00:00:00Z"}};
  for (const auto& [name, value] : wrongs) {
    Event event = make_frame_event(stream, make_frame());
    event.attributes[name] = value;
    EXPECT_FALSE(parse_frame_event(event)) << name << "=" << value;
  }
  for (const char* name : {"width", "height", "codec", "frameseq", "time"}) {
    Event event = make_frame_event(stream, make_frame());
    event.attributes.erase(name);
    EXPECT_FALSE(parse_frame_event(event)) << name;
  }
  Event bomb = make_frame_event(stream, make_frame());
  bomb.attributes["width"] = bomb.attributes["height"] = "16384";
  EXPECT_THAT(parse_frame_event(bomb).error().message, HasSubstr("pixels"));
  EXPECT_FALSE(parse_frame_event(make_mask_event(stream, make_mask()))) << "another kind";
}

// Beyond 2^53 a browser rounds a frame's number, and acknowledges another one for ever.
TEST(EventTest, ANumberThatAPageCannotKeepIsRefusedInWords) {
  Event frame = make_frame_event(stream, make_frame());
  frame.attributes["frameseq"] = "9007199254740991";
  EXPECT_EQ(parse_frame_event(frame)->sequence, 9007199254740991u);
  frame.attributes["frameseq"] = "1764460800000000000";  // nanoseconds, say
  EXPECT_THAT(parse_frame_event(frame).error().message, HasSubstr("to 9007199254740991"));
  Event mask = make_mask_event(stream, make_mask());
  mask.attributes["frameseq"] = "9007199254740992";
  EXPECT_FALSE(parse_mask_event(mask));
}

TEST(EventTest, AnInterCodedFrameSaysWhatItBuildsOn) {
  core::EncodedFrame frame = make_frame();
  frame.codec = core::Codec::h264;
  frame.key = false;
  frame.reference = 5;
  Event event = make_frame_event(stream, frame);
  EXPECT_TRUE(check_event(event));
  EXPECT_EQ(event.content_type, "video/h264");
  EXPECT_EQ(event.attributes.at("refseq"), "5");
  EXPECT_TRUE(follows(event));
  const auto read = parse_frame_event(event);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_FALSE(read->key);
  EXPECT_EQ(read->reference, 5u);
  event.attributes["refseq"] = "five";
  EXPECT_FALSE(parse_frame_event(event));
  event.attributes.erase("refseq");
  EXPECT_FALSE(parse_frame_event(event));
  event.attributes["keyframe"] = "true";
  EXPECT_TRUE(parse_frame_event(event)->key);
  EXPECT_FALSE(follows(event));
  EXPECT_FALSE(follows(make_frame_event(stream, make_frame()))) << "JPEG stands on its own";
}

TEST(EventTest, AMaskSurvivesTheWay) {
  const auto mask = parse_mask_event(make_mask_event(stream, make_mask()));
  ASSERT_TRUE(mask) << mask.error().message;
  EXPECT_EQ(mask->frame_sequence, 42u);
  EXPECT_EQ(mask->area, (core::Area{0, 60.5, 640, 240}));
  for (const auto& [name, value] : {std::pair{"areax", "-5"}, std::pair{"areawidth", "900"},
                                    std::pair{"areaheight", "nan"}, std::pair{"areay", "inf"}}) {
    Event event = make_mask_event(stream, make_mask());
    event.attributes[name] = value;
    EXPECT_FALSE(parse_mask_event(event)) << name;
  }
}

TEST(EventTest, NamesTheFault) {
  const std::pair<const char*, std::function<void(Event&)>> cases[] = {
      {"topic", [](Event& e) { e.topic.site = "a b"; }},
      {"attributes", [](Event& e) { e.attributes["Upper"] = "x"; }},
      {"attributes", [](Event& e) { e.attributes["note"] = "\x1b[31m"; }},
      {"attributes",
       [](Event& e) { e.attributes["note"].resize(limits::event_attribute_bytes_max + 1, 'x'); }},
      {"attributes",
       [](Event& e) {
         for (size_t i = 0; i <= limits::event_attributes_max; ++i) {
           e.attributes["x" + std::to_string(i)] = "";
         }
       }},
      {"attributes", [](Event& e) { e.content_type = "image/jpeg\r\n"; }},
      {"specversion", [](Event& e) { e.attributes["specversion"] = "0.3"; }},
      {"id", [](Event& e) { e.attributes.erase("id"); }},
      {"source", [](Event& e) { e.attributes["source"] = "/plant/cam2"; }},
      {"type", [](Event& e) { e.attributes["type"] = "fovea.frame.v2"; }},
      {"time", [](Event& e) { e.attributes["time"] = "now"; }},
      {"size", [](Event& e) { e.payload = core::Bytes(limits::frame_bytes_max + 1); }},
  };
  for (const auto& [reason, spoil] : cases) {
    Event event = make_frame_event(stream, make_frame());
    ASSERT_FALSE(find_fault(event));
    spoil(event);
    const auto fault = find_fault(event);
    ASSERT_TRUE(fault) << reason;
    EXPECT_STREQ(fault->reason, reason);
    EXPECT_FALSE(check_event(event));
  }
}

TEST(EventTest, FindsTheTopicInTheAttributes) {
  const Event event = make_mask_event(stream, make_mask());
  EXPECT_EQ(*topic_of(event.attributes), event.topic);
  for (const char* source : {"", "plant/cam1", "/plant", "/plant/cam1/x", "/a b/c"}) {
    auto attributes = event.attributes;
    attributes["source"] = source;
    EXPECT_FALSE(topic_of(attributes)) << source;
  }
}

TEST(ResultEventTest, SurvivesTheWay) {
  const Event event = make_result_event(make_result());
  ASSERT_TRUE(check_event(event));
  const auto result = parse_result_event(event);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(to_json(*result), to_json(make_result()));
  EXPECT_EQ(result->classes[0].confidence, 0.9);
  EXPECT_FALSE(result->classes[1].confidence);
  EXPECT_EQ(result->boxes[0].area, (core::Area{10, -2, 30.5, 40}));
  EXPECT_EQ(result->timings.encode_mask, 7);
}

TEST(ResultEventTest, WritesTheContract) {
  EXPECT_EQ(
      to_json(make_result()),
      R"({"site":"plant","device":"cam1","frameseq":42,"captured":"2026-11-24T06:00:00.123456Z",)"
      R"("model":{"name":"hall","version":"1.2"},"inferred":true,"width":640,"height":360,)"
      R"("classes":[{"index":0,"name":"floor","share":0.75,"confidence":0.9},)"
      R"({"index":3,"name":"person","share":0.25,"confidence":null}],)"
      R"("boxes":[{"label":"person","score":0.8,"box":[10.0,-2.0,30.5,40.0]}],)"
      R"("timings_ms":{"capture":1.0,"encode":2.0,"bus":3.0,"wait":4.0,"decode":5.0,)"
      R"("infer":6.0,"encode_mask":7.0}})");
}

TEST(ResultEventTest, ARepeatedResultTellsWhatItRepeats) {
  auto result = make_result();
  EXPECT_FALSE(parse_result_json(to_json(result))->repeats);
  result.inferred = false;
  result.repeats = {132.5, -1.5, 0.25};
  const std::string json = to_json(result);
  EXPECT_NE(json.find(R"("age_ms":132.5,"shift":[-1.5,0.25]})"), std::string::npos) << json;
  const auto parsed = parse_result_json(json);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->repeats->age_ms, 132.5);
  EXPECT_EQ(parsed->repeats->shift_x, -1.5);
  EXPECT_EQ(parsed->repeats->shift_y, 0.25);
  for (const char* shift : {"[1]", "[1,2,3]", R"(["1",2])", "[1e9,0]", "7"}) {
    std::string wrong = json;
    wrong.replace(wrong.find("[-1.5,0.25]"), 11, shift);
    EXPECT_FALSE(parse_result_json(wrong)) << shift;
  }
}

TEST(ResultEventTest, IsStrictAboutWhatIsThere) {
  const std::string good = to_json(make_result());
  const std::pair<const char*, const char*> changes[] = {
      {R"("frameseq":42)", R"("frameseq":-1)"},
      {R"("frameseq":42)", R"("frameseq":"42")"},
      {R"("frameseq":42)", R"("frameseq":9007199254740992)"},
      {R"("inferred":true)", R"("inferred":1)"},
      {R"("share":0.75)", R"("share":1.5)"},
      {R"("index":0)", R"("index":255)"},
      {R"("width":640)", R"("width":999999)"},
      {R"([10.0,-2.0,30.5,40.0])", R"([10.0,-2.0,30.5])"},
      {R"([10.0,-2.0,30.5,40.0])", R"([10.0,-2.0,30.5,"40"])"},
      {R"("device":"cam1")", R"("device":"cam 1")"},
      {R"("name":"floor")", R"("name":null)"},
      {R"("site":"plant",)", ""},
      {R"("capture":1.0)", R"("capture":1e999)"},
  };
  for (const auto& [from, to] : changes) {
    std::string text = good;
    text.replace(text.find(from), std::string(from).size(), to);
    EXPECT_FALSE(parse_result_json(text)) << to;
  }
  EXPECT_FALSE(parse_result_json(good + "x"));
  EXPECT_FALSE(parse_result_json("[]"));
  EXPECT_FALSE(parse_result_json(""));
  EXPECT_FALSE(parse_result_json(std::string(100'000, '[')));
  EXPECT_TRUE(parse_result_json("{\"later\":[1]," + good.substr(1))) << "unknown members are fine";
}

TEST(ResultEventTest, RefusesAResultAboutAnotherDevice) {
  Event event = make_result_event(make_result());
  event.topic.device = "cam2";
  EXPECT_FALSE(parse_result_event(event));
}

TEST(StatusEventTest, SurvivesTheWay) {
  CameraStatus status{stream,
                      captured,
                      "failed",
                      "trying again in 4 s: \xff",
                      "rtsp://***@h/y",
                      14.9,
                      100,
                      90,
                      10,
                      2,
                      "the link is slow",
                      {{{0, 0}, {0.5, 0}, {0.5, 0.25}}}};
  const auto parsed = parse_status_event(make_status_event(status));
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->state, "failed");
  EXPECT_THAT(parsed->detail, HasSubstr("trying again in 4 s"));
  EXPECT_EQ(parsed->dropped, 10u);
  EXPECT_EQ(parsed->adaptation, "the link is slow");
  EXPECT_EQ(parsed->privacy, status.privacy);
  for (const auto& wrong : {core::Polygon{{0, 0}, {1, 1}}, core::Polygon{{0, 0}, {1, 1}, {2, 0}}}) {
    CameraStatus bad = status;
    bad.privacy = {wrong};
    EXPECT_FALSE(parse_status_event(make_status_event(bad)));
  }
  status.detail = std::string(5000, 'x');
  EXPECT_TRUE(parse_status_event(make_status_event(status))) << "cut, not refused";
}

}  // namespace
}  // namespace fovea::wire
