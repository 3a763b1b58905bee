import assert from "node:assert/strict";
import { test } from "node:test";
import { camera_url, free_camera_name } from "./camera_url.ts";

test("user and password go into the address, with their signs encoded", () => {
  assert.equal(
    camera_url("rtsp://10.0.0.7:8554/main?x=1", "anna", "p@ss:/#%!"),
    "rtsp://anna:p%40ss%3A%2F%23%25%21@10.0.0.7:8554/main?x=1",
  );
  assert.equal(camera_url("rtsps://cam", "a b", ""), "rtsps://a%20b:@cam");
});

test("an address without a scheme is RTSP", () => {
  assert.equal(camera_url(" 10.0.0.7/main ", "", ""), "rtsp://10.0.0.7/main");
});

test("a whole URL that is pasted stays as it is", () => {
  const whole = "rtsp://u:p@10.0.0.7/main";
  assert.equal(camera_url(whole, "someone", "else"), whole);
  assert.equal(camera_url("http://cam/x", "", ""), "http://cam/x");
  // An '@' in the path is none of a user.
  assert.equal(camera_url("cam/a@b", "u", "p"), "rtsp://u:p@cam/a@b");
});

test("the first free name", () => {
  assert.equal(free_camera_name([]), "camera-1");
  assert.equal(free_camera_name(["camera-1", "hall", "camera-3"]), "camera-2");
});
