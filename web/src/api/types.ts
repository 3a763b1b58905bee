// The site's HTTP API and live protocol as the page sees them: the one place where field names of
// the wire occur as types. Times are RFC 3339 strings in UTC; missing numbers are null.

export type DeviceState = "connecting" | "live" | "stale" | "away";

// What is wrong with the bus although events flow.
export interface BusWarning {
  what: "no_credentials" | "unencrypted" | "strangers" | "old_server";
  text: string;
}

export interface BusInfo {
  name: string;
  url: string;
  state: string;
  detail: string | null;
  warnings: BusWarning[];
  capabilities?: Record<string, unknown>;
}

export interface SiteInfo {
  site: string;
  version: string;
  started: string;
  bus: BusInfo;
}

export interface Device {
  id: string;
  name: string | null; // what people call it
  paused: boolean; // its pictures are dropped at the site
  state: DeviceState;
  detail: string | null;
  video_fps: number | null;
  result_fps: number | null;
  gated_fps: number | null; // not inferred: nothing new to see
  last_frame_age_ms: number | null;
  last_result_age_ms: number | null;
  clock_gap_s: number | null; // the camera's clock is ahead of the site's; null: they agree
  time_fault?: "still" | "backwards" | null; // of its capture times; null: they go on
  codec: "jpeg" | "h264" | null;
  width: number | null;
  height: number | null;
  model: string | null;
  model_version: string | null;
  error: string | null;
  inferred_by: "site" | "device" | null;
  adaptation?: string | null; // what the camera sends less of over a slow link
  privacy?: [number, number][][]; // areas that it blacks out, corners 0..1
  main?: string | null; // the name of its large stream
  main_detail?: string | null; // what is wrong with that
  frames: number | null;
  dropped: number | null;
}

// A device that nobody has named: it publishes, and waits until somebody accepts it.
export interface WaitingDevice {
  id: string;
  since: string;
  last: string;
  events: number; // refused since then
}

export type Maker = "site" | "device";

export interface ClassInfo {
  index: number;
  name: string;
  colour: string;
}

export interface Setting<T> {
  value: T | null;
  from: "default" | "config" | "flag" | "state";
}

export interface DeviceDetails extends Device {
  classes: ClassInfo[];
  task: string | null;
  engine: string | null;
  source: string | null;
  settings: {
    model?: Setting<string>;
    fps_max?: Setting<number>;
    weight?: Setting<number>;
    gating?: Setting<boolean>;
    results_from?: Setting<Maker>;
  };
  model_loading: boolean; // settings.model is chosen, but does not run yet
  counters: Record<string, number>;
}

export interface DevicePatch {
  model?: string | null;
  fps_max?: number | null;
  weight?: number | null;
  gating?: boolean | null;
  name?: string | null;
  paused?: boolean | null;
  results_from?: Maker | null;
}

export interface ClassShare {
  index: number;
  name: string;
  share: number;
  confidence: number | null;
}

export interface Box {
  label: string;
  score: number;
  box: [number, number, number, number];
}

export type Stage = "capture" | "encode" | "bus" | "wait" | "decode" | "infer" | "encode_mask";
export const stages: readonly Stage[] = [
  "capture",
  "encode",
  "bus",
  "wait",
  "decode",
  "infer",
  "encode_mask",
];

export interface Result {
  site: string;
  device: string;
  frameseq: number;
  captured: string;
  model: { name: string; version: string };
  inferred: boolean;
  age_ms?: number; // not inferred: of the result that is repeated
  shift?: [number, number]; // and how far the picture has moved since, in its pixels
  width: number;
  height: number;
  classes: ClassShare[];
  boxes: Box[];
  timings_ms: Partial<Record<Stage, number | null>>;
}

export interface Model {
  name: string; // as it is chosen: of the catalog, or where its files are
  version: string;
  task: string;
  licence: string | null;
  classes: ClassInfo[];
  loaded: boolean;
  error: string | null;
}

export type EventKind = "device" | "model" | "bus" | "alert" | "site";

export interface SiteEvent {
  number: number;
  time: string;
  kind: EventKind;
  device: string | null;
  text: string;
  picture: string | null; // address of the picture of the moment, while it is kept
}

export type Corner = [number, number]; // parts of the picture's width and height
export type Operator = Record<string, Record<string, unknown>>; // one name with its parameters

export interface RuleStatus {
  raised: string | null; // since when
  time: string | null;
  value: number | null;
  measure: string | null;
  subject: string | null;
  alerts: number;
  problem: string | null;
}

export interface RuleChange {
  name: string;
  device: string;
  enabled: boolean;
  operators: Operator[];
  sinks: string[];
}

export interface Rule extends RuleChange {
  from: "config" | "state";
  overrides: boolean; // a rule of the configuration stands behind it
  status: RuleStatus;
}

export interface Rules {
  rules: Rule[];
  sinks: string[];
}

export interface SystemDevice {
  id: string;
  camera_fps: number | null;
  received_fps: number | null;
  inferred_fps: number | null;
  gated_fps: number | null;
  viewer_fps: number | null;
  dropped: { camera: number | null; queue: number | null; viewer: number | null };
}

export interface SystemSession {
  name: string;
  model: string | null;
  engine: string | null;
  busy: number | null;
  fps: number | null;
  infer_ms: number | null;
}

export interface SystemViewer {
  peer: string;
  devices: string[] | number;
  fps: number | null;
  dropped: number | null;
  in_flight: number | null;
}

export interface Counter {
  name: string;
  labels: Record<string, string>;
  value: number;
}

export interface LogLine {
  time: string;
  level: string;
  component: string;
  message: string;
}

export interface System {
  site: string;
  version: string;
  uptime_s: number;
  cpu_percent: number | null;
  memory_mib: number | null;
  bus: BusInfo;
  devices: SystemDevice[];
  sessions: SystemSession[];
  models: Model[];
  viewers: SystemViewer[];
  counters: Counter[];
  log: LogLine[];
}

// What a viewer wants of one device.
export interface Want {
  frames: boolean;
  h264?: boolean; // takes it; else the site makes JPEG of it
  masks: boolean;
  results: boolean;
}

export type ClientMessage =
  | { type: "subscribe"; devices: Record<string, Want>; events: boolean; system: boolean }
  | { type: "ack"; device: string; sequence: number; sent: number };

export interface Hello {
  type: "hello";
  site: string;
  version: string;
  started: string; // when the site did; numbers of events begin anew then
}

export type ServerMessage =
  | Hello
  | { type: "devices"; devices: Device[]; waiting: WaitingDevice[] }
  | { type: "result"; device: string; result: Result }
  | { type: "event"; event: SiteEvent }
  | { type: "system"; system: System }
  | { type: "classes"; device: string; model: string; classes: ClassInfo[] }
  | { type: "error"; message: string };

export interface FrameHeader {
  type: "frame";
  device: string;
  sequence: number;
  captured: string;
  width: number;
  height: number;
  codec: string;
  key: boolean; // decodable on its own
  sent: number;
  skipped: number;
}

export interface MaskHeader {
  type: "mask";
  device: string;
  sequence: number;
  captured: string;
  width: number;
  height: number;
  area: [number, number, number, number];
}

export type BinaryHeader = FrameHeader | MaskHeader;
