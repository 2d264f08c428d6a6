import { $, button, cell, count, cpus, fill, gib, ms, name, text, write } from '/console/view.js';
import { Charts } from '/console/charts.js';
import { drawChosen, drawNodes } from '/console/nodes.js';
import { ask, events, hasToken, open, setToken } from '/console/http.js';
import { evict } from '/console/actions.js';
import { between, showLatency, showReasons } from '/console/reasons.js';
import '/console/output.js';

const MOST_ROWS = 50;
const COLUMNS = ['busy', 'idle', 'frozen', 'starting', 'waiting'];
const charts = new Charts();
let sort = 'busy';
let last = null;
let previous = null;
let settings = [];

// ---- the stream

let stream = null;

// A browser has six connections for all tabs of a site: one that nobody sees holds none.
const seen = () => new Promise((done) => {
  const look = () => !document.hidden && done();
  document.addEventListener('visibilitychange', look);
  look();
});

async function listen() {
  for (;;) {
    await seen();
    let why = 'connection lost';
    stream = new AbortController();
    try {
      const answer = await open('/api/stream', { signal: stream.signal });
      if (answer.status === 401 || answer.status === 403 || answer.status === 429) {
        await signIn((await answer.json()).message);
        continue;
      }
      if (answer.ok) await events(answer.body, take);
      else why = (await answer.json()).message ?? why;
    } catch (gone) {
      // What is wrong with a connection the browser does not tell.
    }
    lost(document.hidden ? 'not looked at' : why);
    if (!document.hidden) await new Promise((later) => setTimeout(later, 2_000));
  }
}

document.addEventListener('visibilitychange', () => document.hidden && stream?.abort());

function take(kind, told) {
  if (kind === 'node') show(told);
  else if (kind === 'silent') state('the slot registry does not answer', true);
}

function lost(why) {
  document.querySelector('main').classList.add('stale');
  $('state').className = 'wrong lost';
  text('state', why + (last ? ', as of ' + new Date(last.at).toLocaleTimeString() : ''));
  if (last) charts.gap(Date.now() / 1000);
  previous = null;
}

function signIn(message) {
  $('sign-in').hidden = false;
  text('sign-in-error', hasToken() ? message : '');
  $('token').focus();
  return new Promise((done) => {
    $('sign-in').onsubmit = (event) => {
      event.preventDefault();
      setToken($('token').value);
      $('sign-in').hidden = true;
      done();
    };
  });
}

// ---- what is shown

function show(now) {
  const node = now.node;
  document.querySelector('main').classList.remove('stale');
  text('node-id', name(node.id) + ' ' + node.version);
  const wrong = [];
  if (node.draining) wrong.push('draining');
  if (!node.engineAnswers) wrong.push('the container engine does not answer');
  state((wrong.join(', ') || 'ready') + ' · ' + node.engine + (node.isolated ? '' : ' · functions are not isolated'), wrong.length > 0);
  meter('memory', node.memoryUsedBytes, node.memoryTotalBytes, gib);
  meter('cpu', node.cpuUsedMillis, node.cpuTotalMillis, cpus);
  let rate = null;
  let refused = null;
  let since = {};
  if (previous) {
    const seconds = Math.max(0.2, (now.at - previous.at) / 1000);
    const ended = node.callsHandled - previous.node.callsHandled;
    const gone = node.callsReceived - node.callsActive - (previous.node.callsReceived - previous.node.callsActive);
    rate = ended / seconds;
    refused = Math.max(0, gone - ended) / seconds;
    since = between(previous.node, node, seconds);
  }
  text('rate', rate === null ? '–' : count(rate));
  text('refused', refused === null ? '–' : count(refused));
  text('active', count(node.callsActive));
  text('waiting', count(node.waiting));
  charts.add(now.at / 1000, rate, node.callsActive - node.waiting, node.waiting, node.containers, since);
  showLatency(since);
  showReasons(node);
  const first = !last;
  last = now;
  previous = now;
  rows();
  drawNodes(now);
  if (first) lookAtCalls().catch(() => {});
}

function state(what, wrong) {
  $('state').className = wrong ? 'wrong' : '';
  text('state', what);
}

function meter(id, used, total, form) {
  const share = total > 0 ? used / total : 0;
  $(id).value = share;
  text(id + '-text', `${form(used)} of ${form(total)}`);
}

