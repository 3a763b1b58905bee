import { request, send } from "./rest.ts";

export const scopes = ["view", "operate", "admin"] as const;
export type Scope = (typeof scopes)[number];

// What each may do, for people; each includes those before it.
export const scope_words: Record<Scope, string> = {
  view: "may watch",
  operate: "may change settings",
  admin: "may do all",
};

export interface User {
  name: string;
  scope: Scope;
  created: string;
}

const user_path = (name: string) => `/users/${encodeURIComponent(name)}`;

export async function get_users(): Promise<User[]> {
  return (await request<{ users: User[] }>("/users")).users;
}
export const add_user = (name: string, password: string, scope: Scope) =>
  send<User>("POST", "/users", { name, password, scope });
export const change_user = (name: string, change: { scope?: Scope; password?: string }) =>
  send<User>("PATCH", user_path(name), change);
export const remove_user = (name: string) => request<null>(user_path(name), { method: "DELETE" });
export const change_password = (present: string, wanted: string) =>
  send<null>("PUT", "/session/password", { present, wanted });
