import { request, set_csrf } from "./rest.ts";

// Who this page is for the site. `local`: the site asks nobody to sign in.
export interface Who {
  kind: "local" | "session" | "token";
  name: string | null;
  scope: "view" | "operate" | "admin";
  csrf: string | null;
}

// One browser that is signed in.
export interface SessionInfo {
  id: string;
  user: string;
  created: string;
  used: string;
  peer: string;
  agent: string;
  own: boolean;
}

export async function get_who(): Promise<Who> {
  const who = await request<Who>("/session");
  set_csrf(who.csrf);
  return who;
}

export async function get_sessions(): Promise<SessionInfo[]> {
  return (await request<{ sessions: SessionInfo[] }>("/sessions")).sessions;
}

export const sign_out = () => request<null>("/session", { method: "DELETE" });
export const end_session = (id: string) =>
  request<null>(`/sessions/${encodeURIComponent(id)}`, { method: "DELETE" });
