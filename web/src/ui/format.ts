// Numbers and times as people read them: with units, no more digits than mean something.
// null and undefined become a dash.

const dash = "–";
type Maybe = number | null | undefined;

const missing = (value: Maybe): value is null | undefined =>
  value === null || value === undefined || !Number.isFinite(value);

// A rate: one digit below ten, none above.
export function rate(value: Maybe): string {
  if (missing(value)) return dash;
  return value < 9.95 ? value.toFixed(1) : value.toFixed(0);
}

export function share(value: Maybe): string {
  if (missing(value)) return dash;
  const percent = value * 100;
  if (percent > 0 && percent < 0.1) return "< 0.1 %";
  return `${percent < 9.95 ? percent.toFixed(1) : percent.toFixed(0)} %`;
}

// How sure a model is of what it found; nothing where it does not tell.
export function certainty(value: Maybe): string {
  return missing(value) ? "" : `${(value * 100).toFixed(0)} % sure`;
}

export function milliseconds(value: Maybe): string {
  if (missing(value)) return dash;
  if (value < 9.95) return `${value.toFixed(1)} ms`;
  if (value < 999.5) return `${value.toFixed(0)} ms`;
  return `${(value / 1000).toFixed(1)} s`;
}

// How long ago, coarser the longer ago.
export function age(ms: Maybe): string {
  if (missing(ms)) return dash;
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 0.95) return `${(Math.round(seconds * 20) / 20).toFixed(2)} s`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  return duration(seconds);
}

export function duration(seconds: Maybe): string {
  if (missing(seconds)) return dash;
  const s = Math.floor(seconds);
  if (s < 120) return `${s} s`;
  if (s < 7200) return `${Math.floor(s / 60)} min`;
  if (s < 172_800) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86_400)} days ${Math.floor((s % 86_400) / 3600)} h`;
}

// Local time with seconds; the date only when it is not today.
export function clock(time: string | number, now = Date.now()): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return dash;
  const two = (value: number) => String(value).padStart(2, "0");
  const text = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  if (date.toDateString() === new Date(now).toDateString()) return text;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${text}`;
}

export function count(value: Maybe): string {
  if (missing(value)) return dash;
  return Math.round(value).toLocaleString("en").replaceAll(",", "\u202f");
}
