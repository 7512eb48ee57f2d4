// Times as people and addresses write them. All of ours are in milliseconds.

export function clock(ms) {
  const seconds = Math.floor(ms / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (number) => String(number).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

// "83.5", "1:23.5" or "1h2m3s" to milliseconds; null where it is no time.
export function parse(text) {
  const units = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?$/.exec(text);
  if (text && units) return Math.round(((units[1] ?? 0) * 3600 + (units[2] ?? 0) * 60 + Number(units[3] ?? 0)) * 1000);
  if (!/^\d+(:\d{1,2}){1,2}(\.\d+)?$/.test(text)) return null;
  return Math.round(text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) * 1000);
}

// Where an address says to start: #t= (W3C Media Fragments) or ?t=; null where it doesn't.
export function wanted(location) {
  const fragment = /^#t=([^&,]+)/.exec(decodeURIComponent(location.hash));
  return parse(fragment ? fragment[1] : new URLSearchParams(location.search).get("t") ?? "");
}

export const moment = (ms) => String(Math.floor(ms / 10) / 100);
