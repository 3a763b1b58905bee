// Reader of class maps: 8-bit greyscale PNG, not interlaced, to the exact stored values. The
// browser's own decoder is no good for this: it may apply gamma or a colour profile, and a class
// index off by one is another class. https://www.w3.org/TR/png-3/

export interface ClassMap {
  width: number;
  height: number;
  indices: Uint8Array<ArrayBuffer>;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
// Larger than any network's output; keeps a hostile header from asking for memory.
const pixels_max = 64 * 1024 * 1024;

interface Header {
  width: number;
  height: number;
  data: Uint8Array<ArrayBuffer>[];
}

function read_header(view: DataView, at: number, length: number): Omit<Header, "data"> {
  if (length !== 13) throw new Error("PNG: IHDR has the wrong length");
  const width = view.getUint32(at);
  const height = view.getUint32(at + 4);
  const [depth, colour, compression, filter, interlace] = [8, 9, 10, 11, 12].map((i) =>
    view.getUint8(at + i),
  );
  if (width === 0 || height === 0 || width * height > pixels_max) {
    throw new Error(`PNG: ${width}x${height} is not a size we read`);
  }
  if (depth !== 8 || colour !== 0 || compression !== 0 || filter !== 0 || interlace !== 0) {
    throw new Error("PNG: not 8-bit greyscale without interlacing");
  }
  return { width, height };
}

function read_chunks(png: Uint8Array<ArrayBuffer>): Header {
  if (png.length < 8 || signature.some((byte, i) => png[i] !== byte)) {
    throw new Error("PNG: wrong signature");
  }
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  let size: Omit<Header, "data"> | null = null;
  const data: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 8; at + 12 <= png.length; ) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    const end = at + 8 + length;
    if (end + 4 > png.length) throw new Error("PNG: cut short");
    if (type === "IHDR") size = read_header(view, at + 8, length);
    if (type === "IDAT") data.push(png.subarray(at + 8, end));
    if (type === "IEND") break;
    at = end + 4;
  }
  if (!size || data.length === 0) throw new Error("PNG: no picture in it");
  return { ...size, data };
}

// Inflates into exactly `size` bytes; more or fewer are an error.
async function inflate(parts: Uint8Array<ArrayBuffer>[], size: number): Promise<Uint8Array> {
  const out = new Uint8Array(size);
  const stream = new Blob(parts).stream().pipeThrough(new DecompressionStream("deflate"));
  const reader = stream.getReader();
  let filled = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (filled + value.length > size) throw new Error("PNG: more data than the picture has");
    out.set(value, filled);
    filled += value.length;
  }
  if (filled !== size) throw new Error("PNG: less data than the picture needs");
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const by_left = Math.abs(guess - left);
  const by_up = Math.abs(guess - up);
  const by_corner = Math.abs(guess - corner);
  if (by_left <= by_up && by_left <= by_corner) return left;
  return by_up <= by_corner ? up : corner;
}

// Undoes the filter of one row; `row` is in and out, `above` is the finished row before it.
function unfilter(kind: number, row: Uint8Array, above: Uint8Array): void {
  let left = 0;
  let corner = 0;
  for (let x = 0; x < row.length; ++x) {
    const up = above[x]!;
    let value = row[x]!;
    if (kind === 1) value += left;
    else if (kind === 2) value += up;
    else if (kind === 3) value += (left + up) >> 1;
    else if (kind === 4) value += paeth(left, up, corner);
    row[x] = value;
    left = value & 255;
    corner = up;
  }
}

// Errors: a message that says what is wrong with the PNG.
export async function decode_class_map(png: Uint8Array<ArrayBuffer>): Promise<ClassMap> {
  const { width, height, data } = read_chunks(png);
  const raw = await inflate(data, (width + 1) * height);
  const indices = new Uint8Array(width * height);
  let above: Uint8Array = new Uint8Array(width);
  for (let y = 0; y < height; ++y) {
    const kind = raw[y * (width + 1)]!;
    if (kind > 4) throw new Error(`PNG: filter ${kind} does not exist`);
    const row = indices.subarray(y * width, (y + 1) * width);
    row.set(raw.subarray(y * (width + 1) + 1, (y + 1) * (width + 1)));
    if (kind !== 0) unfilter(kind, row, above);
    above = row;
  }
  return { width, height, indices };
}
