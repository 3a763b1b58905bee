import { request, send } from "./rest.ts";

// A camera that the site's own process reads.
export interface Camera {
  name: string;
  source: string; // user and password are masked
  codec: string;
  removable: boolean; // added here; others stand in the site's configuration
}

// What a trial of a camera found.
export interface FoundCamera {
  source: string;
  codec: string;
  width: number;
  height: number;
  fps: number | null; // measured
  fps_stated: number | null;
  has_sound: boolean;
  hints: string[];
  picture: string | null; // a small JPEG in base64
}

export async function get_cameras(): Promise<Camera[]> {
  return (await request<{ cameras: Camera[] }>("/cameras")).cameras;
}

// Takes some 15 s at most. A camera that does not work is a Problem with the status 422.
export const probe_camera = (source: string, signal: AbortSignal) =>
  send<FoundCamera>("POST", "/cameras/probe", { source }, signal);

export const add_camera = (name: string, source: string) =>
  send<Camera>("POST", "/cameras", { name, source });

export const remove_camera = (name: string) =>
  request<null>(`/cameras/${encodeURIComponent(name)}`, { method: "DELETE" });