function rows() {
  if (!last) return;
  const by = $('by').value;
  const page = last[by];
  const find = $('find').value.toLowerCase();
  const found = page.rows.filter((row) => !find || row.image.toLowerCase().includes(find) || (row.key ?? '').includes(find));
  found.sort((a, b) => (sort === 'image' ? a.image.localeCompare(b.image) : b[sort] - a[sort] || a.image.localeCompare(b.image)));
  fill($('rows').tBodies[0], found.slice(0, MOST_ROWS), (row) => row.key ?? row.image, (row) => {
    const line = document.createElement('tr');
    line.append(...Array.from({ length: COLUMNS.length + 4 }, (_, i) => cell('', i === 0 ? '' : 'number')));
    line.lastChild.append(button('evict', 'evict ' + name(row.image), () => evict(row.key ?? row.image)));
    return line;
  }, (line, row) => {
    line.className = row.waiting > 0 ? 'waiting' : '';
    [name(row.image) + (row.key ? ' · ' + row.key.slice(0, 8) : ''), ...COLUMNS.map((column) => count(row[column])),
      ms(row.serviceMillis), ms(row.startMillis)].forEach((value, i) => write(line.cells[i], value));
  });
  document.querySelectorAll('#rows th').forEach((head) => {
    if (head.firstChild.dataset.sort === sort) head.setAttribute('aria-sort', sort === 'image' ? 'ascending' : 'descending');
    else head.removeAttribute('aria-sort');
  });
  text('rows-note', page.total === 0
    ? 'No calls yet. Try: scripts/berth call berth/hello-java'
    : `${Math.min(found.length, MOST_ROWS)} of ${page.total}` + (found.length > MOST_ROWS ? '; find narrows them' : '')
      + (page.found > page.rows.length ? `. The busiest ${page.rows.length} are looked at; all are at /api/${by}.` : ''));
}

// ---- why a call went as it did

async function why(id) {
  const { ok, told } = await ask('/api/calls/' + encodeURIComponent(id));
  $('why').hidden = false;
  text('why-text', ok ? told.calls.map((call) => printable(call.text)).join('\n\n') : `${name(id)}: ${printable(told.message)}`);
  text('why-facts', ok ? JSON.stringify(told.calls, null, 2) : '');
  $('why').scrollIntoView({ block: 'nearest' });
}

const printable = (told) => told.split('\n').map((line) => name(line, 2000)).join('\n');

async function lookAtCalls() {
  if (document.hidden || !last) return;
  const { ok, told } = await ask('/api/calls?limit=20');
  if (!ok) return;
  fill($('calls'), told.calls, (call) => call.id + call.at, (call) => {
    const line = document.createElement('tr');
    const first = cell('');
    first.append(button(name(call.id), '', () => why(call.id)));
    line.append(first, cell(new Date(call.at).toLocaleTimeString()), cell(name(call.image)), cell(name(call.text.split('\n')[0], 400)));
    return line;
  }, () => {});
  text('calls-note', told.calls.length === 0 ? 'Nothing: no call failed, had to wait or was slow.' : 'The newest that failed, had to wait or were slow.');
}

async function loadSettings() {
  if (!$('settings').open || settings.length > 0) return showSettings();
  const { ok, told } = await ask('/api/settings?sort=key&limit=500');
  if (ok) settings = told.rows;
  showSettings();
}

function showSettings() {
  const find = $('settings-find').value.toLowerCase();
  const changed = $('settings-changed').checked;
  $('settings-rows').replaceChildren(...settings
    .filter((one) => (!changed || !one.isDefault) && (!find || one.key.toLowerCase().includes(find)))
    .map((one) => {
      const line = document.createElement('tr');
      line.append(cell(one.key), cell(name(one.value)), cell(name(one.source)));
      return line;
    }));
}

// ---- what a person does

$('find').addEventListener('input', rows);
$('by').addEventListener('change', rows);
document.querySelectorAll('#rows th button').forEach((button) => button.addEventListener('click', () => {
  sort = button.dataset.sort;
  rows();
}));
$('settings').addEventListener('toggle', loadSettings);
$('settings-find').addEventListener('input', showSettings);
$('settings-changed').addEventListener('change', showSettings);
$('theme').addEventListener('click', () => {
  const dark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = dark ? 'light' : 'dark';
  charts.recolor();
  drawChosen();
});
window.addEventListener('resize', drawChosen);
document.addEventListener('keydown', (event) => {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key === 'Escape' && typing) event.target.blur();
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === '/') {
    event.preventDefault();
    $('find').focus();
  } else if (event.key === 'w') {
    event.preventDefault();
    $('why-id').focus();
  } else if (event.key === 's' || event.key === 'o') {
    const part = $(event.key === 's' ? 'settings' : 'output');
    part.open = !part.open;
    part.querySelector('summary').focus();
  }
});
$('why-form').addEventListener('submit', (event) => {
  event.preventDefault();
  if ($('why-id').value) why($('why-id').value.trim());
});
$('why-close').addEventListener('click', () => { $('why').hidden = true; });
setInterval(() => lookAtCalls().catch(() => {}), 3_000);

listen();
