// The port's answers, with the token that the person has given.
let token = sessionStorage.getItem('token') ?? '';

export const hasToken = () => token !== '';

export function setToken(given) {
  token = given;
  sessionStorage.setItem('token', token);
}

export const open = (path, options = {}) =>
  fetch(path, { ...options, headers: token ? { Authorization: 'Bearer ' + token } : {}, cache: 'no-store' });

export async function ask(path, method = 'GET') {
  const answer = await open(path, { method });
  return { ok: answer.ok, status: answer.status, told: await answer.json() };
}

// Server-sent events: EventSource can neither send a token nor tell why it failed.
export async function events(body, take) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + decoder.decode(value, { stream: true })).split('\n\n');
    rest = parts.pop();
    for (const part of parts) {
      const kind = /^event: (.*)$/m.exec(part);
      const data = /^data: (.*)$/m.exec(part);
      if (kind) take(kind[1], data ? JSON.parse(data[1]) : {});
    }
  }
}
