// Small helpers: texts only ever become text nodes.
export const $ = (id) => document.getElementById(id);

export function text(id, value) {
  write($(id), value);
}

export function write(at, value) {
  if (at.textContent !== value) at.textContent = value;
}

export function button(shown, said, press) {
  const at = document.createElement('button');
  at.type = 'button';
  at.textContent = shown;
  if (said) at.setAttribute('aria-label', said);
  at.addEventListener('click', press);
  return at;
}

// The rows of a table, each made once and written anew, so that whoever is on one of its buttons stays there.
export function fill(body, rows, keyOf, make, update) {
  const there = new Map([...body.children].map((line) => [line.dataset.key, line]));
  const lines = rows.map((row) => {
    const key = keyOf(row);
    const line = there.get(key) ?? make(row);
    line.dataset.key = key;
    update(line, row);
    return line;
  });
  if (lines.length === body.children.length && lines.every((line, i) => line === body.children[i])) return;
  const focused = document.activeElement;
  body.replaceChildren(...lines);
  if (focused !== document.activeElement && body.contains(focused)) focused.focus({ preventScroll: true });
}

export function cell(value, kind) {
  const at = document.createElement('td');
  at.textContent = value;
  if (kind) at.className = kind;
  return at;
}

// Names are shown as they are, but for what would change the order or the lines of the page.
export function name(value, most = 160) {
  const shown = String(value).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\u00b7');
  return shown.length > most ? shown.slice(0, most - 1) + '…' : shown;
}

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
export const count = (value) => number.format(value);
export const gib = (bytes) => number.format(bytes / 2 ** 30) + ' GiB';
export const cpus = (millis) => number.format(millis / 1000);
export const ms = (value) => (value > 0 ? number.format(value) : '–');

export function css(variable) {
  return getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
}
