import { $, css, name } from '/console/view.js';

const STATES = ['busy', 'starting', 'idle', 'frozen'];
const SQUARE = 12;
const GAP = 3;
const MOST_SQUARES = 4000;

// One square a container, or a slot of another node, told apart by shape first and colour second; grouped by function.
export function drawSlots(rows, what = 'containers') {
  const canvas = $('slots');
  const width = canvas.parentElement.clientWidth - 34;
  const total = rows.reduce((sum, row) => sum + STATES.reduce((all, state) => all + row[state], 0), 0);
  const each = Math.max(1, Math.ceil(total / MOST_SQUARES));
  const step = SQUARE + GAP;
  const columns = Math.max(8, Math.floor(width / step));
  const groups = [];
  let line = 0;
  let column = 0;
  for (const row of rows) {
    const squares = [];
    for (const state of STATES) {
      for (let i = 0; i < Math.ceil(row[state] / each); i++) squares.push(state);
    }
    if (squares.length === 0) continue;
    if (column > 0 && column + Math.min(squares.length, columns) > columns) {
      line++;
      column = 0;
    }
    groups.push({ squares, line, column });
    const end = column + squares.length;
    line += Math.floor(end / columns);
    column = end % columns === 0 ? 0 : (end % columns) + 1;
  }
  const height = groups.length === 0 ? 20 : (line + 1) * step + 4;
  const scale = window.devicePixelRatio || 1;
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.style.width = width + 'px';
  canvas.style.height = height + 'px';
  const pen = canvas.getContext('2d');
  pen.scale(scale, scale);
  const colors = Object.fromEntries(STATES.map((state) => [state, css('--' + state)]));
  for (const group of groups) {
    group.squares.forEach((state, i) => {
      const at = group.column + i;
      square(pen, state, colors[state], (at % columns) * step + 1, (group.line + Math.floor(at / columns)) * step + 1);
    });
  }
  const sums = STATES.map((state) => rows.reduce((sum, row) => sum + row[state], 0));
  const said = STATES.map((state, i) => `${sums[i]} ${state}`).join(', ');
  canvas.setAttribute('aria-label', total === 0 ? `No ${what}` : `${total} ${what}: ${said}`);
  $('slots-note').textContent = total === 0 ? 'None. They start with the first call of a function.'
    : `${total} ${what}: ${said}.` + (each > 1 ? ` One square stands for up to ${each}.` : '')
      + ' Most: ' + rows.slice(0, 3).map((row) => name(row.image)).join(', ') + '.';
}

function square(pen, state, color, x, y) {
  pen.fillStyle = color;
  pen.strokeStyle = color;
  pen.lineWidth = 2;
  pen.setLineDash([]);
  if (state === 'busy') {
    pen.fillRect(x, y, SQUARE - 1, SQUARE - 1);
  } else if (state === 'frozen') {
    pen.beginPath();
    pen.arc(x + SQUARE / 2 - 0.5, y + SQUARE / 2 - 0.5, SQUARE / 2 - 1, 0, 7);
    pen.fill();
  } else {
    if (state === 'starting') pen.setLineDash([3, 2]);
    pen.strokeRect(x + 1, y + 1, SQUARE - 3, SQUARE - 3);
  }
}
