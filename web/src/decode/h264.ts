const sps = 7;

// The codec string that WebCodecs wants (RFC 6381), read from the first sequence parameter set of
// an access unit in Annex B format; null: it brings none.
export function codec_string(unit: Uint8Array): string | null {
  for (let at = 0; at + 6 < unit.length; ++at) {
    const is_start = unit[at] === 0 && unit[at + 1] === 0 && unit[at + 2] === 1;
    if (!is_start || (unit[at + 3]! & 0x1f) !== sps) continue;
    const profile = [...unit.subarray(at + 4, at + 7)];
    return `avc1.${profile.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  }
  return null;
}
