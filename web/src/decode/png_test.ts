import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { decode_class_map } from "./png.ts";

// A PNG writer of its own, by the specification, one filter for all rows.
function filter_row(kind: number, row: Uint8Array, above: Uint8Array): number[] {
  return [...row].map((value, x) => {
    const left = x > 0 ? row[x - 1]! : 0;
    const up = above[x]!;
    const corner = x > 0 ? above[x - 1]! : 0;
    const p = left + up - corner;
    const near = [left, up, corner].sort((a, b) => Math.abs(p - a) - Math.abs(p - b))[0]!;
    const guess = [0, left, up, (left + up) >> 1, near][kind]!;
    return (value - guess) & 255;
  });
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  new DataView(bytes.buffer).setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  return bytes;
}

interface Options {
  depth?: number;
  colour?: number;
  interlace?: number;
  raw?: Uint8Array;
  split?: boolean;
}

function make_png(w: number, h: number, pixels: Uint8Array, kind: number, options: Options = {}) {
  const rows: number[] = [];
  let above = new Uint8Array(w);
  for (let y = 0; y < h; ++y) {
    const row = pixels.slice(y * w, (y + 1) * w);
    rows.push(kind, ...filter_row(kind, row, above));
    above = row;
  }
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, w);
  new DataView(header.buffer).setUint32(4, h);
  header[8] = options.depth ?? 8;
  header[9] = options.colour ?? 0;
  header[12] = options.interlace ?? 0;
  const data = new Uint8Array(deflateSync(options.raw ?? new Uint8Array(rows)));
  const half = data.length >> 1;
  const parts = options.split ? [data.slice(0, half), data.slice(half)] : [data];
  const chunks = [
    new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("gAMA", new Uint8Array([0, 0, 0xb1, 0x8f])),
    ...parts.map((part) => chunk("IDAT", part)),
    chunk("IEND", new Uint8Array(0)),
  ];
  return new Uint8Array(Buffer.concat(chunks));
}

// Every value occurs, neighbours jump: what colour management or a wrong filter would change.
const every_value = new Uint8Array(33 * 16).map((_, i) => (i * 151) & 255);

for (let kind = 0; kind <= 4; ++kind) {
  test(`filter ${kind} gives back every value exactly`, async () => {
    const map = await decode_class_map(make_png(33, 16, every_value, kind));
    assert.equal(map.width, 33);
    assert.equal(map.height, 16);
    assert.deepEqual(map.indices, every_value);
  });
}

test("data in several chunks", async () => {
  const map = await decode_class_map(make_png(33, 16, every_value, 4, { split: true }));
  assert.deepEqual(map.indices, every_value);
});

test("a view into a larger buffer is read at its place", async () => {
  const png = make_png(33, 16, every_value, 2);
  const outer = new Uint8Array(png.length + 7);
  outer.set(png, 7);
  assert.deepEqual((await decode_class_map(outer.subarray(7))).indices, every_value);
});

const good = make_png(33, 16, every_value, 1);
const bad: [string, Uint8Array<ArrayBuffer>, RegExp][] = [
  ["nothing", new Uint8Array(0), /signature/],
  ["a JPEG", new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0, 0, 0]), /signature/],
  ["a file cut short", good.slice(0, 80), /cut short/],
  ["colour", make_png(4, 4, every_value, 0, { colour: 2 }), /greyscale/],
  ["16 bits", make_png(4, 4, every_value, 0, { depth: 16 }), /greyscale/],
  ["interlaced", make_png(4, 4, every_value, 0, { interlace: 1 }), /greyscale/],
  ["too little data", make_png(4, 4, every_value, 0, { raw: new Uint8Array(19) }), /less data/],
  ["too much data", make_png(4, 4, every_value, 0, { raw: new Uint8Array(21) }), /more data/],
  ["filter 5", make_png(4, 4, every_value, 0, { raw: new Uint8Array(20).fill(5) }), /filter 5/],
];
for (const [name, png, message] of bad) {
  test(`${name} is refused`, () => assert.rejects(decode_class_map(png), message));
}

test("a bomb's size is refused before memory is taken", async () => {
  const png = good.slice();
  new DataView(png.buffer).setUint32(16, 65535);
  new DataView(png.buffer).setUint32(20, 65535);
  await assert.rejects(decode_class_map(png), /65535x65535/);
});
