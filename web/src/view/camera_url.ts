// An RTSP URL as people type it, with user and password in fields of their own. Those that stand in
// the URL already win: who pastes a whole URL wants it as it is.
export function camera_url(address: string, user: string, password: string): string {
  const typed = address.trim();
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `rtsp://${typed}`;
  const [, scheme = "", authority = "", rest = ""] = /^([^:]+:\/\/)([^/?#]*)(.*)$/.exec(url) ?? [];
  if (!user || authority.includes("@")) return url;
  const code = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  return `${scheme}${code(user)}:${code(password)}@${authority}${rest}`;
}

// "camera-1", or the first number that no device has.
export function free_camera_name(taken: readonly string[]): string {
  for (let number = 1; ; ++number) {
    const name = `camera-${number}`;
    if (!taken.includes(name)) return name;
  }
}
