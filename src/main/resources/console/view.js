// Small helpers: texts only ever become text nodes.
export const $ = (id) => document.getElementById(id);

export function text(id, value) {
  const at = $(id);
  if (at.textContent !== value) at.textContent = value;
}

export function cell(value, kind) {
  const at = document.createElement('td');
  at.textContent = value;
  if (kind) at.className = kind;
  return at;
}

// Names are shown as they are, but for what would change the order or the lines of the page.
export function name(value) {
  const shown = String(value).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\u00b7');
  return shown.length > 160 ? shown.slice(0, 159) + '…' : shown;
}

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
export const count = (value) => number.format(value);
export const gib = (bytes) => number.format(bytes / 2 ** 30) + ' GiB';
export const cpus = (millis) => number.format(millis / 1000);
export const ms = (value) => (value > 0 ? number.format(value) : '–');

export function css(variable) {
  return getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
}
