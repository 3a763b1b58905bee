import type {
  DeviceDetails,
  DevicePatch,
  Model,
  Result,
  Rule,
  RuleChange,
  Rules,
  SiteEvent,
  SiteInfo,
} from "./types.ts";

// A refused request in the server's own words (RFC 9457: `detail`, else `title`).
export class Problem extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, message: string, body: unknown = null) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

async function problem_of(response: Response): Promise<Problem> {
  const fallback = `The site answered ${response.status} ${response.statusText}.`;
  try {
    const body = (await response.json()) as { title?: string; detail?: string };
    return new Problem(response.status, body.detail ?? body.title ?? fallback, body);
  } catch {
    return new Problem(response.status, fallback);
  }
}

// What proves to the site that a change comes from this page, where it asks people to sign in.
let csrf: string | null = null;
export function set_csrf(value: string | null): void {
  csrf = value;
}

// Null for an answer without a body. A session that has ended leads to the sign-in page.
export async function request<T>(path: string, init: RequestInit = {}): Promise<T> {
  const headers = new Headers(init.headers);
  if (init.method && csrf) headers.set("X-Fovea-Csrf", csrf);
  const response = await fetch(`/api/v1${path}`, { ...init, headers });
  if (response.status === 401) {
    location.assign(`/signin?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
  if (!response.ok) throw await problem_of(response);
  return (response.status === 204 ? null : await response.json()) as T;
}

const device_path = (id: string) => `/devices/${encodeURIComponent(id)}`;

export const get_site = () => request<SiteInfo>("/site");
export const get_device = (id: string) => request<DeviceDetails>(device_path(id));
export const get_result = (id: string) => request<Result>(`${device_path(id)}/result`);

export async function get_models(): Promise<Model[]> {
  return (await request<{ models: Model[] }>("/models")).models;
}

export async function get_events(after: number): Promise<SiteEvent[]> {
  return (await request<{ events: SiteEvent[] }>(`/events?after=${after}`)).events;
}

export const send = <T>(method: string, path: string, body: unknown, signal?: AbortSignal) =>
  request<T>(path, {
    method,
    signal: signal ?? null,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

export function patch_device(id: string, patch: DevicePatch): Promise<DeviceDetails> {
  return send<DeviceDetails>("PATCH", device_path(id), patch);
}

export const forget_device = (id: string) =>
  request<null>(device_path(id), { method: "DELETE" });

export const accept_device = (id: string) => request<null>(device_path(id), { method: "PUT" });
export const ignore_device = (id: string) =>
  request<null>(`/waiting/${encodeURIComponent(id)}`, { method: "DELETE" });

const rule_path = (name: string) => `/rules/${encodeURIComponent(name)}`;

export const get_rules = () => request<Rules>("/rules");
export const put_rule = (rule: RuleChange) => send<Rule>("PUT", rule_path(rule.name), rule);
export const delete_rule = (name: string) => request<Rules>(rule_path(name), { method: "DELETE" });
