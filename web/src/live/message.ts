import type { BinaryHeader } from "../api/types.ts";

export interface BinaryMessage {
  header: BinaryHeader;
  payload: Uint8Array<ArrayBuffer>;
}

const header_bytes_max = 64 * 1024;

// A binary message of the live protocol: u32 little endian length of the JSON header, the header,
// the payload. The payload is a view into `data`. Null for anything else.
export function parse_binary(data: ArrayBuffer): BinaryMessage | null {
  if (data.byteLength < 4) return null;
  const length = new DataView(data).getUint32(0, true);
  if (length === 0 || length > header_bytes_max || 4 + length > data.byteLength) return null;
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
  } catch {
    return null;
  }
  if (!is_header(header)) return null;
  return { header, payload: new Uint8Array(data, 4 + length) };
}

function is_header(value: unknown): value is BinaryHeader {
  if (typeof value !== "object" || value === null) return false;
  const header = value as Partial<BinaryHeader>;
  if (header.type !== "frame" && header.type !== "mask") return false;
  return typeof header.device === "string" && typeof header.sequence === "number";
}
